"""From what stands in a file, checked for its form, to the service item itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.routing.catalogue.schemas import ItemSchema
from services.routing.departments import Department, Departments, Role
from services.routing.plan import Formal, Issue, Item, Promise, Sees, Subitem, Task
from services.routing.subitems import expanded
from shared.messages import ExtensionRule, FormField, Limit, MaterialRule, Procedure, Text

INCLUDED = "included"
"""In a stored document: those of the items that it takes in, by key."""


def item_of(document: str) -> Item:
    """The item of a stored document, which was checked when it was published."""
    value = json.loads(document)
    included = {key: item_of(document_of(one)) for key, one in value.pop(INCLUDED, {}).items()}
    item = built(ItemSchema().load(value), document)
    return expanded(item, included) if item.subitems else item


def with_subitems(item: Item, items: Mapping[str, Item]) -> Item:
    """The item as it is published: its document holds those of its sub-items, as they are now."""
    included = {one.item: json.loads(items[one.item].document) for one in item.subitems}
    document = document_of({**json.loads(item.document), INCLUDED: included})
    return replace(expanded(item, items), document=document)


def document_of(value: Mapping[str, Any]) -> str:
    """What a file says, without its layout: equal for equal content."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def built(loaded: Mapping[str, Any], document: str) -> Item:
    """The item of a mapping that has gone through the schema."""
    return Item(
        key=loaded["item"],
        version=loaded["version"],
        title=Text(**loaded["title"]),
        lead=loaded["lead"],
        applicants=tuple(loaded["applicants"]),
        form=_fields(loaded["form"]),
        materials=tuple(_material(rule) for rule in loaded["materials"]),
        tasks=tuple(_task(task) for task in loaded["tasks"]),
        statutory=_limit(loaded["statutory"]),
        promised=_limit(loaded["promised"]),
        review=_limit(loaded["review"]),
        extension=_extension(loaded["extension"]),
        procedures=tuple(_procedure(one) for one in loaded["procedures"]),
        on_rejection=loaded["on_rejection"],
        promise=_promise(loaded["promise"]),
        issues=tuple(_issue(one) for one in loaded["issues"]),
        subitems=tuple(_subitem(one) for one in loaded["subitems"]),
        classes={it["name"]: found for it in _asked_for(loaded) if (found := _classes(it))},
        document=document,
    )


def departments_of(loaded: Mapping[str, Any]) -> Departments:
    """The departments and roles of a mapping that has gone through the schema."""
    by_key = {key: _department(key, one) for key, one in loaded["departments"].items()}
    return Departments(by_key, {key: Role(key=key, **one) for key, one in loaded["roles"].items()})


def _department(key: str, one: Mapping[str, Any]) -> Department:
    title, may_see = Text(**one["title"]), frozenset(one["may_see"])
    return Department(key=key, title=title, desk=one["desk"], may_see=may_see)


def _asked_for(loaded: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*loaded["form"], *loaded["materials"]]


def _classes(one: Mapping[str, Any]) -> frozenset[str]:
    """Who sees a list sees all that its elements hold."""
    inner = (_classes(it) for it in one.get("fields_", ()))
    return frozenset({one["data"]} - {""}).union(*inner)


def _limit(loaded: Mapping[str, Any] | None) -> Limit | None:
    return Limit(**loaded) if loaded else None


def _extension(loaded: Mapping[str, Any] | None) -> ExtensionRule | None:
    return ExtensionRule(**{**loaded, "by": Text(**loaded["by"])}) if loaded else None


def _procedure(loaded: Mapping[str, Any]) -> Procedure:
    return Procedure(
        key=loaded["key"], title=Text(**loaded["title"]), limit=Limit(**loaded["limit"])
    )


def _fields(loaded: Sequence[Mapping[str, Any]]) -> tuple[FormField, ...]:
    return tuple(_field(dict(one)) for one in loaded)


def _field(one: dict[str, Any]) -> FormField:
    inner = _fields(one.pop("fields_"))
    del one["data"]
    title, choices = Text(**one.pop("title")), tuple(one.pop("choices"))
    return FormField(**one, title=title, choices=choices, fields=inner)


def _material(loaded: Mapping[str, Any]) -> MaterialRule:
    rule = {**loaded, "title": Text(**loaded["title"])}
    del rule["data"]
    if "accepts" in rule:
        rule["accepts"] = tuple(rule["accepts"])
    return MaterialRule(**rule)


def _task(loaded: Mapping[str, Any]) -> Task:
    return Task(
        key=loaded["key"],
        title=Text(**loaded["title"]),
        department=loaded["department"],
        after=tuple(loaded["after"]),
        when=loaded["when"],
        acceptance=_limit(loaded["acceptance"]),
        handling=_limit(loaded["handling"]),
        results=_fields(loaded["results"]),
        sees=_sees(loaded["sees"]),
        silence=loaded["silence"],
        approval=loaded["approval"],
        extension=_limit(loaded["extension"]),
        procedures=tuple(loaded["procedures"]),
        for_each=loaded["for_each"],
        joint_with=tuple(loaded["joint_with"]),
        decision=loaded["decision"],
        quorum=loaded["quorum"],
        formal=_formal(loaded["formal"]),
        on_promise=loaded["on_promise"],
        classes=frozenset[str]().union(*map(_classes, loaded["results"])),
    )


def _formal(loaded: Mapping[str, Any] | None) -> Formal | None:
    return Formal(when=loaded["when"], reason=Text(**loaded["reason"])) if loaded else None


def _promise(loaded: Mapping[str, Any] | None) -> Promise | None:
    return Promise(**{**loaded, "reason": Text(**loaded["reason"])}) if loaded else None


def _issue(loaded: Mapping[str, Any]) -> Issue:
    return Issue(
        name=loaded["name"],
        title=Text(**loaded["title"]),
        task=loaded["task"],
        department=loaded["department"],
        delivery=_limit(loaded["delivery"]),
        sees=_sees(loaded["sees"]),
    )


def _subitem(loaded: Mapping[str, Any]) -> Subitem:
    return Subitem(**{**loaded, "after": tuple(loaded["after"])})


def _sees(loaded: Mapping[str, Any]) -> Sees:
    return Sees(
        form=_some(loaded["form"]),
        materials=_some(loaded["materials"]),
        applicant=loaded["applicant"],
        opinions=tuple(loaded["opinions"]),
    )


def _some(names: Sequence[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)
