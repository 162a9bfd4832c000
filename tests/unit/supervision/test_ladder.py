"""The ladder: when its rungs are reached, and that each is climbed once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.supervision.clocks import Clock
from services.supervision.ladder import climb
from services.supervision.limits import Given
from services.supervision.rungs import written
from shared.errors import Invalid
from shared.lights import Ladder
from shared.worktime import Ledger, china
from tests.unit.supervision.steps import TITLE, at

CALENDAR = china()
USUAL: Ladder = (
    ("reminder", "1 working day before due"),
    ("yellow", "at due"),
    ("red", "2 working days after due"),
    ("head", "5 working days after due"),
)


def clock(ladder: Ladder = USUAL, *, amount: int = 5, begun: str = "09-18 10:00") -> Clock:
    bare = Clock(
        case="case",
        kind="handling",
        subject="planning.1",
        department="planning",
        title=TITLE,
        limit=Ledger.starting(at(begun), amount, "working_days"),
    )
    return bare.begun(ladder, CALENDAR)


def moments(it: Clock) -> dict[str, datetime | None]:
    return {rung.name: rung.moment for rung in it.rungs}


def test_rungs_lie_beside_the_due_date_in_working_days():
    # Due on Thursday 24 September; 25 to 27 September and 1 to 7 October are off.
    assert moments(clock()) == {
        "reminder": at("09-23 17:00"),
        "yellow": at("09-24 17:00"),
        "red": at("09-29 17:00"),
        "head": at("10-09 17:00"),
    }


def test_a_share_of_the_limit_is_reached_when_it_is_consumed():
    shares = (("reminder", "80% of the limit"), ("red", "120% of the limit"))
    assert moments(clock(shares)) == {"reminder": at("09-23 17:00"), "red": at("09-28 17:00")}


def test_a_rung_that_would_fall_on_the_beginning_is_left_out():
    early = (("reminder", "9 working days before due"), ("yellow", "at due"))
    assert set(moments(clock(early))) == {"yellow"}


def test_a_stop_takes_back_what_was_not_reached_and_a_resumption_sets_it_anew():
    stopped = clock().stop(at("09-24 09:00"), CALENDAR)
    assert moments(stopped) == {
        "reminder": at("09-23 17:00"),
        "yellow": None,
        "red": None,
        "head": None,
    }
    resumed = stopped.resume(at("09-28 09:00"), CALENDAR)
    assert moments(resumed)["reminder"] == at("09-23 17:00")
    assert moments(resumed)["yellow"] == at("09-28 17:00")


def test_a_clock_that_ended_keeps_only_the_rungs_that_it_had_reached():
    ended = clock().end(at("09-24 17:00"))
    assert set(moments(ended)) == {"reminder"}
    assert set(moments(clock().end(at("09-24 17:01")))) == {"reminder", "yellow"}


def test_what_is_done_at_the_very_moment_is_done_in_time():
    assert clock().fire(at("09-23 17:00"))[1] == ()
    assert len(clock().fire(at("09-23 17:00") + timedelta(microseconds=1))[1]) == 1


def test_a_date_from_outside_has_its_rungs_at_its_own_hour():
    given_date = Given(started=at("09-01 10:00"), due=at("09-19 00:00"))  # a Saturday
    assert [rung.moment for rung in climb(USUAL, given_date, CALENDAR)] == [
        at("09-18 00:00"),
        at("09-19 00:00"),
        at("09-21 00:00"),
        at("09-24 00:00"),
    ]


@pytest.mark.parametrize(
    ("ladder", "problem"),
    [
        ({"orange": "at due"}, "l.orange: is no rung; a rung is one of reminder, yellow"),
        ({"red": "soon"}, "l.red: 'soon' is not of the form '80% of the limit'"),
        ({"red": "2 days after due"}, "l.red: '2 days after due' is not of the form"),
    ],
)
def test_a_ladder_that_says_nothing_clear_is_refused(ladder: dict[str, str], problem: str):
    with pytest.raises(Invalid, match=problem):
        written(ladder, "l")


EVENTS = st.lists(
    st.tuples(st.integers(1, 60 * 24 * 30), st.sampled_from(["tick", "stop", "resume", "end"])),
    max_size=25,
).map(sorted)


def changed(it: Clock, event: str, now: datetime) -> Clock:
    if event == "stop":
        return it.stop(now, CALENDAR)
    return it.resume(now, CALENDAR) if event == "resume" else it.end(now)


def climbed(events: list[tuple[int, str]], ladder: Ladder = USUAL) -> list[tuple[str, datetime]]:
    """The rungs that fire, with the moment at which each was due, in order of firing."""
    it, fired = clock(ladder), []
    for minutes, event in [*events, (10**6, "tick")]:
        now = at("09-18 10:00") + timedelta(minutes=minutes)
        if event == "tick":
            it, rungs = it.fire(now)
            fired += [(rung.name, rung.moment) for rung in rungs]
        elif it.ended_at is None:
            it = changed(it, event, now)
    return fired


@given(EVENTS)
def test_each_rung_is_climbed_at_most_once_and_in_order(events: list[tuple[int, str]]):
    fired = climbed(events)
    assert len({name for name, _moment in fired}) == len(fired)
    assert [moment for _name, moment in fired] == sorted(moment for _name, moment in fired)


@given(EVENTS)
def test_what_fires_does_not_depend_on_when_somebody_looked(events: list[tuple[int, str]]):
    without_ticks = [event for event in events if event[1] != "tick"]
    assert climbed(events) == climbed(without_ticks)


@given(EVENTS.filter(lambda events: not any(event == "end" for _minutes, event in events)))
def test_every_rung_of_a_clock_that_runs_on_is_climbed(events: list[tuple[int, str]]):
    last = max([minutes for minutes, _event in events], default=0)
    fired = climbed([*events, (last + 1, "resume")])
    assert sorted(name for name, _moment in fired) == sorted(name for name, _when in USUAL)


def test_a_calendar_that_changes_moves_what_is_still_to_come_and_nothing_else():
    begun = clock()
    fired, _rungs = begun.fire(at("09-24 10:00"))
    recounted = replace(fired, due_at=None).recount(at("09-24 10:00"), CALENDAR)
    assert recounted == fired
