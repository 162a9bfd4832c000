"""The period of a sheet: a month, a quarter, a year, or any days. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.errors import Fault, Invalid

FORMS = "2026-09, 2026-Q3, 2026 or 2026-07-01..2026-08-15"
_MONTH, _QUARTER, _YEAR = (
    re.compile(it) for it in (r"(\d{4})-(\d\d)", r"(\d{4})-[Qq]([1-4])", r"(\d{4})")
)


@dataclass(frozen=True, kw_only=True)
class Period:
    """The days from `first` through `last`, and what they are called: `2026-Q3`."""

    name: str
    first: date
    last: date

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The moment at which it begins, and the first one after it."""
        after = self.last + timedelta(days=1)
        return tuple(datetime.combine(it, time(), zone) for it in (self.first, after))  # type: ignore[return-value]


def period_of(text: str) -> Period:
    """The period that is called so; raises Invalid naming `period`."""
    try:
        return _period(text.strip())
    except ValueError:
        raise Invalid(Fault("period", f"{text!r} is no period; give one such as {FORMS}")) from None


def month(day: date) -> Period:
    """The month in which a day lies."""
    first = day.replace(day=1)
    return Period(name=f"{day:%Y-%m}", first=first, last=_before_next(first, 1))


def quarter(day: date) -> Period:
    """The quarter in which a day lies."""
    number = (day.month - 1) // 3
    first = date(day.year, 3 * number + 1, 1)
    return Period(name=f"{day.year:04}-Q{number + 1}", first=first, last=_before_next(first, 3))


def year(day: date) -> Period:
    """The year in which a day lies."""
    return Period(name=f"{day.year:04}", first=date(day.year, 1, 1), last=date(day.year, 12, 31))


def months_to(period: Period, count: int = 12) -> list[Period]:
    """The last months up to the one in which a period ends, oldest first."""
    found = [month(period.last)]
    while len(found) < count and found[0].first > date(1990, 1, 1):
        found.insert(0, month(found[0].first - timedelta(days=1)))
    return found


def before(period: Period) -> Period:
    """The period of the same kind that ends where this one begins; as many days for other ones."""
    last = period.first - timedelta(days=1)
    for make in (month, quarter, year):
        if make(period.first) == period:
            return make(last)
    first = last - (period.last - period.first)
    return Period(name=f"{first}..{last}", first=first, last=last)


def _period(text: str) -> Period:
    if found := _MONTH.fullmatch(text):
        return month(date(int(found[1]), int(found[2]), 1))
    if found := _QUARTER.fullmatch(text):
        return quarter(date(int(found[1]), 3 * int(found[2]), 1))
    if found := _YEAR.fullmatch(text):
        return year(date(int(found[1]), 1, 1))
    begin, dots, end = text.partition("..")
    first, last = date.fromisoformat(begin), date.fromisoformat(end)
    if not dots or last < first:
        raise ValueError(text)
    return Period(name=f"{first}..{last}", first=first, last=last)


def _before_next(first: date, months: int) -> date:
    number = first.month - 1 + months
    return date(first.year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
