"""The parts of a limit: what they are, and that they add up, whatever happened to the clock."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from shared.worktime import Apart, BusinessHours, Calendars, Ledger, Ran, Stopped, china, explain
from shared.worktime.days import Entry
from shared.worktime.explanation import Explanation
from shared.worktime.ledger import Stretch
from tests.unit.worktime.test_ledger_by_hand import at, ledger
from tests.unit.worktime.test_properties_of_counting import CALENDAR, CLOSE, SHANGHAI, ledgers
from tests.unit.worktime.test_regions import FRIDAY, version

REVIEW = ledger(stops=(("2026-09-23T10:00", "2026-10-12T15:00"),)).extend(10, "approved, art. 42")


def test_an_explanation_says_what_counted_and_what_did_not():
    told = explain(REVIEW, china(), at("2026-10-13T09:00"))
    assert told.parts == (
        Ran(begin=at("2026-09-18T09:00"), end=at("2026-09-23T10:00"), units=Fraction(3), used=3),
        Stopped(begin=at("2026-09-23T10:00"), end=at("2026-10-12T15:00"), units=Fraction(8)),
        Ran(begin=at("2026-10-12T15:00"), end=at("2026-11-17T17:00"), units=Fraction(27), used=1),
    )
    assert told.due == told.spent == at("2026-11-17T17:00")
    assert (told.consumed, told.late, told.unpublished) == (4, 0, ())


def test_an_explanation_names_the_days_that_are_not_as_others():
    days = [
        (str(it.first), str(it.last), it.working, it.source.partition(" (")[0])
        for it in explain(REVIEW, china(), at("2026-10-13T09:00")).days
    ]
    assert days == [
        ("2026-09-20", "2026-09-20", True, "National Day"),
        ("2026-09-25", "2026-09-27", False, "Mid-autumn Festival"),
        ("2026-10-01", "2026-10-07", False, "National Day"),
        ("2026-10-10", "2026-10-10", True, "National Day"),
    ]


def test_an_explanation_names_a_half_day():
    half = BusinessHours.parse("09:00-12:00")
    entry = Entry(date=FRIDAY, kind="workday", source="n", hours=half)
    calendar = Calendars([version("330100", entries=(entry,))]).of("330100")
    made = Ledger.starting(at("2026-11-26T10:00"), 2, "working_days")
    (apart,) = explain(made, calendar, made.started).days
    assert apart == Apart(first=FRIDAY, last=FRIDAY, working=True, source="n", hours=half)


def test_an_explanation_of_a_stopped_clock_says_since_when():
    told = explain(ledger().suspend(at("2026-09-23T10:00")), china(), at("2026-09-29T09:00"))
    assert told.due is None
    assert told.parts[-1] == Stopped(begin=at("2026-09-23T10:00"), end=None, units=Fraction(3))


def test_an_explanation_warns_of_a_year_that_nobody_has_published():
    made = ledger(amount=5, start="2026-12-30T09:00")
    assert explain(made, china(), made.started).unpublished == (2027,)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Ledger, datetime]:
    """A clock that ran, stood, was given more time and perhaps stands, and a moment to ask at."""
    made = draw(ledgers())
    for more in draw(st.lists(st.integers(1, 15), max_size=2)):
        made = made.extend(more)
    if draw(st.booleans()):
        made = made.suspend(
            made.stretches[-1].begin + draw(st.timedeltas(timedelta(), timedelta(60)))
        )
    return made, made.started + draw(st.timedeltas(timedelta(), timedelta(days=150)))


def runs(told: Explanation) -> list[Ran]:
    return [it for it in told.parts if isinstance(it, Ran)]


SPENT_ON_A_SATURDAY = Ledger(
    amount=14,
    unit="calendar_days",
    stretches=(Stretch(begin=at("2024-01-20T00:00"), end=at("2024-02-04T00:00")),),
)
"""Its last day was 3 February; it would have ended on the next day, a working Sunday."""


@example((SPENT_ON_A_SATURDAY, SPENT_ON_A_SATURDAY.started))
@given(histories())
def test_the_parts_add_up_to_the_budget_and_to_what_is_consumed(history: tuple[Ledger, datetime]):
    made, now = history
    told = explain(made, CALENDAR, now)
    granted = sum(it.units for it in runs(told))
    assert told.due == made.due_date(CALENDAR)
    # What is spent may still stop before it ends, as a limit does not end on a day of rest.
    assert granted == made.budget if told.spent else granted < made.budget
    assert told.spent or not told.due
    assert sum(it.used for it in runs(told)) + told.late == made.consumed(now, CALENDAR)


@given(histories())
def test_the_parts_follow_each_other_from_the_beginning_to_the_end(
    history: tuple[Ledger, datetime],
):
    made, now = history
    told = explain(made, CALENDAR, now)
    edges = [edge for it in told.parts for edge in (it.begin, it.end)]
    assert edges[0] == made.started
    assert edges[1:-1:2] == edges[2::2], "each part begins where the one before it ends"
    assert edges[-1] == told.due, "also where that is nothing"


@given(histories())
def test_the_parts_alone_lead_to_the_due_date(history: tuple[Ledger, datetime]):
    """Whoever has only the lines counts the closings of business in them and comes to the same."""
    made, now = history
    told = explain(made, CALENDAR, now)
    if made.unit != "working_days" or told.due is None:
        return
    counted = [end for it in runs(told) for end in closings(it.begin, it.end)]
    after_event = [it for it in counted if it.date() > made.started.date()]
    assert len(after_event) == made.budget
    assert after_event[-1] == told.due


def closings(begin: datetime, end: datetime) -> list[datetime]:
    days = (begin.date() + timedelta(days=ahead) for ahead in range((end - begin).days + 2))
    ends = (datetime.combine(day, CLOSE, SHANGHAI) for day in days if CALENDAR.is_working(day))
    return [it for it in ends if begin < it <= end]


def test_the_closings_of_business_are_those_of_worked_days():
    assert closings(at("2026-09-18T16:00"), at("2026-09-21T17:00")) == [
        datetime.combine(date(2026, 9, day), time(17), SHANGHAI) for day in (18, 20, 21)
    ]
