"""Results that must not count, each sent by a real broker user: refused, recorded, and alerted
where a supervisor has to know."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.journey.journey import Journey
from tests.journey.operator import Unit
from tests.journey.stories import Story
from tests.journey.town import Town
from tests.waiting import eventually

HOLDER, OTHER = "tax", "housing-fund"
"""Departments without a worker in this town: the tests speak for them."""

STORY = Story(
    name="for-tax",
    fate="approved",
    form={"flammable_site": True},
    script={"lightning": f"decline:{HOLDER}"},
)


@pytest.fixture
def units(town: Town) -> Iterator[tuple[Unit, Unit]]:
    """The department that holds the task, and one that does not."""
    both = [Unit(town.stack.amqp_uri(f"department.{it}"), it) for it in (HOLDER, OTHER)]
    yield both[0], both[1]
    for unit in both:
        unit.close()


def refusals(town: Town, code: str) -> list[dict[str, Any]]:
    """What routing says in the case stream that it let not count."""
    return [it for it in town.changes(code) if it["kind"] == "result.refused"]


def test_what_must_not_count_is_refused_recorded_and_alerted(
    town: Town, units: tuple[Unit, Unit]
) -> None:
    holder, other = units
    journey = Journey(town, [STORY])
    journey.hand_in()
    code = journey.cases[0].code
    task = holder.take()
    assert task["case"] == code

    answer = holder.answer(task, town.now)
    other.say(replace(answer, outcome="rejected", opinion="x", legal_basis="y"))
    other.say(replace(answer, department=OTHER))
    holder.say(replace(answer, assignment="no-such-assignment"))
    eventually(lambda: len(town.alerts(code)) == 3, "three alerts", state=lambda: town.alerts(code))
    assert lightning(town, code) == "assigned", "none of these did anything"

    counted = holder.say(answer)
    journey.play()
    assert lightning(town, code) == "completed"
    holder.say(answer, message_id=counted)
    holder.say(replace(answer, opinion="under a used id"), message_id=counted)
    holder.say(answer)
    holder.say(replace(answer, at=town.now, officer="another officer"))
    holder.say(replace(answer, opinion="something else"))
    holder.say(replace(answer, opinion="something else again"))
    eventually(lambda: len(refusals(town, code)) == 7, "seven refusals are recorded")
    town.settle()

    # Of what comes together, what came under a new id is dealt with first.
    assert sorted((it["sender"], it["ground"]) for it in refusals(town, code)) == [
        (f"department.{OTHER}", "forged"),
        (f"department.{HOLDER}", "altered"),
        (f"department.{HOLDER}", "not_held"),
        (f"department.{HOLDER}", "repeated"),
        (f"department.{HOLDER}", "repeated"),
        (f"department.{HOLDER}", "settled"),
        (f"department.{HOLDER}", "settled"),
    ]
    alerts = town.alerts(code)
    assert {it["rung"] for it in alerts} == {"refused"}
    assert sorted(it["text"] for it in alerts) == [
        f"department.{OTHER} sent task.completed in the name of '{HOLDER}'",
        f"{OTHER} answered, but {HOLDER} holds the assignment",
        "the case has no assignment 'no-such-assignment'",
        f"the message id {counted} was used before, for another message: every answer needs an id"
        " of its own",
        "the same answer has counted before",
        "the task has been answered already, and differently",
    ]
    trace = town.trace(code)
    assert trace["verified"]
    assert [it["type"] for it in trace["entries"]].count("message.refused") == 1
    assert journey.cases[0].fate == "approved"
    assert town.parked() == []


def lightning(town: Town, code: str) -> str:
    """How far the disputed task is, as the applicant sees it."""
    tasks = town.intake.get(f"/cases/{code}")["tasks"]
    return str(next(it["state"] for it in tasks if it["task"] == "lightning"))
