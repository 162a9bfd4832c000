"""A task's page: what the task may see, what may be done with it, and what was done."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Response

from services.department import handlers, items, store
from services.department.desk import library
from services.department.desk.drafts import draft_of, needs_two
from services.department.desk.handlers import since
from services.department.desk.officers import Officer
from services.department.domain import MOVES, OPEN, Task
from services.department.items import TaskRules
from services.department.pages import forms
from services.department.pages.base import HANDLE, DeskBase, officer_of
from shared.errors import NotFound
from shared.shelf import BEGINNINGS
from shared.web.pages import Page, Visit, live, page

STRICT = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of a file that a stranger handed in: it runs nothing, loads nothing, and is kept nowhere."""
BLOCK = 1 << 16


class TaskPages(DeskBase):
    """One task."""

    @page("GET", "/desk/tasks/<assignment>", roles=HANDLE)
    def show_at_desk(self, visit: Visit, assignment: str) -> Page:
        return self._page(visit, assignment, {})

    @page("POST", "/desk/tasks/<assignment>/template", form=forms.TemplateUse, roles=HANDLE)
    def use_template(self, visit: Visit, assignment: str) -> Page:
        """The page again with a template put into the opinion, behind what was typed."""
        typed = dict(visit.form.values)
        with self.delivery.database.reading() as tx:
            task = handlers.show(tx, visit.somebody.unit, assignment)
            template = library.show(tx, visit.somebody.unit, typed.pop("template"))
        text = template.filled(task.document, task.case, visit.language)
        typed["opinion"] = "\n".join(filter(None, (typed["opinion"], text)))
        typed["legal_basis"] = typed["legal_basis"] or template.legal_basis
        if template.outcome != "any":
            typed["outcome"] = template.outcome
        return self._page(visit, assignment, typed)

    def _page(self, visit: Visit, assignment: str, typed: Mapping[str, Any]) -> Page:
        officer, now = officer_of(visit.somebody), self.delivery.settings.time.now()
        with self.delivery.database.reading() as tx:
            task = handlers.show(tx, officer.department, assignment)
            document = task.document
            rules = items.rules_of(tx, document["item"], document.get("item_version", 0), task.task)
            templates = library.of_department(tx, officer.department)
        return Page(
            "task.html",
            listed=self.office.desk.listed(task, now),
            task=task,
            rules=rules,
            officer=officer,
            may=acts_of(task, officer),
            draft=draft_of(task),
            templates=templates,
            typed=typed or {"outcome": ""},
            colleagues=[it for it in self.colleagues(visit.somebody) if it.account != task.holder],
            titles=self.office,
            form_rows=list(_form_rows(document.get("form") or {}, rules, visit.language)),
            subjects=subjects_of(document, rules, visit.language),
            procedure_titles={it["key"]: it["title"][visit.language] for it in rules.procedures},
            result_titles={it["name"]: it["title"][visit.language] for it in rules.results},
            inline=BEGINNINGS,
            since=lambda version: since(task, int(version or 0)),
            two=needs_two(task, "completion"),
            current="inbox",
        )

    @live("/desk/tasks/<assignment>/live", roles=HANDLE)
    def task_mark(self, unit: str, assignment: str) -> str:
        """What changes whenever the task does, empty for one that the department has not."""
        with self.delivery.database.reading() as tx:
            task = store.tasks_under(tx, [assignment]).get(assignment)
        return str(task.version) if task and task.department == unit else ""

    @page("GET", "/desk/tasks/<assignment>/materials/<number>", roles=HANDLE)
    def material(self, visit: Visit, assignment: str, number: str) -> Response:
        """A material that the task may see: PDF and pictures as they are, the rest to save."""
        with self.delivery.database.reading() as tx:
            task = handlers.show(tx, visit.somebody.unit, assignment)
        return self._file(_numbered(task.document.get("materials") or [], number))

    @page("GET", "/desk/tasks/<assignment>/documents/<number>", roles=HANDLE)
    def our_document(self, visit: Visit, assignment: str, number: str) -> Response:
        """A document of the department's own draft or answer."""
        with self.delivery.database.reading() as tx:
            task = handlers.show(tx, visit.somebody.unit, assignment)
        draft = draft_of(task)
        said = draft.said if draft else task.answer or {}
        return self._file(_numbered(said.get("documents") or [], number))

    def _file(self, material: Mapping[str, Any]) -> Response:
        path = self.office.shelf.path_of(material["digest"])
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise NotFound(f"the file of {material['name']} is not here") from None
        beginning = file.read(16)
        file.seek(0)
        known = BEGINNINGS.get(material["media_type"], ())
        shown = bool(known) and beginning.startswith(known)
        name = material.get("file_name") or material["name"]
        response = Response(_pieces(file), headers=STRICT)
        response.content_type = material["media_type"] if shown else "application/octet-stream"
        response.content_length = path.stat().st_size
        shown_as = "inline" if shown else "attachment"
        disposition = f"{shown_as}; filename*=UTF-8''{quote(_plain(name))}"
        response.headers["Content-Disposition"] = disposition
        return response


def acts_of(task: Task, officer: Officer) -> frozenset[str]:
    """What this officer may do with the task just now; empty for what another holds."""
    if task.state not in OPEN or not officer.handles:
        return frozenset()
    free = task.holder in ("", officer.account)
    found = set(_with_others(task, officer, free=free))
    draft = draft_of(task)
    if draft and draft.waits:
        if draft.by == officer.account:
            found.add("take_back")
        elif officer.head:
            found.add("approve")
    elif free:
        found |= {what for what, (before, _) in MOVES.items() if task.state in before}
        if not task.document.get("extension") or task.clocks.extended or _asked(task):
            found.discard("extension")
    return frozenset(found)


def _with_others(task: Task, officer: Officer, *, free: bool) -> Iterator[str]:
    if free or officer.head:
        yield "hand_over"
    if free and not task.holder:
        yield "claim"
    if task.holder and (free or officer.head):
        yield "release"


def _asked(task: Task) -> bool:
    return bool(task.answer and task.answer["act"] == "extension")


def _numbered(files: Sequence[Mapping[str, Any]], number: str) -> Mapping[str, Any]:
    if not (number.isascii() and number.isdigit()) or int(number) >= len(files):
        raise NotFound("the task has no such file")
    return files[int(number)]


def subjects_of(
    document: Mapping[str, Any], rules: TaskRules, language: str
) -> list[tuple[str, str]]:
    """What an applicant can be asked to mend: materials and form fields, with their titles."""
    seen = dict.fromkeys(it["name"] for it in document.get("materials") or ())
    materials = dict.fromkeys([*seen, *(set(rules.materials) & set(seen))])
    found = [(name, title_in(rules.materials, name, language)) for name in materials]
    form = document.get("form") or {}
    return found + [(name, title_in(rules.form, name, language)) for name in form]


def title_in(known: Mapping[str, Any], name: str, language: str) -> str:
    """The title of a field or material; its name where the item is not known."""
    return str(known[name]["title"][language]) if name in known else name


def _form_rows(
    form: Mapping[str, Any], rules: TaskRules, language: str
) -> Iterator[tuple[str, Any, tuple[tuple[str, str], ...]]]:
    """Title and value of each form field; of a list its elements and the columns."""
    for name, value in form.items():
        rule = rules.form.get(name)
        columns: tuple[tuple[str, str], ...] = ()
        if isinstance(value, list):
            inner = {it["name"]: it for it in (rule or {}).get("fields", ())}
            keys = dict.fromkeys(key for it in value if isinstance(it, dict) for key in it)
            columns = tuple((key, title_in(inner, key, language)) for key in keys)
        yield title_in(rules.form, name, language), value, columns


def _pieces(file: Any) -> Iterator[bytes]:
    with file:
        while piece := file.read(BLOCK):
            yield piece


def _plain(name: str) -> str:
    """A file name without what could mean something in a folder (RFC 6266 spells the rest)."""
    return "".join(it for it in name if it.isprintable() and it not in '"\\/')[:120] or "file"
