"""The calendar: which days are working days, and how many lie between two dates.

Arrays answer everything without counting: the ordinals of all working days in order, and for each
date how many working days come before it, and how much business. They cover 1990 to 2100; they are
made once.
"""

from bisect import bisect_left
from datetime import date, datetime
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from shared.errors import Fault, Invalid
from shared.worktime.days import Day, Entry, Kind, Seed
from shared.worktime.hours import BusinessHours, Season
from shared.worktime.seed import chinesecalendar
from shared.worktime.table import Table

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
BASE = FIRST.toordinal()
CHINA = ZoneInfo("Asia/Shanghai")


class Calendar:
    """Working days by the operator's `table` over the `seed`, hours of business, and a zone.

    A year that neither has published has its weekends off and is provisional. `hours` are those of
    every day for which the table knows no others. Immutable by convention: a new table makes a new
    calendar. Dates outside 1990 to 2100 raise Invalid.
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
        self.zone = zone or table.zone or CHINA
        self.published = {**seed.published, **table.published}
        self._entries = {**seed.days, **{entry.date: entry for entry in table.entries}}
        self._hours = _other_hours(table.seasons, self._entries)
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
            hours=self.hours_on(day),
            part=entry is not None and entry.hours is not None,
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

    def hours_on(self, day: date) -> BusinessHours:
        """The hours of business of a day, if it is worked."""
        return self._hours.get(day.toordinal(), self.hours) if self._hours else self.hours

    def close_of(self, day: date) -> datetime:
        """The instant at which business of a day ends."""
        return datetime.combine(day, self.hours_on(day).end, self.zone)

    def business_before(self, day: date) -> int:
        """Microseconds of business on the calendar's days before `day`."""
        return self._business[self._index(day.toordinal(), day)]

    def business_at(self, microsecond: int) -> tuple[date, int]:
        """The day on which the `microsecond`-th of the calendar's business lies (the first is 1),
        and which one of that day's it is."""
        index = bisect_left(self._business, microsecond) - 1
        if not 0 <= index < len(self._business) - 1:
            raise _outside("what is asked for")
        return date.fromordinal(BASE + index), microsecond - self._business[index]

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

    @cached_property
    def _business(self) -> list[int]:
        """Microseconds of business before each date."""
        total, before = 0, [0]
        worked = set(self._working)
        for ordinal in range(BASE, LAST.toordinal() + 1):
            if ordinal in worked:
                total += self._hours.get(ordinal, self.hours).length
            before.append(total)
        return before


@cache
def china() -> Calendar:
    """The calendar of China as the seed knows it, with no table of the operator."""
    return Calendar()


def _other_hours(
    seasons: tuple[Season, ...], entries: dict[date, Entry]
) -> dict[int, BusinessHours]:
    """The hours of those days, by ordinal, on which they are not the usual ones; of two seasons the
    later in order counts, and before any season what is said of the day itself."""
    found: dict[int, BusinessHours] = {}
    for season in seasons:
        first, last = max(season.first, FIRST), min(season.last or LAST, LAST)
        found.update(dict.fromkeys(range(first.toordinal(), last.toordinal() + 1), season.hours))
    return found | {it.date.toordinal(): it.hours for it in entries.values() if it.hours}


def _kind(entry: Entry | None, day: date) -> Kind:
    if entry:
        return entry.kind
    return "weekend" if day.weekday() >= 5 else "workday"


def _outside(what: str) -> Invalid:
    return Invalid(Fault("date", f"{what} lies outside the calendar ({FIRST.year} to {LAST.year})"))
