"""What a step of the case stream ended, as facts."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from services.supervision.domain import Case
from services.supervision.facts import spent
from services.supervision.refacting import retold
from shared.messages import CaseProgressed
from shared.messages.progress import Settled, Withdrawn
from shared.worktime import Ledger
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    TITLE,
    accepted,
    assigned,
    at,
    cancelled,
    completed,
    decided,
    declined,
    opened,
    resumed,
    returned,
    step,
    suspended,
    transferred,
)

# 2026-09-20, a Sunday, was worked for the National Day.
BEGUN = step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1", acceptance=1))


def told(*steps: CaseProgressed) -> Any:
    return retold(CASE, steps, RULES)[0]


def ended(*steps: CaseProgressed) -> Any:
    (fact,) = told(BEGUN, *steps).of_assignments
    return fact


def test_a_fact_tells_what_was_used_of_each_limit():
    fact = ended(step(2, "09-20 11:00", accepted("a.1")), step(3, "09-22 18:00", completed("a.1")))
    assert fact == {
        "case_code": CASE,
        "assignment": "a.1",
        "item": "enterprise-investment",
        "item_version": 3,
        "region": "330100",
        "department": "planning",
        "task": "t",
        "title": '{"zh":"规划审查","en":"Planning review"}',
        "part_of": "",
        "assigned_at": at("09-18 10:00"),
        "accepted_at": at("09-20 11:00"),
        "ended_at": at("09-22 18:00"),
        "ending": "completed",
        "outcome": "approved",
        "unit": "working_days",
        "budget": 5,
        "used": 3.0,
        "due_at": at("09-24 17:00"),
        "late": False,
        "acceptance_unit": "working_days",
        "acceptance_budget": 1,
        "acceptance_used": 0.0,
        "acceptance_late": False,
        "returns": 0,
        "stops": 0,
        "officer": "李某",
    }


def test_what_ends_when_the_limit_does_is_in_time_and_a_moment_later_it_is_late():
    assert not ended(step(2, "09-24 17:00", completed("a.1")))["late"]
    late = ended(step(2, "09-24 17:00:00.000001", completed("a.1")))
    assert (late["late"], late["used"]) == (True, 5.0)


def test_a_department_that_answers_at_once_has_not_accepted_before():
    assert ended(step(2, "09-21 11:00", completed("a.1")))["accepted_at"] is None


def test_an_acceptance_in_the_very_step_that_ends_the_task_counts():
    fact = ended(step(2, "09-21 11:00", accepted("a.1"), completed("a.1")))
    assert fact["accepted_at"] == at("09-21 11:00")


def test_stops_do_not_count_and_are_counted():
    fact = ended(
        step(2, "09-21 10:00", returned("a.1"), suspended("a.1")),
        step(3, "09-23 10:00", resumed("a.1")),
        step(4, "09-23 18:00", completed("a.1")),
    )
    assert (fact["used"], fact["stops"], fact["returns"]) == (2.0, 1, 1)
    assert fact["accepted_at"] == at("09-21 10:00"), "it has answered"


def test_every_ending_has_its_name():
    changes = (declined("a.1"), cancelled("a.1"), transferred("a.1"))
    endings = [ended(step(2, "09-21 10:00", it))["ending"] for it in changes]
    assert endings == ["declined", "cancelled", "transferred"]


def test_what_silence_approved_was_deemed():
    silence = Settled(
        task="t", title=TITLE, department="planning", ground="silence", reason="passed"
    )
    fact = ended(step(2, "09-29 10:00", cancelled("a.1"), silence))
    assert (fact["ending"], fact["outcome"], fact["late"]) == ("deemed", "deemed", True)


def test_an_assignment_without_limits_is_known_by_what_was_noted():
    begun = step(2, "09-18 11:00", replace(assigned("b.1", handling=None), part_of="all"))
    answered = step(3, "09-21 11:00", accepted("b.1"))
    (fact,) = told(BEGUN, begun, answered, step(4, "09-22 11:00", completed("b.1"))).of_assignments
    assert (fact["assigned_at"], fact["accepted_at"]) == (at("09-18 11:00"), at("09-21 11:00"))
    assert (fact["part_of"], fact["budget"], fact["late"]) == ("all", 0, False)


def test_a_case_is_told_with_its_limits():
    (fact,) = told(BEGUN, step(2, "10-13 11:00", completed("a.1"), decided())).of_cases
    assert (fact["outcome"], fact["lead"]) == ("approved", "development")
    assert (fact["opened_at"], fact["closed_at"]) == (at("09-18 09:30"), at("10-13 11:00"))
    assert (fact["promised_used"], fact["promised_late"]) == (12.0, True)
    assert (fact["statutory_used"], fact["statutory_late"]) == (12.0, False)


def test_a_withdrawn_case_takes_its_tasks_along():
    found = told(BEGUN, step(2, "09-21 11:00", cancelled("a.1"), Withdrawn(reason="r")))
    assert [it["ending"] for it in found.of_assignments] == ["cancelled"]
    assert [it["outcome"] for it in found.of_cases] == ["withdrawn"]


def test_what_is_noted_goes_with_the_assignment():
    _found, notes = retold(CASE, [BEGUN, step(2, "09-21 10:00", returned("a.1"))], RULES)
    assert notes["a.1"].returns == 1
    _found, notes = retold(
        CASE,
        [BEGUN, step(2, "09-21 10:00", returned("a.1")), step(3, "09-22 10:00", completed("a.1"))],
        RULES,
    )
    assert notes == {}


def test_a_case_that_nothing_ended_tells_nothing():
    found = told(BEGUN, step(2, "09-21 11:00", accepted("a.1")))
    assert (found.of_assignments, found.of_cases) == ([], [])
    assert Case(code=CASE).beside == {}


@given(
    amount=some.integers(1, 9),
    unit=some.sampled_from(["working_days", "working_hours", "calendar_days"]),
    begin=some.integers(0, 40_000),
    more=some.integers(0, 40_000),
)
def test_what_is_spent_is_what_the_ledger_has_consumed(amount, unit, begin, more):
    start = at("09-18 00:00").timestamp()
    moments = [
        at("09-18 00:00").fromtimestamp(start + 60 * minutes, RULES.calendar.zone)
        for minutes in (begin, begin + more)
    ]
    ledger = Ledger.starting(moments[0], amount, unit)
    expected = float(ledger.consumed(moments[1], RULES.calendar))
    assert spent(ledger, moments[1], RULES.calendar) == expected
