"""Which light something has, and when it changes."""

from datetime import timedelta

import pytest

from services.supervision.lights import STILL, gravest, timing
from shared.worktime import china
from tests.unit.supervision.steps import at

CALENDAR = china()
DUE = at("09-25 17:00")
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "light"),
    [
        (at("09-24 23:59"), "green"),
        (at("09-25 00:00"), "yellow"),
        (DUE, "yellow"),
        (DUE + TICK, "red"),
    ],
)
def test_it_is_yellow_on_its_last_day_and_red_once_the_limit_has_passed(now, light):
    assert timing(DUE, (), CALENDAR).light(now) == light


def test_a_warning_turns_it_yellow_before_its_last_day():
    warned = timing(DUE, (at("09-23 17:00"), at("09-24 17:00")), CALENDAR)
    assert warned.light(at("09-23 16:59")) == "green"
    assert warned.light(at("09-23 17:00")) == "yellow"


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (at("09-24 23:59"), False),
        (at("09-25 00:00"), True),
        (DUE, True),
        (DUE + TICK, False),
    ],
)
def test_what_ends_today_and_has_not_passed_falls_due_today(now, today):
    assert timing(DUE, (), CALENDAR).due_today(now) is today


def test_the_day_is_that_of_the_offices_and_not_of_greenwich():
    early = at("09-25 00:30").astimezone(tz=None)
    assert timing(DUE, (), CALENDAR).light(early) == "yellow"


def test_what_stands_still_has_no_light():
    assert timing(None, (at("09-01 09:00"),), CALENDAR) == STILL
    assert (STILL.light(DUE), STILL.due_today(DUE)) == ("none", False)


def test_of_several_clocks_the_one_that_comes_first_counts():
    later = timing(at("09-28 17:00"), (at("09-22 17:00"),), CALENDAR)
    both = gravest([STILL, timing(DUE, (), CALENDAR), later])
    assert (both.due_at, both.warned_at) == (DUE, at("09-22 17:00"))
    assert gravest([STILL, later]) == later
    assert gravest([]) == STILL
