"""By the trace alone: which rungs were reached, and what is said of those that did not fire."""

from collections.abc import Sequence
from typing import Any

from deploy.chaos.rungs import Rungs, check
from services.supervision.trace import Entry, Head, append
from shared.messages import AlertRaised, Text
from shared.messages.registry import name_of
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    assigned,
    at,
    completed,
    decided,
    opened,
    step,
)

LATE = f"{CASE}/handling/planning.1/yellow"
REMINDED = f"{CASE}/handling/planning.1/reminder"


def trace(messages: Sequence[Any]) -> list[Entry]:
    head, entries = Head(), []
    for message in messages:
        kind = name_of(type(message))
        head, entry = append(head, case=CASE, source="x", type=kind, at=message.at, message=message)
        entries.append(entry)
    return entries


def alert(name: str, when: str) -> AlertRaised:
    return AlertRaised(
        alert=name,
        rung=name.rpartition("/")[2],
        at=at(when),
        case=CASE,
        clock=name.rpartition("/")[0],
        department="planning",
        task="t",
        due_at=None,
        title=Text(zh="督办", en="alert"),
        text="",
    )


BEGIN = step(1, "09-07 10:00", opened("09-07 10:00", promised=None), assigned("planning.1"))
"""Five working days for the task: due on the 14th, reminded on the 11th."""

IN_TIME = step(2, "09-09 10:00", completed("planning.1"), decided())
TOO_LATE = step(2, "09-15 10:00", completed("planning.1"), decided())


def found(*messages: Any) -> Rungs:
    return check(CASE, trace(messages), RULES)


def test_a_task_that_was_done_in_time_needs_no_alert() -> None:
    assert found(BEGIN, IN_TIME) == Rungs(fired=0, early=0, wrong=())


def test_rungs_that_were_reached_and_fired_are_right_also_when_they_fired_later() -> None:
    reminded, late = alert(REMINDED, "09-14 08:00"), alert(LATE, "09-15 09:00")
    assert found(BEGIN, reminded, late, TOO_LATE) == Rungs(fired=2, early=0, wrong=())
    assert found(BEGIN, TOO_LATE, reminded, late) == Rungs(fired=2, early=0, wrong=())


def test_a_rung_that_was_reached_and_did_not_fire_is_named() -> None:
    reminded = alert(REMINDED, "09-14 08:00")
    assert found(BEGIN, reminded, TOO_LATE).wrong == (f"{LATE} was reached and did not fire",)


def test_a_rung_that_fired_twice_is_named() -> None:
    reminded, late = alert(REMINDED, "09-14 08:00"), alert(LATE, "09-15 09:00")
    assert found(BEGIN, reminded, late, late, TOO_LATE).wrong == (f"{LATE} fired twice",)


def test_a_rung_may_have_fired_before_the_news_that_it_was_not_reached() -> None:
    early = found(BEGIN, alert(REMINDED, "09-11 17:30"), IN_TIME)
    assert early == Rungs(fired=1, early=1, wrong=())


def test_a_rung_that_fired_although_it_was_known_not_to_be_reached_is_named() -> None:
    wrong = found(BEGIN, IN_TIME, alert(REMINDED, "09-11 17:30")).wrong
    assert wrong == (f"{REMINDED} fired although it was known not to be reached",)
