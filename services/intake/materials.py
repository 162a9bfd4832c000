"""Whether the materials are all there, or promised where the item allows a promise.

Conditional acceptance: the main papers are complete, a secondary one is missing, and the applicant
promises it for a date that lies within the promised limit.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.intake.form import is_empty, meant
from shared.conditions import ConditionFailed, condition
from shared.errors import Fault, OneWindowError
from shared.messages import MaterialRule

MOST_OF_ONE = 20
"""Files that one material may consist of."""


class BadRule(OneWindowError):
    """A condition fails although all of which it speaks is there: a mistake of the catalogue."""


Stored = Mapping[tuple[str, str], int]
"""Digest and media type of what was uploaded, and its size in bytes."""


@dataclass(frozen=True, kw_only=True)
class Papers:
    """What was handed in and promised, as far as it could be read: absent keys were wrong."""

    materials: Sequence[Mapping[str, Any]]
    promises: Sequence[Mapping[str, Any]]
    stored: Stored

    @property
    def names(self) -> set[str]:
        return {material.get("name", "") for material in self.materials}

    @property
    def promised(self) -> set[str]:
        return {promise.get("material", "") for promise in self.promises}


def faults_in_materials(rules: Sequence[MaterialRule], papers: Papers) -> Iterator[Fault]:
    """Every fault of the documents themselves: name, media type, size, whether they are here."""
    declared = {rule.name: rule for rule in rules}
    counted = Counter(material.get("name", "") for material in papers.materials)
    for index, material in enumerate(papers.materials):
        path, name = f"materials[{index}]", material.get("name")
        if name in declared:
            yield from _faults_in_file(declared[name], material, path)
        elif name is not None:
            yield Fault(f"{path}.name", f"is not asked for{meant(name, declared)}")
        if name is not None and counted[name] > MOST_OF_ONE:
            yield Fault(f"{path}.name", f"stands here more than {MOST_OF_ONE} times")
        yield from _faults_in_storing(material, papers.stored, path)


def _faults_in_file(rule: MaterialRule, material: Mapping[str, Any], path: str) -> Iterator[Fault]:
    media_type, size = material.get("media_type"), material.get("size", 0)
    if media_type is not None and media_type not in rule.accepts:
        yield Fault(f"{path}.media_type", f"is not one of {', '.join(rule.accepts)}")
    if size > rule.max_size:
        yield Fault(f"{path}.size", f"is {size} bytes; at most {rule.max_size} are taken")


def _faults_in_storing(material: Mapping[str, Any], stored: Stored, path: str) -> Iterator[Fault]:
    digest, media_type = material.get("digest"), material.get("media_type")
    if digest is None or media_type is None:
        return
    size = stored.get((digest, media_type))
    if size is None:
        yield Fault(f"{path}.digest", f"is not stored here as {media_type}; PUT /materials first")
    elif "size" in material and material["size"] != size:
        yield Fault(f"{path}.size", f"is not that of the stored file, which has {size} bytes")


def faults_in_promises(
    rules: Sequence[MaterialRule], papers: Papers, *, today: date, latest: date
) -> Iterator[Fault]:
    """Every fault of the promises; `latest` is the last day that may be promised."""
    declared = {rule.name: rule for rule in rules}
    counted = Counter(promise.get("material", "") for promise in papers.promises)
    for index, promise in enumerate(papers.promises):
        path, name = f"promises[{index}]", promise.get("material")
        if name is not None:
            problem = _problem_with_promise(name, declared, papers.names)
            if not problem and counted[name] > 1:
                problem = "is promised more than once"
            if problem:
                yield Fault(f"{path}.material", problem)
        if "due_on" in promise:
            yield from _faults_in_date(promise["due_on"], today, latest, f"{path}.due_on")


def _problem_with_promise(name: str, declared: Mapping[str, MaterialRule], given: set[str]) -> str:
    if name not in declared:
        return f"is not asked for{meant(name, declared)}"
    if not declared[name].deferrable:
        return "cannot be handed in later"
    return "is handed in already and needs no promise" if name in given else ""


def _faults_in_date(due_on: date, today: date, latest: date, path: str) -> Iterator[Fault]:
    if due_on < today:
        yield Fault(path, f"lies in the past; today is {today}")
    elif due_on > latest:
        yield Fault(path, f"lies after {latest}, the last day of the promised limit")


def faults_in_completeness(
    rules: Sequence[MaterialRule], papers: Papers, form: Mapping[str, Any]
) -> Iterator[Fault]:
    """Every material that is missing and not promised, and every field that decides about one.

    `form` has only what is right of the form.
    """
    for rule in rules:
        if not rule.required or rule.name in papers.names or rule.name in papers.promised:
            continue
        if rule.issued_by:
            continue
        absent = _absent(rule, form)
        yield from absent
        if not absent and is_needed(rule, form):
            later = "; hand it in, or promise it for a date" if rule.deferrable else ""
            yield Fault("materials", f"{rule.name} ({rule.title.zh}) is missing{later}")


def is_needed(rule: MaterialRule, form: Mapping[str, Any]) -> bool:
    """Whether this application needs the material; raises BadRule.

    What a department of the system has issued is fetched there, and nobody is asked for it.
    """
    if rule.issued_by:
        return False
    try:
        return rule.required and (not rule.when or condition(rule.when).holds({"form": form}))
    except ConditionFailed as error:
        raise BadRule(f"the material {rule.name}: {error}") from error


def _absent(rule: MaterialRule, form: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The fields that are not there and without which the condition gives no answer."""
    if not rule.when:
        return ()
    asked = condition(rule.when)
    return tuple(
        Fault(f"form.{name[1]}", f"is missing; whether {rule.name} is needed depends on it")
        for name in sorted(asked.names - asked.asked)
        if is_empty(form.get(name[1]))
    )
