"""Due dates worked out by hand from the notices of the State Council for 2024, 2025 and 2026.

Written from the paper calendars, not from what the code says. Each row: the day of the event, the
working days that the item gives, the last day.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shared.worktime import china, due

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


WORKING_DAYS = [
    # 2024: 1 January off; 10-17 February off, Sundays 4 and 18 February worked, the 9th worked
    ("the day after New Year 2024", "2023-12-31", 1, "2024-01-02"),
    ("a worked Sunday before Spring Festival 2024", "2024-02-02", 1, "2024-02-04"),
    ("New Year's Eve 2024 was a working day", "2024-02-02", 6, "2024-02-09"),
    ("across Spring Festival 2024 to a worked Sunday", "2024-02-02", 7, "2024-02-18"),
    ("across Spring Festival 2024", "2024-02-02", 8, "2024-02-19"),
    # 4-6 April off, Sunday the 7th worked
    ("Tomb-sweeping 2024 ends on a worked Sunday", "2024-04-03", 1, "2024-04-07"),
    # 1-5 May off, Sunday 28 April and Saturday 11 May worked
    ("a worked Sunday before Labour Day 2024", "2024-04-26", 1, "2024-04-28"),
    ("across Labour Day 2024", "2024-04-26", 4, "2024-05-06"),
    ("to the worked Saturday after Labour Day 2024", "2024-04-26", 9, "2024-05-11"),
    ("beyond the worked Saturday after Labour Day 2024", "2024-04-26", 10, "2024-05-13"),
    ("across Dragon Boat 2024", "2024-06-07", 1, "2024-06-11"),
    # 15-17 September off, Saturday the 14th worked
    ("a worked Saturday before Mid-Autumn 2024", "2024-09-13", 1, "2024-09-14"),
    ("across Mid-Autumn 2024", "2024-09-13", 2, "2024-09-18"),
    # 1-7 October off, Sunday 29 September and Saturday 12 October worked
    ("across National Day 2024", "2024-09-27", 3, "2024-10-08"),
    ("to the worked Saturday after National Day 2024", "2024-09-27", 7, "2024-10-12"),
    ("beyond the worked Saturday after National Day 2024", "2024-09-27", 8, "2024-10-14"),
    # 2025: 28 January-4 February off, Sunday 26 January and Saturday 8 February worked
    ("New Year 2025", "2024-12-31", 1, "2025-01-02"),
    ("a worked Sunday before Spring Festival 2025", "2025-01-24", 1, "2025-01-26"),
    ("across Spring Festival 2025", "2025-01-24", 3, "2025-02-05"),
    ("to the worked Saturday after Spring Festival 2025", "2025-01-24", 6, "2025-02-08"),
    ("beyond that worked Saturday", "2025-01-24", 7, "2025-02-10"),
    ("across Tomb-sweeping 2025", "2025-04-03", 1, "2025-04-07"),
    ("a worked Sunday before Labour Day 2025", "2025-04-25", 1, "2025-04-27"),
    ("across Labour Day 2025", "2025-04-25", 5, "2025-05-06"),
    ("across Dragon Boat 2025", "2025-05-30", 1, "2025-06-03"),
    # 1-8 October off, Sunday 28 September and Saturday 11 October worked
    ("across the eight days of October 2025", "2025-09-26", 4, "2025-10-09"),
    ("to the worked Saturday after October 2025", "2025-09-26", 6, "2025-10-11"),
    # 2026: 1-3 January off, Sunday the 4th worked
    ("New Year 2026 ends on a worked Sunday", "2025-12-31", 1, "2026-01-04"),
    ("five days from New Year's Eve 2025", "2025-12-31", 5, "2026-01-08"),
    # 15-23 February off, Saturdays 14 and 28 February worked
    ("a worked Saturday before Spring Festival 2026", "2026-02-13", 1, "2026-02-14"),
    ("across Spring Festival 2026", "2026-02-13", 2, "2026-02-24"),
    ("to the worked Saturday after Spring Festival 2026", "2026-02-13", 6, "2026-02-28"),
    ("beyond that worked Saturday of 2026", "2026-02-13", 7, "2026-03-02"),
    ("across Tomb-sweeping 2026", "2026-04-03", 1, "2026-04-07"),
    ("to the worked Saturday after Labour Day 2026", "2026-04-30", 4, "2026-05-09"),
    ("across Dragon Boat 2026", "2026-06-18", 1, "2026-06-22"),
    # 25-27 September and 1-7 October off, Sunday 20 September and Saturday 10 October worked
    ("an application on Friday, Sunday is worked", "2026-09-18", 1, "2026-09-20"),
    ("an application on a Saturday", "2026-09-19", 1, "2026-09-20"),
    ("an application on a worked Sunday", "2026-09-20", 1, "2026-09-21"),
    ("a correction notice from 18 September 2026", "2026-09-18", 5, "2026-09-24"),
    ("across Mid-Autumn 2026", "2026-09-18", 6, "2026-09-28"),
    ("across both holidays of autumn 2026", "2026-09-18", 9, "2026-10-08"),
    ("a licence within 10", "2026-09-18", 10, "2026-10-09"),
    ("to the worked Saturday after National Day 2026", "2026-09-18", 11, "2026-10-10"),
    ("a decision in 20", "2026-09-18", 20, "2026-10-22"),
    ("a decision in 20 and 10 more", "2026-09-18", 30, "2026-11-05"),
    ("joint handling in 45", "2026-09-18", 45, "2026-11-26"),
    ("an application inside a holiday", "2026-10-03", 1, "2026-10-08"),
    ("an application on the last day of a holiday", "2026-10-07", 1, "2026-10-08"),
]


@pytest.mark.parametrize(("name", "start", "days", "last"), WORKING_DAYS)
@pytest.mark.parametrize("hour", ["T00:00:00", "T09:30:00", "T17:00:00", "T23:59:59"])
def test_working_days_end_at_the_end_of_business(
    name: str, start: str, days: int, last: str, hour: str
):
    assert due(at(start + hour), days, "working_days", china()) == at(last + "T17:00"), name


CALENDAR_DAYS = [
    ("the last day is an ordinary Friday", "2026-09-04", 7, "2026-09-11"),
    ("a Saturday moves to Monday", "2026-09-11", 1, "2026-09-14"),
    ("a worked Sunday does not move", "2026-09-18", 2, "2026-09-20"),
    ("Mid-Autumn moves to Monday", "2026-09-18", 7, "2026-09-28"),
    ("National Day moves to the 8th", "2026-09-18", 13, "2026-10-08"),
    ("thirty days from the first of September", "2026-09-01", 30, "2026-10-08"),
    ("holidays inside the period count", "2026-09-18", 25, "2026-10-13"),
]


@pytest.mark.parametrize(("name", "start", "days", "last"), CALENDAR_DAYS)
def test_calendar_days_move_from_a_day_off_to_the_next_working_day(
    name: str, start: str, days: int, last: str
):
    moment = due(at(start + "T10:00"), days, "calendar_days", china())
    assert moment == at(last + "T17:00"), name


WORKING_HOURS = [
    ("within the morning", "2026-09-18T10:00", 2, "2026-09-18T12:00"),
    ("across noon", "2026-09-18T11:00", 2, "2026-09-18T14:00"),
    ("beginning at noon", "2026-09-18T12:30", 1, "2026-09-18T14:00"),
    ("the whole of a day", "2026-09-21T08:00", 7, "2026-09-21T17:00"),
    ("from Friday afternoon to a worked Sunday", "2026-09-18T16:00", 2, "2026-09-20T10:00"),
    ("after business, across Mid-Autumn", "2026-09-24T18:00", 7, "2026-09-28T17:00"),
    ("across National Day", "2026-09-30T16:30", 1, "2026-10-08T09:30"),
    ("seconds are kept", "2026-09-18T16:59:30", 1, "2026-09-20T09:59:30"),
]


@pytest.mark.parametrize(("name", "start", "hours", "end"), WORKING_HOURS)
def test_working_hours_run_from_the_event_through_hours_of_business(
    name: str, start: str, hours: int, end: str
):
    assert due(at(start), hours, "working_hours", china()) == at(end), name


def test_an_instant_of_another_zone_counts_by_the_day_it_is_at_the_offices():
    late_thursday_in_utc = datetime.fromisoformat("2026-09-17T16:30:00+00:00")  # Friday 00:30
    assert due(late_thursday_in_utc, 1, "working_days", china()) == at("2026-09-20T17:00")
