"""What chinesecalendar knows of China's public holidays and worked weekend days.

A year counts as published when its National Day is among the holidays of the installed release: a
release may carry single days of a year whose notice is still to come. Nothing is guessed.

The days are decreed by the General Office of the State Council, a year at a time; NOTICES are the
numbers of its notices, which every day of such a year names as its source.
"""

from datetime import date
from functools import cache
from importlib.metadata import version

from chinese_calendar import constants

from shared.worktime.days import Entry, EntryKind, Seed

NOTICES = {
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
}


@cache
def chinesecalendar() -> Seed:
    release = f"chinesecalendar {version('chinesecalendar')}"
    years = {day.year for day in constants.holidays if (day.month, day.day) == (10, 1)}
    days: dict[date, Entry] = {}
    for kind, named in _kinds():
        for day, holiday in named.items():
            notice = NOTICES.get(_decreed_for(day), release)
            days[day] = Entry(date=day, kind=kind, source=f"{holiday} ({notice})")
    return Seed(days=days, published={year: NOTICES.get(year, release) for year in sorted(years)})


def _decreed_for(day: date) -> int:
    """The year whose notice decides a day: the last days of December belong to New Year."""
    return day.year + (day.month == 12)


def _kinds() -> tuple[tuple[EntryKind, dict[date, str]], ...]:
    return ("holiday", constants.holidays), ("workday", constants.workdays)
