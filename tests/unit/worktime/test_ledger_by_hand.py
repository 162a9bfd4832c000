"""Stops, extensions and rungs, worked by hand in the autumn of 2026.

25-27 September and 1-7 October are off; Sunday 20 September and Saturday 10 October are worked.
"""

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from shared.errors import Invalid
from shared.worktime import (
    Ledger,
    Stretch,
    Unit,
    china,
    moment_beside_due,
    moment_of_share,
    share,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
ACCEPTED = "2026-09-18T09:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ledger(
    amount: int = 20,
    unit: Unit = "working_days",
    stops: tuple[tuple[str, str], ...] = (),
    start: str = ACCEPTED,
) -> Ledger:
    made = Ledger.starting(at(start), amount, unit)
    for begin, end in stops:
        made = made.suspend(at(begin)).resume(at(end))
    return made


@pytest.mark.parametrize(
    ("name", "made", "expected"),
    [
        ("no stop", ledger(), "2026-10-22T17:00"),
        (
            "an expert review of eight working days moves the end by eight",
            ledger(stops=(("2026-09-23T10:00", "2026-10-12T15:00"),)),
            "2026-11-03T17:00",
        ),
        (
            "a stop over a holiday alone moves nothing",
            ledger(stops=(("2026-09-30T18:00", "2026-10-08T08:30"),)),
            "2026-10-22T17:00",
        ),
        (
            "a stop within a day moves nothing",
            ledger(stops=(("2026-09-22T09:10", "2026-09-22T16:50"),)),
            "2026-10-22T17:00",
        ),
        (
            "a stop over one end of business moves the end by one",
            ledger(stops=(("2026-09-22T16:00", "2026-09-23T09:30"),)),
            "2026-10-23T17:00",
        ),
        (
            "a stop on the last day saves the last day",
            ledger(amount=5, stops=(("2026-09-24T10:00", "2026-09-29T15:00"),)),
            "2026-09-29T17:00",
        ),
        (
            "a stop at the end of business leaves that day counted",
            ledger(stops=(("2026-09-22T17:00", "2026-09-23T17:30"),)),
            "2026-10-23T17:00",
        ),
        (
            "resuming at the end of business leaves that day uncounted",
            ledger(stops=(("2026-09-22T16:00", "2026-09-23T17:00"),)),
            "2026-10-26T17:00",
        ),
        (
            "a stop on the day of the event, until the next evening, moves the end by one",
            ledger(stops=(("2026-09-18T11:00", "2026-09-20T18:00"),)),
            "2026-10-23T17:00",
        ),
        (
            "two stops add up",
            ledger(
                stops=(
                    ("2026-09-21T10:00", "2026-09-23T10:00"),
                    ("2026-09-28T10:00", "2026-10-08T10:00"),
                )
            ),
            "2026-10-29T17:00",
        ),
        (
            "an extension by ten",
            ledger().extend(10, "art. 42"),
            "2026-11-05T17:00",
        ),
        (
            "an expert review and an extension",
            ledger(stops=(("2026-09-23T10:00", "2026-10-12T15:00"),)).extend(10, "art. 42"),
            "2026-11-17T17:00",
        ),
        (
            "a stop after the end does not make it timely",
            ledger(amount=1, stops=(("2026-09-21T09:00", "2026-10-12T09:00"),)),
            "2026-09-20T17:00",
        ),
        (
            "calendar days: three days of stop, and the day off at the end",
            ledger(
                amount=7, unit="calendar_days", stops=(("2026-09-20T10:00", "2026-09-23T10:00"),)
            ),
            "2026-09-28T17:00",
        ),
        (
            "calendar days: stopped while the end waits for a working day",
            ledger(
                amount=7, unit="calendar_days", stops=(("2026-09-26T10:00", "2026-09-29T10:00"),)
            ),
            "2026-09-29T17:00",
        ),
        (
            "calendar days: resumed at the end of business, so the end is the next day",
            ledger(
                amount=7, unit="calendar_days", stops=(("2026-09-26T10:00", "2026-09-28T17:00"),)
            ),
            "2026-09-29T17:00",
        ),
        (
            "working hours: two hours of stop move the end by two hours",
            ledger(
                amount=3, unit="working_hours", stops=(("2026-09-18T10:00", "2026-09-18T12:00"),)
            ),
            "2026-09-18T15:00",
        ),
    ],
)
def test_the_due_date_follows_from_what_happened(name: str, made: Ledger, expected: str):
    assert made.due_date(china()) == at(expected), name


def test_a_stopped_clock_has_no_due_date():
    stopped = ledger().suspend(at("2026-09-23T10:00"))
    assert stopped.stopped
    assert stopped.due_date(china()) is None


def test_a_clock_that_stopped_after_its_end_keeps_its_due_date():
    stopped = ledger(amount=1).suspend(at("2026-09-21T09:00"))
    assert stopped.due_date(china()) == at("2026-09-20T17:00")


@pytest.mark.parametrize(
    ("now", "used"),
    [
        ("2026-09-18T08:00", 0),
        ("2026-09-18T23:00", 0),
        ("2026-09-20T16:59", 0),
        ("2026-09-20T17:00", 1),
        ("2026-09-23T09:00", 3),
        ("2026-09-23T17:00", 3),
        ("2026-10-12T14:00", 3),
        ("2026-10-12T17:00", 4),
        ("2026-11-03T16:59", 19),
        ("2026-11-03T17:00", 20),
        ("2026-11-05T17:00", 22),
    ],
)
def test_a_day_is_consumed_when_its_business_ends_and_the_clock_runs(now: str, used: int):
    made = ledger(stops=(("2026-09-23T10:00", "2026-10-12T15:00"),))
    assert made.consumed(at(now), china()) == used
    assert made.remaining(at(now), china()) == 20 - used


def test_hours_are_consumed_as_they_pass():
    made = ledger(amount=8, unit="working_hours")
    assert made.consumed(at("2026-09-18T10:20"), china()) == Fraction(4, 3)
    assert made.consumed(at("2026-09-18T12:30"), china()) == 3


def test_days_off_at_the_end_of_calendar_days_are_not_consumed():
    made = ledger(amount=7, unit="calendar_days")
    assert made.consumed(at("2026-09-27T18:00"), china()) == 7
    assert made.consumed(at("2026-09-28T17:00"), china()) == 7
    assert made.consumed(at("2026-09-29T17:00"), china()) == 8


def test_shares_are_reached_at_the_end_of_the_day_that_reaches_them():
    made = ledger(amount=5)
    assert share(made, at("2026-09-21T17:00"), china()) == Fraction(2, 5)
    assert moment_of_share(made, Fraction(2, 5), china()) == at("2026-09-21T17:00")
    assert moment_of_share(made, Fraction(1, 2), china()) == at("2026-09-22T17:00")
    assert moment_of_share(made, 0.8, china()) == at("2026-09-23T17:00")
    assert moment_of_share(made, 1, china()) == at("2026-09-24T17:00")
    assert moment_of_share(made, Fraction(6, 5), china()) == at("2026-09-28T17:00")
    assert moment_of_share(made, 0, china()) == at(ACCEPTED)


def test_the_whole_of_calendar_days_is_reached_when_they_are_due():
    made = ledger(amount=7, unit="calendar_days")
    assert moment_of_share(made, 1, china()) == at("2026-09-28T17:00")
    assert moment_of_share(made, Fraction(8, 7), china()) == at("2026-09-29T17:00")


def test_a_rung_stands_working_days_before_or_after_the_due_date():
    made = ledger(amount=6)  # due Monday 28 September
    assert moment_beside_due(made, -1, china()) == at("2026-09-24T17:00")
    assert moment_beside_due(made, 0, china()) == at("2026-09-28T17:00")
    assert moment_beside_due(made, 3, china()) == at("2026-10-08T17:00")


def test_a_rung_before_the_beginning_stands_at_the_beginning():
    assert moment_beside_due(ledger(amount=1), -3, china()) == at(ACCEPTED)


def test_a_rung_that_falls_into_a_stop_waits_for_its_end():
    made = ledger(amount=5, stops=(("2026-09-24T10:00", "2026-09-29T15:00"),))
    assert moment_beside_due(made, -1, china()) == at("2026-09-29T15:00")


def test_a_stopped_clock_schedules_no_rung():
    stopped = ledger().suspend(at("2026-09-23T10:00"))
    assert moment_beside_due(stopped, -1, china()) is None
    assert moment_of_share(stopped, 1, china()) is None
    assert moment_of_share(stopped, Fraction(3, 20), china()) == at("2026-09-22T17:00")


def test_a_ledger_refuses_what_cannot_have_happened():
    running, calendar_start = ledger(), at(ACCEPTED)
    stopped = running.suspend(at("2026-09-23T10:00"))
    with pytest.raises(Invalid, match=r"suspension: .*already stopped"):
        stopped.suspend(at("2026-09-24T10:00"))
    with pytest.raises(Invalid, match=r"resumption: .*not stopped"):
        running.resume(at("2026-09-24T10:00"))
    with pytest.raises(Invalid, match=r"suspension: .*before"):
        running.suspend(calendar_start - timedelta(seconds=1))
    with pytest.raises(Invalid, match=r"resumption: .*before"):
        stopped.resume(at("2026-09-23T09:59"))
    with pytest.raises(Invalid, match="amount"):
        running.extend(0)
    with pytest.raises(Invalid, match="amount"):
        Ledger.starting(calendar_start, 0, "working_days")
    with pytest.raises(Invalid, match="unit"):
        Ledger.starting(calendar_start, 1, "weeks")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="no zone"):
        running.suspend(datetime(2026, 9, 23))


def test_a_ledger_whose_stretches_overlap_is_refused():
    with pytest.raises(Invalid, match="stretches"):
        Ledger(
            amount=5,
            unit="working_days",
            stretches=(
                Stretch(begin=at("2026-09-18T09:00"), end=at("2026-09-21T09:00")),
                Stretch(begin=at("2026-09-20T09:00")),
            ),
        )
    with pytest.raises(Invalid, match="stretches"):
        Ledger(amount=5, unit="working_days", stretches=())
