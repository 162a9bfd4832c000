"""The tasks that the platform's side hands out: the contract's own example, or a catalogue's task.

Every task is new: its own case code and assignment, so that a worker that remembers everything it
ever saw can be checked again.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from deploy.cli.catalogue.options import item_in, mapping_in
from deploy.local.places import ROOT
from services.routing.catalogue import load_catalogue
from services.routing.plan import Catalogue, Item, Task
from shared.casecode.regional import RegionalCode
from shared.casecode.scheme import CodeParts
from shared.errors import NotFound
from shared.messages import FormField, MaterialRule, Text
from shared.messages.codec import to_plain
from shared.messages.parts import Limit

CONTRACT = ROOT / "shared" / "asyncapi.yaml"
REGION = "330100"
SERIALS = 10_000_000
APPLICANTS = {
    "person": {"kind": "person", "name": "陈晓", "number": "330102199003072316"},
    "organisation": {
        "kind": "organisation",
        "name": "杭州湖畔制造有限公司",
        "number": "91330100799655058B",
    },
}
VALUES: Mapping[str, Any] = {"text": "示例", "boolean": True, "date": "2026-09-18"}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What is handed out: the body of `task.assigned`, and what an answer to it must hold."""

    department: str
    body: Mapping[str, Any] = field(repr=False)
    item: Item = field(repr=False)
    task: Task = field(repr=False)

    def assigned(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """The body of a new task."""
        serial = uuid.uuid4().int % SERIALS
        parts = CodeParts(region=REGION, month=now.strftime("%y%m"), serial=serial)
        return {
            **self.body,
            "case": RegionalCode().compose(parts),
            "assignment": str(uuid.uuid4()),
            "assigned_at": now.isoformat(),
            **changes,
        }


def of_contract(department: str, task: str = "", form: Path | None = None) -> Sample:
    """The example of the contract, for a department and a task of that name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(CONTRACT.read_text("utf-8"), loader)  # noqa: S506 - a safe loader either way
    example = document["components"]["messages"]["task.assigned"]["examples"][0]["payload"]
    body = {**example, "department": department, "task": task or example["task"]}
    if form is not None:
        body["form"] = mapping_in(form)
    bare = Task(key=body["task"], title=Text(**body["title"]), department=department)
    item = Item(
        key=body["item"],
        version=1,
        title=Text(**body["item_title"]),
        lead=department,
        applicants=("organisation",),
        form=(),
        materials=(),
        tasks=(bare,),
    )
    return Sample(department=department, body=body, item=item, task=bare)


def of_folder(folder: Path, item: str, task: str, form: Path | None = None) -> Sample:
    """A task of an item in a catalogue's folder; raises NotFound or Invalid.

    The form is that in `form`, else the one that the folder has for trying the item out.
    """
    own = folder / "forms" / f"{item}.yaml"
    return of_item(load_catalogue(folder), item, task, form or (own if own.exists() else None))


def of_item(catalogue: Catalogue, item: str, task: str, form: Path | None = None) -> Sample:
    """A task of an item, with what it may see; raises NotFound or Invalid. Without a form there is
    a value in every field."""
    found = item_in(catalogue, item)
    if task not in found.task:
        raise NotFound(f"The item {item} has no task {task!r}, but {', '.join(found.task)}.")
    values = mapping_in(form) if form else form_of(found.form)
    of = found.task[task]
    department = catalogue.departments.filling(of.department, REGION, values)
    body = {
        "task": task,
        "title": to_plain(of.title),
        "department": department,
        "item": item,
        "item_title": to_plain(found.title),
        "region": REGION,
        "applicant": APPLICANTS[found.applicants[0]] if of.sees.applicant else None,
        "form": of.sees.fields_of(values),
        "materials": [material(it) for it in found.materials if of.sees.material(it.name)],
        "opinions": [_opinion(catalogue, found, key, values) for key in of.sees.opinions],
        "acceptance": _limit(of.acceptance),
        "handling": _limit(of.handling),
        "to_fetch": [],
    }
    return Sample(department=department, body=body, item=found, task=of)


def form_of(fields: tuple[FormField, ...]) -> dict[str, Any]:
    """A form with a value in every field."""
    return {it.name: _value(it) for it in fields}


def _value(it: FormField) -> Any:
    if it.type == "choice":
        return it.choices[0]
    if it.type == "list":
        return [form_of(it.fields)] * max(1, int(it.minimum or 0))
    if it.type in ("integer", "number"):
        low = it.minimum if it.minimum is not None else 1
        return int(low) if float(low).is_integer() else low
    return VALUES[it.type]


def material(rule: MaterialRule) -> dict[str, Any]:
    """A document such as the rule asks for; nobody has its content."""
    return {
        "name": rule.name,
        "digest": "sha256:" + hashlib.sha256(rule.name.encode()).hexdigest(),
        "media_type": rule.accepts[0],
        "size": 48_211,
        "file_name": f"{rule.title.zh}.pdf",
    }


def _opinion(
    catalogue: Catalogue, item: Item, key: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    of = item.task[key]
    return {
        "task": key,
        "department": catalogue.departments.filling(of.department, REGION, values),
        "outcome": "approved",
        "opinion": "同意。",
        "results": form_of(of.results),
    }


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return None if limit is None else to_plain(limit)
