"""The calendar: which days are working days, and how many lie between two dates.

Two arrays answer everything in constant time: the ordinals of all working days in order, and for
each date how many working days come before it. They cover 1990 to 2100; they are made once.
"""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from shared.errors import Fault, Invalid
from shared.worktime.days import BusinessHours, Day, Entry, Kind, Seed
from shared.worktime.seed import chinesecalendar
from shared.worktime.table import Table

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
BASE = FIRST.toordinal()


class Calendar:
    """Working days by the operator's `table` over the `seed`, hours of business, and a zone.

    A year that neither has published has its weekends off and is provisional. Immutable by
    convention: a new table makes a new calendar. Dates outside 1990 to 2100 raise Invalid.
    """

    def __init__(
        self,
        table: Table | None = None,
        *,
        seed: Seed | None = None,
        hours: BusinessHours | None = None,
        zone: ZoneInfo | None = None,
    ) -> None:
        table, seed = table or Table(), seed or chinesecalendar()
        self.hours = hours or BusinessHours()
        self.zone = zone or ZoneInfo("Asia/Shanghai")
        self.published = {**seed.published, **table.published}
        self._entries = {**seed.days, **{entry.date: entry for entry in table.entries}}
        self._working, self._before = self._count()

    def day(self, day: date) -> Day:
        """Everything that is known of a date."""
        self._index(day.toordinal(), day)
        entry = self._entries.get(day)
        return Day(
            date=day,
            working=self.is_working(day),
            kind=_kind(entry, day),
            source=entry.source if entry else self.published.get(day.year, ""),
            provisional=entry is None and day.year not in self.published,
        )

    def is_working(self, day: date) -> bool:
        index = self._index(day.toordinal(), day)
        return self._before[index + 1] > self._before[index]

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first`, up to and with `last`; negative when `last` is earlier."""
        return self.working_days_through(last) - self.working_days_through(first)

    def provisional(self, first: date, last: date) -> bool:
        """Whether a span of dates touches a year that no notice has decided yet."""
        return any(year not in self.published for year in range(first.year, last.year + 1))

    def local(self, moment: datetime) -> datetime:
        """The instant as the clocks of the offices show it. Refuses an instant without zone."""
        if moment.tzinfo is self.zone:
            return moment
        if moment.utcoffset() is None:
            raise Invalid(Fault("moment", f"{moment.isoformat()} has no zone; give an aware one"))
        return moment.astimezone(self.zone)

    def working_days_before(self, day: date) -> int:
        """How many working days of the calendar lie before `day`."""
        return self._before[self._index(day.toordinal(), day)]

    def working_days_through(self, day: date) -> int:
        """How many working days of the calendar lie before `day` or on it."""
        return self._before[self._index(day.toordinal(), day) + 1]

    def working_day(self, number: int) -> date:
        """The `number`-th working day of the calendar, the first being 1."""
        if not 1 <= number <= len(self._working):
            raise _outside("what is asked for")
        return date.fromordinal(self._working[number - 1])

    def _index(self, ordinal: int, day: date) -> int:
        if not FIRST.year <= day.year <= LAST.year:
            raise _outside(f"{day.year:04}-{day.month:02}-{day.day:02}")
        return ordinal - BASE

    def _count(self) -> tuple[list[int], list[int]]:
        working: list[int] = []
        before = [0]
        for ordinal in range(BASE, LAST.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if _kind(self._entries.get(day), day) == "workday":
                working.append(ordinal)
            before.append(len(working))
        return working, before


@cache
def china() -> Calendar:
    """The calendar of China as the seed knows it, with no table of the operator."""
    return Calendar()


def at_business_end(calendar: Calendar, day: date) -> datetime:
    """The instant at which business of `day` ends."""
    return datetime.combine(day, calendar.hours.end, calendar.zone)


def _kind(entry: Entry | None, day: date) -> Kind:
    if entry:
        return entry.kind
    return "weekend" if day.weekday() >= 5 else "workday"


def _outside(what: str) -> Invalid:
    return Invalid(Fault("date", f"{what} lies outside the calendar ({FIRST.year} to {LAST.year})"))
