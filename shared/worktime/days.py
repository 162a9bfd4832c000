"""A day, and what is known about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.worktime.hours import BusinessHours

Kind = Literal["workday", "weekend", "holiday"]
EntryKind = Literal["workday", "holiday"]


@dataclass(frozen=True, kw_only=True)
class Day:
    """What the calendar says of one date.

    `source` names the notice (empty for an ordinary day of a year that nobody has published).
    `provisional`: no notice covers the date yet, so its kind may still change. `hours` are those
    of its business if it is worked; `part` says that they were set for this day alone (a half day).
    """

    date: date
    working: bool
    kind: Kind
    source: str
    provisional: bool
    hours: BusinessHours
    part: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One date that a notice decides: off although a weekday, or worked although a weekend.

    A half day is a workday with `hours` of its own: it counts as a day, which ends when they do.
    """

    date: date
    kind: EntryKind
    source: str
    hours: BusinessHours | None = None


@dataclass(frozen=True, kw_only=True)
class Seed:
    """Days that are known before the operator says anything.

    `published` names the notice of every year that is decided, and only of those.
    """

    days: Mapping[date, Entry]
    published: Mapping[int, str]
