"""What differs between two calendars, or between a calendar and the ordinary week, in spans."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from shared.worktime.days import Day
from shared.worktime.hours import BusinessHours
from shared.worktime.workdays import FIRST, LAST, Calendar


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days in a row of which the same is true: worked with these hours, or off (`hours` None).
    `part` says that the hours were set for these days alone."""

    first: date
    last: date
    hours: BusinessHours | None
    part: bool
    source: str

    def __str__(self) -> str:
        days = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"{days} {'off' if self.hours is None else f'worked {self.hours}'}"


def special_days(calendar: Calendar, first: date, last: date) -> tuple[Span, ...]:
    """The days between that are not as an ordinary week has them, weekends in holidays included."""

    def special(day: Day) -> bool:
        return day.kind == "holiday" or day.part or (day.working and day.date.weekday() >= 5)

    return _spans(calendar, first, last, special)


def differences(
    before: Calendar, after: Calendar, first: date = FIRST, last: date = LAST
) -> tuple[Span, ...]:
    """The days between that are worked, off or of other hours now; each as it is after."""

    def differs(day: Day) -> bool:
        earlier = before.is_working(day.date)
        hours = day.working and before.hours_on(day.date) != day.hours
        return earlier != day.working or hours

    return _spans(after, first, last, differs)


def _spans(
    calendar: Calendar, first: date, last: date, chosen: Callable[[Day], bool]
) -> tuple[Span, ...]:
    days = [day for day in _days(calendar, first, last) if chosen(day)]
    runs = groupby(enumerate(days), key=lambda it: _alike(*it))
    return tuple(_span([day for _, day in run]) for _, run in runs)


def _days(calendar: Calendar, first: date, last: date) -> Iterator[Day]:
    for ahead in range((last - first).days + 1):
        yield calendar.day(first + timedelta(days=ahead))


def _alike(index: int, day: Day) -> tuple[int, BusinessHours | None, str]:
    return day.date.toordinal() - index, day.hours if day.working else None, day.source


def _span(days: list[Day]) -> Span:
    hours = days[0].hours if days[0].working else None
    return Span(
        first=days[0].date,
        last=days[-1].date,
        hours=hours,
        part=days[0].part,
        source=days[0].source,
    )
