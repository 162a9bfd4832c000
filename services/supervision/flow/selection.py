"""Which cases a map is of: by item, version, when they were closed, and who had a part in them."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.errors import Fault, Invalid

_VERSION = re.compile(r"v(\d{1,6})")
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Cases of an item that were closed from `since` on, up to and with `until`; what is None or
    empty leaves all. `department` is one that had a task in the case."""

    item: str
    version: int | None = None
    since: date | None = None
    until: date | None = None
    department: str = ""

    def begin(self, zone: ZoneInfo) -> datetime | None:
        return datetime.combine(self.since, time(), zone) if self.since else None

    def end(self, zone: ZoneInfo) -> datetime | None:
        """The first moment after it."""
        if self.until is None:
            return None
        return datetime.combine(self.until + timedelta(days=1), time(), zone)

    def narrowed(self, text: str, field: str) -> "Selection":
        """Only a version (`v3`) or only a period of it (`2026`, `2026-Q3`, `2026-09`,
        `2026-09-01..2026-09-15`, either date left out). Raises Invalid naming `field`."""
        if version := _VERSION.fullmatch(text):
            return replace(self, version=int(version[1]))
        since, until = period(text, field)
        return replace(self, since=since, until=until)


def period(text: str, field: str) -> tuple[date | None, date | None]:
    """The first and the last day of a period. Raises Invalid naming `field`."""
    try:
        return _period(text)
    except ValueError:
        problem = f"{text!r} is no version (v3) and no period: 2026, 2026-Q3, 2026-09 or FROM..TO"
        raise Invalid(Fault(field, problem)) from None


def _period(text: str) -> tuple[date | None, date | None]:
    begin, dots, end = text.partition("..")
    if dots and (begin or end):
        days = [date.fromisoformat(it) if it else None for it in (begin, end)]
        return days[0], days[1]
    if year := _YEAR.fullmatch(text):
        return _months(int(year[1]), 1, 12)
    if quarter := _QUARTER.fullmatch(text):
        first = 3 * int(quarter[2]) - 2
        return _months(int(quarter[1]), first, first + 2)
    if month := _MONTH.fullmatch(text):
        return _months(int(month[1]), int(month[2]), int(month[2]))
    day = date.fromisoformat(text)
    return day, day


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
