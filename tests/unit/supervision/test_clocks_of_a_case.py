"""Which clocks a case carries, when they stop and when they end."""

from functools import reduce

import pytest

from services.supervision.domain import Case, follow
from shared.messages import CaseProgressed, Silence
from shared.messages.progress import Noted
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    accepted,
    assigned,
    at,
    cancelled,
    completed,
    decided,
    declined,
    extended,
    opened,
    resumed,
    returned,
    revoked,
    step,
    supplemented,
    suspended,
    transferred,
)


def case_after(*steps: CaseProgressed) -> Case:
    return reduce(lambda case, it: follow(case, it, RULES), steps, Case(code=CASE))


def running(case: Case) -> set[str]:
    return {
        clock.id.removeprefix(f"{CASE}/")
        for clock in case.changed.values()
        if clock.ended_at is None and not clock.stopped
    }


def due(case: Case, clock: str):
    return case.changed[f"{CASE}/{clock}"].due_at


def test_a_note_on_progress_changes_no_clock():
    both = assigned("planning.1", acceptance=1, handling=5)
    case = case_after(step(1, "09-18 10:00", opened("09-18 09:30"), both))
    said = Noted(
        task="planning",
        assignment="planning.1",
        department="planning",
        note="surveyed",
        percent=40,
        officer="",
        stated_at=at("09-21 10:00"),
    )
    after = follow(case, step(2, "09-21 10:00", said), RULES)
    assert after.changed == case.changed
    assert running(after) >= {"acceptance/planning.1", "handling/planning.1"}


def test_an_opened_case_carries_its_own_clocks_and_one_for_each_deferral():
    case = case_after(step(1, "09-18 10:00", opened("09-18 09:30", licence="09-30")))
    assert running(case) == {"statutory", "promised", "deferral/licence"}
    assert due(case, "deferral/licence") == at("09-30 17:00")


def test_the_day_of_acceptance_does_not_count_and_holidays_do_not_either():
    # 20 (a Sunday, worked), 21, 22, 23, 24, 28, 29, 30 September, 8 and 9 October.
    case = case_after(step(1, "09-18 10:00", opened("09-18 09:30", promised=10)))
    assert due(case, "promised") == at("10-09 17:00")


def test_a_promise_for_a_day_off_ends_with_the_first_working_day_after_it():
    case = case_after(step(1, "09-18 10:00", opened("09-18 09:30", licence="10-03")))
    assert due(case, "deferral/licence") == at("10-08 17:00")


def test_an_item_without_limits_has_no_clocks_of_its_own():
    case = case_after(step(1, "09-18 10:00", opened("09-18 09:30", promised=None, statutory=None)))
    assert running(case) == set()


def test_an_assignment_starts_its_handling_and_acceptance_clocks_and_acceptance_ends_one():
    opening = step(1, "09-18 10:00", opened("09-18 09:30"), assigned("planning.1", acceptance=1))
    case = case_after(opening)
    assert running(case) >= {"acceptance/planning.1", "handling/planning.1"}
    case = follow(case, step(2, "09-18 11:00", accepted("planning.1")), RULES)
    assert running(case) == {"statutory", "promised", "handling/planning.1"}


@pytest.mark.parametrize("answer", [completed, declined, cancelled])
def test_an_answer_that_closes_a_task_ends_its_clocks_and_nobody_elses(answer):
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1", acceptance=1)),
        step(2, "09-18 10:01", assigned("b.1")),
        step(3, "09-21 10:00", answer("a.1")),
    )
    assert running(case) == {"statutory", "promised", "handling/b.1"}
    assert case.changed[f"{CASE}/handling/a.1"].ended_at == at("09-21 10:00")


def test_a_return_with_its_stop_holds_the_task_and_the_case_but_no_other_task():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1", acceptance=1)),
        step(2, "09-18 10:01", assigned("b.1")),
        step(3, "09-21 10:00", returned("a.1"), suspended("a.1")),
    )
    assert running(case) == {"handling/b.1"}
    assert due(case, "promised") is None


def test_a_stop_moves_the_end_of_the_case_by_the_days_that_it_took():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30", promised=10), assigned("a.1")),
        step(2, "09-21 10:00", suspended("a.1")),
        step(3, "09-23 10:00", supplemented(), resumed("a.1")),
    )
    # Without the stop 9 October; the ends of business of 21 and 22 September did not count.
    assert due(case, "promised") == at("10-12 17:00")


def test_the_case_runs_again_only_when_the_last_of_its_stopped_tasks_does():
    stopped = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1"), assigned("b.1")),
        step(2, "09-21 10:00", suspended("a.1")),
        step(3, "09-21 11:00", suspended("b.1")),
        step(4, "09-22 10:00", resumed("a.1")),
    )
    assert running(stopped) == {"handling/a.1"}
    case = follow(stopped, step(5, "09-23 10:00", resumed("b.1")), RULES)
    assert running(case) == {"statutory", "promised", "handling/a.1", "handling/b.1"}


@pytest.mark.parametrize("answer", [completed, declined, cancelled])
def test_a_task_that_is_closed_while_it_waits_holds_its_case_no_longer(answer):
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1")),
        step(2, "09-21 10:00", suspended("a.1")),
        step(3, "09-22 10:00", answer("a.1")),
    )
    assert running(case) == {"statutory", "promised"}


def test_a_stop_does_not_move_a_promised_date():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30", licence="09-30"), assigned("a.1")),
        step(2, "09-21 10:00", suspended("a.1")),
    )
    assert running(case) == {"deferral/licence"}
    assert due(case, "deferral/licence") == at("09-30 17:00")


def test_a_promised_material_that_comes_ends_its_clock_and_not_another():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30", licence="09-30", plan="09-29")),
        step(2, "09-22 10:00", supplemented("licence")),
    )
    assert running(case) == {"statutory", "promised", "deferral/plan"}


def test_a_decision_ends_every_clock():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30", licence="09-30"), assigned("a.1")),
        step(2, "09-21 10:00", suspended("a.1")),
        step(3, "09-22 10:00", decided()),
    )
    assert running(case) == set()
    assert all(clock.ended_at == at("09-22 10:00") for clock in case.changed.values())
    assert case.closed_at == at("09-22 10:00")


def test_a_late_task_does_not_make_its_case_late():
    case = case_after(step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1", handling=1)))
    late = case.changed[f"{CASE}/handling/a.1"].fire(at("09-21 10:00"))[1]
    assert [rung.name for rung in late] == ["reminder", "yellow"]
    assert case.changed[f"{CASE}/promised"].fire(at("09-21 10:00"))[1] == ()


def test_a_step_that_changes_nothing_about_time_leaves_every_clock_as_it_is():
    before = case_after(step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1")))
    after = follow(before, step(2, "09-21 10:00", resumed("a.1"), supplemented()), RULES)
    assert after.clocks == before.clocks
    assert after.number == 2


def test_the_clock_of_a_verification_runs_after_the_decision():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30"), decided(), assigned("verify.1", handling=10))
    )
    assert running(case) == {"handling/verify.1"}
    assert due(case, "handling/verify.1") == at("10-09 17:00")
    case = follow(case, step(2, "09-21 10:00", completed("verify.1"), revoked()), RULES)
    assert running(case) == set()


def test_an_extension_moves_the_clocks_of_the_case_and_no_others():
    # Ten working days and ten more: 9 to 15, 16, 19 to 22 October; Saturday 10 is worked.
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1")),
        step(2, "09-21 10:00", extended(10)),
    )
    assert due(case, "promised") == at("10-22 17:00")
    assert due(case, "handling/a.1") == at("09-24 17:00")
    reminder = case.changed[f"{CASE}/promised"].rungs[0]
    assert reminder.moment == at("10-21 17:00")


def test_an_extension_in_another_unit_than_the_limit_moves_nothing():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30")),
        step(2, "09-21 10:00", extended(10, unit="calendar_days")),
    )
    assert due(case, "promised") == at("10-09 17:00")


def test_a_stopped_case_can_be_extended():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1")),
        step(2, "09-21 10:00", suspended("a.1"), extended(10)),
        step(3, "09-21 11:00", resumed("a.1")),
    )
    assert due(case, "promised") == at("10-22 17:00")


def test_the_clocks_of_a_transferred_task_end_and_those_of_its_next_assignment_begin():
    case = case_after(
        step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1")),
        step(2, "09-21 10:00", transferred("a.1"), assigned("a.2")),
    )
    assert running(case) == {"statutory", "promised", "handling/a.2"}


def rungs(case: Case, clock: str) -> dict[str, object]:
    return {it.name: it.moment for it in case.changed[f"{CASE}/{clock}"].rungs}


def test_silence_that_escalates_goes_up_the_line_when_the_limit_has_passed():
    waiting = assigned("a.1", acceptance=1, silence="escalate")
    case = case_after(step(1, "09-18 10:00", opened("09-18 09:30"), waiting))
    assert rungs(case, "handling/a.1")["head"] == at("09-24 17:00")
    assert rungs(case, "handling/a.1")["yellow"] == at("09-24 17:00")
    assert "head" not in rungs(case, "acceptance/a.1")
    usual = case_after(step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1")))
    assert rungs(usual, "handling/a.1")["head"] == at("10-09 17:00")


@pytest.mark.parametrize("silence", ["reassign", "deemed_approval"])
def test_silence_is_acted_on_when_the_limit_has_passed_and_not_once_it_is_broken(silence: Silence):
    waiting = assigned("a.1", acceptance=1, silence=silence)
    begun = step(1, "09-18 10:00", opened("09-18 09:30"), waiting)
    case = case_after(begun)
    assert rungs(case, "handling/a.1")[silence] == at("09-24 17:00")
    assert silence not in rungs(case, "acceptance/a.1")
    stopped = case_after(begun, step(2, "09-24 09:00", suspended("a.1")))
    assert rungs(stopped, "handling/a.1")[silence] is None
    resumed_later = step(3, "09-28 09:00", resumed("a.1"))
    later = case_after(begun, step(2, "09-24 09:00", suspended("a.1")), resumed_later)
    assert rungs(later, "handling/a.1")[silence] == at("09-28 17:00")
    late = case_after(begun, step(2, "09-28 09:00", completed("a.1")))
    assert "yellow" in rungs(late, "handling/a.1")
    assert silence not in rungs(late, "handling/a.1")
