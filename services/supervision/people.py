"""Who holds which post, who is on duty, who is away and who stands in for them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from services.supervision.posts import Post
from services.supervision.programs import Program
from services.supervision.recipients import Address


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days from `first` through `last`."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Hours in which somebody is not to be disturbed, in the time of the region."""

    begin: time
    end: time

    def over(self, now: datetime) -> datetime | None:
        """When the quiet hours in which `now` lies are over; None outside of them."""
        hour = now.time().replace(tzinfo=None)
        same_day = self.begin <= self.end
        within = self.begin <= hour < self.end if same_day else not self.end <= hour < self.begin
        if not within:
            return None
        tomorrow = not same_day and hour >= self.begin
        day = now.date() + timedelta(days=1) if tomorrow else now.date()
        return datetime.combine(day, self.end, now.tzinfo)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may be told: addresses in the order in which they are tried, deputies in the
    order in which they are asked."""

    key: str
    name: str
    addresses: tuple[Address, ...] = ()
    posts: tuple[Post, ...] = ()
    deputies: tuple[str, ...] = ()
    away: tuple[Span, ...] = ()
    quiet: Quiet | None = None

    def back(self, day: date) -> date | None:
        """The last day of the absence in which `day` lies; None where they are there."""
        return max((it.last for it in self.away if day in it), default=None)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Who is on duty at a post: on `dates`, or on days of the week (Monday is 0) without them."""

    post: Post
    people: tuple[str, ...]
    dates: Span | None = None
    weekdays: frozenset[int] = frozenset()

    def on(self, day: date) -> bool:
        return day in self.dates if self.dates else day.weekday() in self.weekdays


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody who may be told of an alert, by key, and the rota of duty; and the programs that
    act on alerts. `held_in` are the files that hold addresses."""

    persons: Mapping[str, Person] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    programs: Mapping[str, Program] = field(default_factory=dict)
    held_in: tuple[Path, ...] = ()

    @cached_property
    def reachable(self) -> bool:
        """Whether anybody has an address: where none is set, nobody is told by name, and that an
        alert reached none of its people is no news."""
        return any(it.addresses for it in self.persons.values())

    def at(self, post: Post, day: date) -> tuple[Person, ...]:
        """Who answers for a post on a day: those on duty by date, else by the day of the week, else
        all who hold it."""
        own = [it for it in self.shifts if it.post == post and it.on(day)]
        chosen = [it for it in own if it.dates] or own
        keys = dict.fromkeys(key for it in chosen for key in it.people)
        if keys:
            return tuple(self.persons[key] for key in keys)
        return tuple(it for it in self.persons.values() if post in it.posts)

    def stand_in(self, person: Person, day: date) -> Person | None:
        """The first of somebody's deputies who is there, or whose own deputy is; None without."""
        asked, seen = [*person.deputies], {person.key}
        while asked:
            deputy = self.persons[asked.pop(0)]
            if deputy.key in seen:
                continue
            seen.add(deputy.key)
            if deputy.back(day) is None:
                return deputy
            asked = [*deputy.deputies, *asked]
        return None


NO_PEOPLE = People()
