"""What chinesecalendar knows of China's public holidays and worked weekend days.

A year counts as published when its National Day is among the holidays of the installed release: a
release may carry single days of a year whose notice is still to come. Nothing is guessed.
"""

from datetime import date
from functools import cache
from importlib.metadata import version

from chinese_calendar import constants

from shared.worktime.days import Entry, EntryKind, Seed


@cache
def chinesecalendar() -> Seed:
    release = f"chinesecalendar {version('chinesecalendar')}"
    years = {day.year for day in constants.holidays if (day.month, day.day) == (10, 1)}
    days: dict[date, Entry] = {}
    for kind, named in _kinds():
        for day, holiday in named.items():
            days[day] = Entry(date=day, kind=kind, source=f"{holiday} ({release})")
    return Seed(days=days, published=dict.fromkeys(sorted(years), release))


def _kinds() -> tuple[tuple[EntryKind, dict[date, str]], ...]:
    return ("holiday", constants.holidays), ("workday", constants.workdays)
