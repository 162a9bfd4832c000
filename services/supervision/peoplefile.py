"""people.yaml: who may be told of alerts. How a change of it is followed stands in `rulefile`.

mail_server: $ONEWINDOW_MAIL           # the variable with the server's address (mailtos://...)
people:
  wang-ming:
    name: 王明
    posts: [head of planning]
    addresses:                         # tried in this order
      dingtalk: $ONEWINDOW_TELL_WANG   # the variable that holds the address
      mail: wang.ming@city.example
      webhook: file:/run/secrets/wang  # the file that holds it
    deputies: [li-na]
    away: [2026-10-01..2026-10-09]
    quiet: 22:00-07:00
duty:                                  # where a post has more than one holder
  supervisor in 330100:
    monday..friday: wang-ming
    2026-10-01..2026-10-07: [li-na]
programs:                              # that act on alerts over HTTP, each as itself
  duty-room:
    name: 值班平台
    region: 330100                     # and all in it; everywhere without it
    may: [acknowledgement, comment]
    token: 2                           # the number of its token, 1 without it
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml

from services.supervision.addresses import Addresses
from services.supervision.people import NO_PEOPLE, People, Person, Quiet, Shift, Span
from services.supervision.posts import Post, post_from
from services.supervision.programs import MAY, Program
from shared.errors import Fault, Invalid
from shared.worktime import NATION
from shared.worktime.regions import area_of, checked_region
from shared.yamlfile import plain_of, text_of

FILE = "people.yaml"
KEYS = ("name", "posts", "addresses", "deputies", "away", "quiet")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KEY = re.compile(r"[a-z][a-z0-9-]{0,63}")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_NUMBER = re.compile(r"[1-9]\d{0,5}")
LONGEST_NAME = 60


def read_people(path: Path, environ: Mapping[str, str]) -> tuple[People, tuple[str, ...]]:
    """The people of a catalogue (none where the file is not there), and which addresses are left
    out because what should hold them is not there. Raises Invalid naming every field that is
    wrong."""
    if not path.exists():
        return NO_PEOPLE, ()
    return people_of(text_of(path, "people"), environ)


def people_of(text: str, environ: Mapping[str, str]) -> tuple[People, tuple[str, ...]]:
    """The people of a text, as `read_people`."""
    plain = plain_of(text, field="people", file=FILE, loader=yaml.BaseLoader)
    return people_from(plain, environ)


def people_from(data: Any, environ: Mapping[str, str]) -> tuple[People, tuple[str, ...]]:
    """People from what YAML gives, all of it text. Raises Invalid naming every wrong field."""
    reading = _Reading(environ)
    people = reading.all(data)
    if reading.faults:
        raise Invalid(*reading.faults)
    return people, tuple(reading.addresses.missing)


class _Reading:
    """Collects the faults of the file while its parts are read."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.faults: list[Fault] = []
        self.addresses = Addresses(environ, self.faults)

    def all(self, data: Any) -> People:
        parts = self.mapping(data, "", ("mail_server", "people", "duty", "programs"))
        self.addresses.server = self.addresses.server_from(parts.get("mail_server") or "")
        said = self.mapping(parts.get("people") or {}, "people")
        self._known = said.keys()
        persons = {key: self.person(key, it) for key, it in said.items()}
        duty = self.mapping(parts.get("duty") or {}, "duty")
        shifts = [it for key, rota in duty.items() for it in self.shifts(key, rota)]
        acting = self.mapping(parts.get("programs") or {}, "programs")
        return People(
            persons=persons,
            shifts=tuple(shifts),
            programs={key: self.program(key, it) for key, it in acting.items()},
            held_in=tuple(self.addresses.files),
        )

    def person(self, key: str, data: Any) -> Person:
        field = f"people.{key}"
        said = self.mapping(data, field, KEYS)
        name = self.named_so(key, said, field)
        addresses = self.mapping(said.get("addresses") or {}, f"{field}.addresses")
        return Person(
            key=key,
            name=name,
            addresses=tuple(self.addresses.read(addresses, f"{field}.addresses")),
            posts=tuple(self.posts(said.get("posts"), f"{field}.posts")),
            deputies=self.named(said.get("deputies"), f"{field}.deputies", but=key),
            away=tuple(self.spans(said.get("away"), f"{field}.away")),
            quiet=self.quiet(said.get("quiet"), f"{field}.quiet"),
        )

    def program(self, key: str, data: Any) -> Program:
        field = f"programs.{key}"
        said = self.mapping(data, field, ("name", "region", "may", "token"))
        may, token = list(map(str, _list(said.get("may")))), str(said.get("token") or 1)
        for kind in [it for it in may if it not in MAY] or ([] if may else [""]):
            self.wrong(f"{field}.may", f"{kind!r} is none of {', '.join(MAY)}")
        if not _NUMBER.fullmatch(token):
            self.wrong(f"{field}.token", f"{token!r} is no number of a token, such as 2")
        return Program(
            key=key,
            name=self.named_so(key, said, field),
            area=self.area(said.get("region"), f"{field}.region"),
            may=frozenset(it for it in MAY if it in may),
            token=int(token) if _NUMBER.fullmatch(token) else 1,
        )

    def area(self, data: Any, field: str) -> str:
        try:
            return area_of(checked_region(str(data or NATION)))
        except Invalid as error:
            self.faults += [Fault(field, it.problem) for it in error.faults]
            return ""

    def named_so(self, key: str, said: Mapping[str, Any], field: str) -> str:
        if not _KEY.fullmatch(key):
            self.wrong(field, "is no key: small letters, digits and hyphens, such as wang-ming")
        name = str(said.get("name") or "")
        if not name or len(name) > LONGEST_NAME:
            self.wrong(f"{field}.name", f"must be a name of at most {LONGEST_NAME} characters")
        return name

    def posts(self, data: Any, field: str) -> Iterator[Post]:
        for text in _list(data):
            try:
                yield post_from(str(text))
            except ValueError as error:
                self.wrong(field, str(error))

    def named(self, data: Any, field: str, *, but: str = "") -> tuple[str, ...]:
        keys = tuple(map(str, _list(data)))
        for key in keys:
            if key not in self._known:
                self.wrong(field, f"{key!r} is nobody of people")
            elif key == but:
                self.wrong(field, "nobody is their own deputy")
        return keys

    def spans(self, data: Any, field: str) -> Iterator[Span]:
        for text in _list(data):
            if found := _span(str(text)):
                yield found
            else:
                self.wrong(field, f"{text!r} is not of the form 2026-10-01..2026-10-09")

    def quiet(self, data: Any, field: str) -> Quiet | None:
        if not data:
            return None
        found = _HOURS.fullmatch(str(data))
        if not found or found[1] + found[2] == found[3] + found[4]:
            self.wrong(field, f"{data!r} is not of the form 22:00-07:00")
            return None
        hours = [time(int(found[at]), int(found[at + 1])) for at in (1, 3)]
        return Quiet(begin=hours[0], end=hours[1])

    def shifts(self, key: str, data: Any) -> Iterator[Shift]:
        field = f"duty.{key}"
        posts = list(self.posts([key], field))
        for when, who in self.mapping(data, field).items():
            people = self.named(who, f"{field}.{when}")
            dates, weekdays = _span(when), _weekdays(when)
            if not people:
                self.wrong(f"{field}.{when}", "must name somebody of people")
            if not dates and not weekdays:
                problem = "is neither days of the week (monday..friday) nor dates"
                self.wrong(f"{field}.{when}", problem)
            elif posts:
                yield Shift(post=posts[0], people=people, dates=dates, weekdays=weekdays)

    def mapping(self, data: Any, field: str, known: tuple[str, ...] = ()) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.wrong(field or "people", "must be a mapping")
            return {}
        for unknown in data.keys() - (known or data.keys()):
            there = f"is unknown; there are {', '.join(known)}"
            self.wrong(f"{field}.{unknown}".lstrip("."), there)
        return data

    def wrong(self, field: str, problem: str) -> None:
        self.faults.append(Fault(field, problem))


def _list(data: Any) -> list[Any]:
    return data if isinstance(data, list) else [data] if data else []


def _span(text: str) -> Span | None:
    first, _, last = text.partition("..")
    try:
        span = Span(first=date.fromisoformat(first), last=date.fromisoformat(last or first))
    except ValueError:
        return None
    return span if span.first <= span.last else None


def _weekdays(text: str) -> frozenset[int]:
    first, _, last = text.partition("..")
    if first not in WEEK or (last or first) not in WEEK:
        return frozenset()
    begin, end = WEEK.index(first), WEEK.index(last or first)
    return frozenset((begin + it) % 7 for it in range((end - begin) % 7 + 1))
