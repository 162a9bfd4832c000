"""Faults in conditions: names that lead nowhere, what may be absent, and wrong types.

Types are found by trial: a condition is evaluated for sample values of every field that it names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import Any

from services.routing.catalogue.checks import before
from services.routing.catalogue.faults import Path, meant
from services.routing.catalogue.forms import Found
from services.routing.catalogue.samples import samples, telling
from services.routing.plan import Item
from shared.conditions import BadCondition, Condition, ConditionFailed, condition, spelled
from shared.conditiontext import Name
from shared.messages import FormField

MOST_TRIALS = 1_000

_ALWAYS = {
    True: "true: leave it out",
    False: "false, so that what it stands on is dead: nobody will ever get it",
}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A name that a condition may use. `certain`: it is there whenever the condition is asked."""

    field: FormField
    certain: bool


def check_condition(item: Item, source: str, path: Path) -> Iterator[Found]:
    """One condition over the form of an item."""
    form: dict[Name, Known] = {
        ("form", field.name): Known(field=field, certain=field.required) for field in item.form
    }
    yield from _check(source, path, form)


def check_conditions(item: Item) -> Iterator[Found]:
    """Every `when` of the tasks and the materials."""
    form: dict[Name, Known] = {
        ("form", field.name): Known(field=field, certain=field.required) for field in item.form
    }
    for place, rule in enumerate(item.materials):
        if rule.when:
            yield from _check(rule.when, ("materials", place, "when"), form)
    if item.promise:
        yield from _check(item.promise.when, ("promise", "when"), form)
    for place, task in enumerate(item.tasks):
        if task.formal:
            yield from _check(task.formal.when, ("tasks", place, "formal", "when"), form)
        if task.when:
            yield from _check(
                task.when, ("tasks", place, "when"), {**form, **_results(item, task.key)}
            )


def _results(item: Item, key: str) -> dict[Name, Known]:
    """What earlier tasks state. A task with a condition may never have been asked."""
    return {
        ("results", earlier.replace("-", "_"), field.name): Known(
            field=field, certain=field.required and _always_stated(item, earlier)
        )
        for earlier in sorted(before(item, key))
        for field in item.task[earlier].results
        if _one_states(item, earlier)
    }


def _always_stated(item: Item, key: str) -> bool:
    """Who rejects states nothing; that matters where the case goes on all the same."""
    return not item.task[key].when and item.on_rejection == "stop"


def _one_states(item: Item, key: str) -> bool:
    """The parts of a divided task state what they like; the lead's results are the task's."""
    return not item.task[key].divided or item.task[key].decision == "lead"


def _check(source: str, path: Path, known: Mapping[Name, Known]) -> Iterator[Found]:
    try:
        compiled = condition(source)
    except BadCondition as error:
        yield path, str(error)
        return
    problems = list(_names(compiled, known)) or list(_trials(compiled, known))
    yield from ((path, problem) for problem in problems)


def _names(compiled: Condition, known: Mapping[Name, Known]) -> Iterator[str]:
    for name in sorted(compiled.names):
        if name not in known:
            near = meant(spelled(name), [spelled(one) for one in known])
            yield f"`{spelled(name)}` is not there when the condition is asked{near}"
        elif not known[name].certain and name not in compiled.asked:
            yield f"`{spelled(name)}` may be absent: ask `has({spelled(name)})` first"


def _trials(compiled: Condition, known: Mapping[Name, Known]) -> Iterator[str]:
    names, source = sorted(compiled.names), compiled.source
    choices = [samples(known[name].field, source, certain=known[name].certain) for name in names]
    answers = set()
    for values in islice(product(*choices), MOST_TRIALS):
        try:
            answers.add(compiled.holds(_laid(names, values)))
        except ConditionFailed as error:
            given = ", ".join(f"{spelled(n)} = {v!r}" for n, v in zip(names, values, strict=True))
            yield f"{error} (tried with {given})"
            return
    all_tried = prod(map(len, choices)) <= MOST_TRIALS
    if len(answers) == 1 and all_tried and all(telling(known[n].field, source) for n in names):
        yield f"is always {_ALWAYS[answers.pop()]}"


def _laid(names: list[Name], values: tuple[Any, ...]) -> dict[str, Any]:
    laid: dict[str, Any] = {"form": {}, "results": {}}
    for name, value in zip(names, values, strict=True):
        inner = laid
        for part in name[:-1]:
            inner = inner.setdefault(part, {})
        inner[name[-1]] = value
    return laid
