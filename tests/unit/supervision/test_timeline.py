"""A case as a timeline, and where everything goes in its picture."""

from services.supervision import domain
from services.supervision.board.drawing import HEAD, LABELS, ROW, WIDTH, drawing
from services.supervision.timeline import bars
from services.supervision.trace import Entry, canonical
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    accepted,
    assigned,
    at,
    completed,
    decided,
    opened,
    resumed,
    step,
    suspended,
)

CALENDAR = RULES.calendar
NOW = at("09-30 12:00")


def course(*steps, now=NOW):
    """The bars of a case with these steps."""
    case = domain.Case(code=CASE)
    for one in steps:
        case = domain.follow(case, one, RULES)
    entries = [
        Entry(
            case=CASE,
            position=it.number,
            source="routing",
            type="case.progressed",
            at=it.at,
            body=canonical(it),
            previous="",
            hash="",
        )
        for it in steps
    ]
    clocks = {clock.id: clock for clock in domain.clocks_of(case)}
    return bars(entries, clocks, CALENDAR, now)


def beginning(*more):
    return course(
        step(1, "09-18 10:00", opened("09-18 10:00"), assigned("a.1", acceptance=1)), *more
    )


def test_a_task_begins_is_taken_up_and_ends():
    case, task = beginning(
        step(2, "09-21 11:00", accepted("a.1")), step(3, "09-23 15:00", completed("a.1"))
    )
    assert (case.department, case.begin, case.end) == ("development", at("09-18 10:00"), None)
    assert (task.begin, task.accepted_at, task.end) == (
        at("09-18 10:00"),
        at("09-21 11:00"),
        at("09-23 15:00"),
    )
    assert (task.state, task.outcome, task.officer) == ("completed", "approved", "李某")
    assert (task.used.amount, task.used.budget, task.used.unit) == (3, 5, "working_days")


def test_the_case_waits_while_any_of_its_tasks_does():
    case, first, second = course(
        step(1, "09-18 10:00", opened("09-18 10:00"), assigned("a.1"), assigned("b.1")),
        step(2, "09-21 10:00", suspended("a.1")),
        step(3, "09-22 10:00", suspended("b.1")),
        step(4, "09-23 10:00", resumed("a.1")),
        step(5, "09-24 10:00", resumed("b.1")),
        step(6, "09-25 10:00", suspended("a.1")),
    )
    spans = [[(it.begin, it.end) for it in bar.pauses] for bar in (case, first, second)]
    last = (at("09-25 10:00"), None)
    assert spans == [
        [(at("09-21 10:00"), at("09-24 10:00")), last],
        [(at("09-21 10:00"), at("09-23 10:00")), last],
        [(at("09-22 10:00"), at("09-24 10:00"))],
    ]
    assert (case.stands_still, first.stands_still, second.stands_still) == (True, True, False)


def test_a_decision_ends_the_case_and_what_stood_still():
    case, _task = beginning(
        step(2, "09-21 10:00", suspended("a.1")), step(3, "09-24 10:00", decided())
    )
    assert (case.end, case.state, case.stands_still) == (at("09-24 10:00"), "decided", False)


def test_a_limit_that_passed_unmet_is_missed_and_one_that_was_met_is_not():
    _case, task = beginning(step(2, "09-20 11:00", accepted("a.1")))
    assert {due.kind: due.missed for due in task.dues} == {"acceptance": False, "handling": True}


def test_the_picture_has_a_row_for_the_case_and_each_task_within_its_frame():
    shown = beginning(
        step(2, "09-21 11:00", accepted("a.1")), step(3, "09-22 09:00", suspended("a.1"))
    )
    picture = drawing(shown, CALENDAR, NOW)
    assert [row.y for row in picture.rows] == [HEAD, HEAD + ROW]
    spans = [
        it for row in picture.rows for it in (row.whole, row.before, row.late, *row.pauses) if it
    ]
    assert all(it.x >= LABELS and it.x + it.width <= WIDTH for it in [*spans, *picture.off])
    assert all(LABELS <= mark.x <= WIDTH for row in picture.rows for mark in row.marks)
    (_case, task) = picture.rows
    assert task.whole.x == task.before.x
    assert task.before.x + task.before.width < task.pauses[0].x
    assert picture.now == task.pauses[0].x + task.pauses[0].width


def test_a_closed_case_has_no_line_of_now():
    shown = beginning(step(2, "09-30 10:00", completed("a.1"), decided()))
    assert drawing(shown, CALENDAR, at("11-30 10:00")).now is None


def test_days_off_are_shaded_from_midnight_to_midnight():
    picture = drawing(beginning(), CALENDAR, NOW)
    day = picture.ticks[1][0] - picture.ticks[0][0]
    days = (picture.ticks[1][1] - picture.ticks[0][1]).days
    assert [round(it.width / day * days) for it in picture.off][:2] == [1, 3]  # 20 Sep is worked
