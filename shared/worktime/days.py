"""A day, what is known about it, and the hours of business within it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from itertools import pairwise
from typing import Literal, Self

from shared.errors import Fault, Invalid

Kind = Literal["workday", "weekend", "holiday"]
EntryKind = Literal["workday", "holiday"]


@dataclass(frozen=True, kw_only=True)
class Day:
    """What the calendar says of one date.

    `source` names the notice (empty for an ordinary day of a year that nobody has published).
    `provisional`: no notice covers the date yet, so its kind may still change.
    """

    date: date
    working: bool
    kind: Kind
    source: str
    provisional: bool


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One date that a notice decides: off although a weekday, or worked although a weekend."""

    date: date
    kind: EntryKind
    source: str


@dataclass(frozen=True, kw_only=True)
class Seed:
    """Days that are known before the operator says anything.

    `published` names the notice of every year that is decided, and only of those.
    """

    days: Mapping[date, Entry]
    published: Mapping[int, str]


@dataclass(frozen=True)
class BusinessHours:
    """The hours of business of a working day: spans (from, to), in order, in the calendar's zone.

    A limit that ends on a day ends when its last span ends (Civil Code art. 203).
    """

    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13), time(17)))

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
            raise _wrong("must be spans in order, each ending after it begins")

    @property
    def end(self) -> time:
        """The end of business."""
        return self.spans[-1][1]

    @cached_property
    def microseconds(self) -> tuple[tuple[int, int], ...]:
        """The spans in microseconds since midnight."""
        return tuple((microseconds_of(begin), microseconds_of(end)) for begin, end in self.spans)

    @cached_property
    def length(self) -> int:
        """Microseconds of business in a working day."""
        return sum(end - begin for begin, end in self.microseconds)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `09:00-12:00,13:00-17:00`. Raises Invalid naming `business_hours`."""
        try:
            return cls(tuple(_span(part) for part in text.split(",")))
        except ValueError:
            raise _wrong(f"{text!r} is not of the form 09:00-12:00,13:00-17:00") from None


def microseconds_of(at: time) -> int:
    """Microseconds since midnight."""
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def _span(text: str) -> tuple[time, time]:
    begin, end = text.strip().split("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def _wrong(problem: str) -> Invalid:
    return Invalid(Fault("business_hours", problem))
