"""Which light a limit has, when it changes, and why."""

from datetime import timedelta

import pytest

from shared.lights import STILL, TODAY, gravest, timing
from shared.worktime import Ledger, china
from tests.unit.supervision.steps import at

CALENDAR = china()
START = at("09-18 10:00")
DUE = at("09-29 17:00")  # the 7th working day after the 18th: the 20th is worked, 25th to 27th off
TICK = timedelta(microseconds=1)
TWICE = (
    ("yellow", "1 working day before due"),
    ("reminder", "50% of the limit"),
    ("red", "at due"),
)


def limit(amount=7, unit="working_days", start=START):
    return Ledger.starting(start, amount, unit)


def of(ladder=(), ledger=None):
    return timing(ledger or limit(), ladder, CALENDAR)


@pytest.mark.parametrize(
    ("now", "light", "today"),
    [
        (at("09-28 23:59"), "green", False),
        (at("09-29 00:00"), "yellow", True),
        (DUE, "yellow", True),
        (DUE + TICK, "red", False),
    ],
)
def test_it_is_yellow_on_its_last_day_and_red_once_the_limit_has_passed(now, light, today):
    assert of().due_at == DUE
    assert of().light(now) == light
    assert of().due_today(now) is today
    assert of().warning == TODAY


def test_the_first_warning_turns_it_yellow_and_is_why():
    warned = of(TWICE)
    assert (warned.warned_at, warned.warning) == (at("09-23 17:00"), "50% of the limit")
    assert warned.light(at("09-23 16:59")) == "green"
    assert warned.light(at("09-23 17:00")) == "yellow"


def test_only_a_reminder_and_a_yellow_card_are_warnings():
    assert of((("red", "50% of the limit"), ("head", "1 working day before due"))) == of()


def test_a_warning_on_the_last_day_is_no_earlier_than_the_day():
    assert of((("yellow", "at due"), ("reminder", "2 working hours before due"))) == of()


def test_a_warning_that_would_fall_on_the_beginning_is_left_out():
    at_once = (("reminder", "6 working days before due"),)
    assert of(at_once).warned_at == at("09-20 17:00")
    early = (("reminder", "9 working days before due"),)
    assert of(early) == of()
    assert of((*early, ("yellow", "1 working day before due"))).warned_at == at("09-28 17:00")


def test_a_stop_moves_what_depends_on_the_end_and_keeps_the_share_that_is_used():
    stopped = limit().suspend(at("09-24 10:00"))
    assert of(TWICE, stopped) == STILL
    resumed = stopped.resume(at("10-08 09:00"))
    assert of(TWICE, resumed).warned_at == at("09-23 17:00")
    last_days = (("reminder", "1 working day before due"),)
    assert of(last_days, resumed).warned_at == at("10-09 17:00")


def test_more_time_makes_it_green_again_until_the_share_of_all_of_it_is_used():
    half = (("reminder", "50% of the limit"),)
    assert of(half, limit().extend(7)).warned_at == at("09-29 17:00")


def test_what_began_on_the_same_day_has_the_same_light():
    assert of(TWICE, limit(start=at("09-18 09:00"))) == of(TWICE)
    assert of(TWICE, limit(start=at("09-18 17:01"))).due_at == DUE


def test_hours_count_from_the_moment():
    by_hours = of((("yellow", "50% of the limit"),), limit(4, "working_hours", at("09-21 10:00")))
    assert (by_hours.warned_at, by_hours.due_at) == (at("09-21 00:00"), at("09-21 15:00"))


def test_the_day_is_that_of_the_offices_and_not_of_greenwich():
    early = at("09-29 00:30").astimezone(tz=None)
    assert of().light(early) == "yellow"


def test_what_stands_still_has_no_light():
    assert (STILL.light(DUE), STILL.due_today(DUE)) == ("none", False)


def test_of_several_clocks_the_one_that_comes_first_counts():
    later = of((("reminder", "10% of the limit"),), limit(9))
    both = gravest([STILL, of(), later])
    assert (both.due_at, both.warned_at, both.warning) == (
        DUE,
        later.warned_at,
        "10% of the limit",
    )
    assert gravest([STILL, later]) == later
    assert gravest([]) == STILL
