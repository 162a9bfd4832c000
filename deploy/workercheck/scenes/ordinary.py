"""Ordinary days: tasks, tasks with more in them than the worker knows, tasks that come twice."""

from collections.abc import Mapping
from typing import Any

from deploy.workercheck.record import Played
from deploy.workercheck.stage import Stage

LATE = 2
"""For so many times the time allowed an answer is waited for, so that late differs from never."""

BARE: Mapping[str, Any] = {
    "applicant": None,
    "opinions": [],
    "acceptance": None,
    "handling": None,
    "to_fetch": [],
}


def answer(stage: Stage) -> Played:
    """Three tasks; the second has nothing in it that may be absent."""
    tasks = (stage.task(), stage.send(_without_defaults(stage)), stage.task())
    if stage.answered(*tasks, seconds=LATE * stage.within):
        stage.settled(*tasks)
    return stage.over(tasks=tasks)


def _without_defaults(stage: Stage) -> dict[str, object]:
    left_out = ("opinions", "acceptance", "handling", "to_fetch")
    body = stage.body(applicant=None)
    return {name: value for name, value in body.items() if name not in left_out}


def unknown_fields(stage: Stage) -> Played:
    """A task from a newer platform: further fields in the message, its parts and its headers."""
    body = stage.body(**BARE, urgency="high", channel={"kind": "portal", "number": 7})
    body["title"] = {**body["title"], "bo": "ཞིབ་འཇུག"}
    body["materials"] = [{**it, "pages": 12} for it in body["materials"]]
    task = stage.send(body, headers={"onewindow-hint": "new"})
    stage.answered(task)
    return stage.over(tasks=(task,))


def duplicate(stage: Stage) -> Played:
    """A task twice at once, once more after its answer, and another one behind it."""
    first = stage.task()
    copies = [first, stage.again(first)]
    stage.answered(first)
    copies.append(stage.again(first))
    behind = stage.task()
    stage.answered(behind)
    stage.settled(*copies, behind)
    stage.quiet()
    return stage.over(tasks=(first, behind))
