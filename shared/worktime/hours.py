"""The hours of business within a day, and the seasons in which they are others."""

from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from itertools import pairwise
from typing import Self

from shared.errors import Fault, Invalid


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

    def __str__(self) -> str:
        return ",".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in self.spans)

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


@dataclass(frozen=True, kw_only=True)
class Season:
    """The hours of business from `first` to `last`, both included; for good where `last` is None.

    `source` names who decided them.
    """

    first: date
    last: date | None = None
    hours: BusinessHours
    source: str = ""


def microseconds_of(at: time) -> int:
    """Microseconds since midnight."""
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def _span(text: str) -> tuple[time, time]:
    begin, end = text.strip().split("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def _clock(at: time) -> str:
    return at.isoformat("minutes" if not (at.second or at.microsecond) else "auto")


def _wrong(problem: str) -> Invalid:
    return Invalid(Fault("business_hours", problem))
