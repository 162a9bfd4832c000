"""The golden tables: holidays as they were decreed, and due dates worked out step by step.

Each example is checked thrice: by the code, by a clerk's count (the oracle), and its days against
chinesecalendar.
"""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from shared.worktime import Calendars, Ledger, china, deemed_acceptance, due, read_calendars
from shared.worktime.seed import NOTICES
from tests.unit.worktime.golden import oracle
from tests.unit.worktime.golden.oracle import Example, examples

CALENDARS: Calendars = read_calendars(oracle.HERE)
YEARS = oracle.read("notices.yaml")
RULE = re.compile(r"(ALL (32|42|44|45|82)(, (42|44|45|82))*|CC (201|203)(, 203)?|202[456])(; |$)")


def each(which):
    return pytest.mark.parametrize("example", which, ids=[it["name"] for it in which])


def at(text: str, example: Example) -> datetime:
    return oracle.moment(text, ZoneInfo(example.get("zone", "Asia/Shanghai")))


def ledger(example: Example) -> Ledger:
    unit = example.get("unit", "working_days")
    made = Ledger.starting(at(example["from"], example), int(example["amount"]), unit)
    for begin, end in example.get("stops", ()):
        made = made.suspend(at(begin, example)).resume(at(end, example))
    for amount in example.get("more", ()):
        made = made.extend(int(amount))
    return made


@each(examples())
def test_a_worked_example_comes_to_its_due_date(example: Example):
    calendar = CALENDARS.of(example.get("region", ""))
    made = ledger(example)
    assert made.due_date(calendar) == at(example["due"], example), example["steps"]
    assert made.provisional(calendar) == (example.get("provisional") == "yes")


@each(examples())
def test_a_worked_example_is_what_a_clerk_counts(example: Example):
    assert oracle.due(example) == at(example["due"], example), example["steps"]


@each([it for it in examples() if not it.keys() & {"stops", "more"}])
def test_an_example_without_stops_is_plain_counting(example: Example):
    start, unit = at(example["from"], example), example.get("unit", "working_days")
    counted = due(start, int(example["amount"]), unit, CALENDARS.of(example.get("region", "")))
    assert counted == at(example["due"], example)


@each([it for it in examples() if "received" in it])
def test_silence_about_what_is_missing_accepts_as_of_the_receipt(example: Example):
    received, now = at(example["received"], example), at(example["now"], example)
    told = at(example["told"], example) if "told" in example else None
    accepted = deemed_acceptance(received, told, now, china())
    assert accepted == (None if example.get("accepted") == "no" else received)


@each(examples())
def test_a_worked_example_names_the_rules_that_it_follows(example: Example):
    rest = example["rule"]
    while found := RULE.match(rest):
        rest = rest[found.end() :]
    assert rest == ""


@each([it for it in examples() if it.get("unit") != "working_hours" and "(" in it["steps"]])
def test_the_steps_of_an_example_end_with_its_last_day(example: Example):
    budget = int(example["amount"]) + sum(map(int, example.get("more", ())))
    assert int(re.findall(r"\((\d+)\)", example["steps"])[-1]) == budget


def test_there_are_enough_examples_and_no_two_have_a_name():
    names = [it["name"] for it in examples()]
    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("year", YEARS)
def test_every_day_of_a_year_is_what_its_notice_says(year: str):
    office = oracle.Office()
    for day in oracle.dates(f"{year}-01-01", f"{year}-12-31"):
        works = office.works(day)
        assert china().is_working(day) == works == chinese_calendar.is_workday(day), day
        assert not china().day(day).provisional


@pytest.mark.parametrize("year", YEARS)
def test_every_holiday_and_every_day_worked_for_it_names_its_notice(year: str):
    notice = YEARS[year]["notice"]
    assert NOTICES[int(year)] == notice
    for day in (day for day in oracle.notices() if day.year == int(year)):
        assert china().day(day).source.endswith(f"({notice})"), day


@pytest.mark.parametrize("year", YEARS)
def test_every_holiday_and_every_day_worked_for_it_decides_an_example(year: str):
    """A day is covered where some count would come out otherwise if it were an ordinary one: where
    working days are counted past it, and do not stop."""
    for holiday in YEARS[year]["holidays"]:
        first, last = map(date.fromisoformat, holiday["off"])
        weekdays = [day for day in oracle.dates(str(first), str(last)) if day.weekday() < 5]
        for day in [*weekdays, *map(date.fromisoformat, holiday.get("worked", ()))]:
            assert any(passes(it, day) for it in examples()), (holiday["name"], day)


def passes(example: Example, day: date) -> bool:
    """Whether an example counts working days from before `day` to its end on or after it."""
    start, end = at(example["from"], example).date(), at(example["due"], example).date()
    plain = "unit" not in example and "stops" not in example and "region" not in example
    return plain and start < day <= end


@pytest.mark.parametrize(("year", "days"), [("2024", 251), ("2025", 248), ("2026", 248)])
def test_a_year_has_its_number_of_working_days(year: str, days: int):
    first, last = date(int(year), 1, 1), date(int(year), 12, 31)
    assert china().working_days_between(first - timedelta(days=1), last) == days
