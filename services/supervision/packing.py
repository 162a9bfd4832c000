"""All clocks of a case in one text, and back.

A case of eight tasks has eighteen clocks, which begin and end together in a few steps. A row for
each of them would cost the database and us several times what the whole case costs otherwise, so
they stand as one JSON text in the case's row:

    {"titles": [...], "limits": [...], "ladders": [...],
     "clocks": [[kind, subject, department, task, source, due, provisional, ended, next,
                 title, limit, ladder], ...]}

The last three are places in the lists before, for many clocks share them. Moments are in UTC, so
that their texts sort as they do. A clock that a step does not touch is never taken apart.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from services.supervision.clocks import Clock, clock_id
from services.supervision.ladder import Rung
from services.supervision.limits import Given
from shared.jsontext import text_of
from shared.messages.parts import Text
from shared.worktime import Extension, Ledger, Stretch

Line = list[Any]
KIND, SUBJECT, DEPARTMENT, TASK, SOURCE, DUE, PROVISIONAL, ENDED, NEXT = range(9)
TITLE, LIMIT, LADDER = range(9, 12)


@dataclass(frozen=True, kw_only=True)
class Packing:
    """The clocks of a case as one text, with what the database must find them by.

    `next_at` is the moment of the next rung of any of them; `provisional` says whether the due date
    of one that runs may still move with the calendar.
    """

    text: str
    next_at: datetime | None
    provisional: bool


class Packed(Mapping[str, Clock]):
    """The clocks of a case as its row has them; each is read when it is asked for."""

    def __init__(self, case: str, text: str) -> None:
        self._case = case
        self._plain = orjson.loads(text)
        self._lines: dict[str, Line] = {
            clock_id(case, line[KIND], line[SUBJECT]): line for line in self._plain["clocks"]
        }
        self._read: dict[str, Clock] = {}

    def __getitem__(self, clock: str) -> Clock:
        if clock not in self._read:
            self._read[clock] = self._taken_apart(self._lines[clock])
        return self._read[clock]

    def _taken_apart(self, line: Line) -> Clock:
        title, limit, ladder = self.texts_of(line)
        return Clock(
            case=self._case,
            kind=line[KIND],
            subject=line[SUBJECT],
            department=line[DEPARTMENT],
            task=line[TASK],
            title=title_of_text(title),
            source=line[SOURCE],
            limit=limit_of_text(limit),
            due_at=_moment(line[DUE]),
            provisional=line[PROVISIONAL],
            ended_at=_moment(line[ENDED]),
            rungs=_rungs(ladder),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, clock: str) -> Line:
        """A clock as it is written, without taking it apart."""
        return self._lines[clock]

    def due(self, until: datetime) -> list[str]:
        """The clocks of which a rung was reached before a moment, none of them taken apart."""
        limit = _iso(until)
        return [clock for clock, line in self._lines.items() if line[NEXT] and line[NEXT] < limit]

    def texts_of(self, line: Line) -> tuple[str, str, str]:
        """The title, the limit and the rungs of a line."""
        plain = self._plain
        return (
            plain["titles"][line[TITLE]],
            plain["limits"][line[LIMIT]],
            plain["ladders"][line[LADDER]],
        )


def due(clocks: Mapping[str, Clock], until: datetime) -> list[Clock]:
    """Those of the clocks of which a rung was reached before a moment."""
    if isinstance(clocks, Packed):
        return [clocks[it] for it in clocks.due(until)]
    return [it for it in clocks.values() if it.next_at and it.next_at < until]


def pack(before: Mapping[str, Clock], changed: Mapping[str, Clock]) -> Packing:
    """The clocks of a case after some of them changed or began."""
    packer = _Packer()
    for clock in before:
        if clock in changed:
            packer.add(changed[clock])
        elif isinstance(before, Packed):
            packer.add_line(before, before.line(clock))
        else:
            packer.add(before[clock])
    for name, clock_changed in changed.items():
        if name not in before:
            packer.add(clock_changed)
    return packer.packing()


class _Places:
    """Texts that many clocks share, each once, and the place of each.

    Clocks that began together share their values, so a value is looked up by which one it is before
    it is written and compared.
    """

    def __init__(self, write: Callable[[Any], str]) -> None:
        self._write = write
        self._of_text: dict[str, int] = {}
        self._of_value: dict[int, int] = {}

    def of(self, value: Any) -> int:
        place = self._of_value.get(id(value))
        if place is None:
            place = self._of_value[id(value)] = self.of_text(self._write(value))
        return place

    def of_text(self, text: str) -> int:
        return self._of_text.setdefault(text, len(self._of_text))

    def texts(self) -> list[str]:
        return list(self._of_text)


class _Packer:
    """Lives no longer than the clocks that it is given."""

    def __init__(self) -> None:
        self._titles = _Places(text_of_title)
        self._limits = _Places(_text_of_limit)
        self._ladders = _Places(_text_of_rungs)
        self._next: dict[int, str | None] = {}
        self._lines: list[Line] = []

    def add(self, clock: Clock) -> None:
        self._lines.append(
            [
                clock.kind,
                clock.subject,
                clock.department,
                clock.task,
                clock.source,
                _iso(clock.due_at),
                clock.provisional,
                _iso(clock.ended_at),
                self._next_of(clock),
                self._titles.of(clock.title),
                self._limits.of(clock.limit),
                self._ladders.of(clock.rungs),
            ]
        )

    def _next_of(self, clock: Clock) -> str | None:
        which = id(clock.rungs)  # as with `_Places`
        if which not in self._next:
            self._next[which] = _iso(clock.next_at)
        return self._next[which]

    def add_line(self, packed: Packed, line: Line) -> None:
        title, limit, ladder = packed.texts_of(line)
        places = self._titles.of_text(title), self._limits.of_text(limit)
        self._lines.append([*line[:TITLE], *places, self._ladders.of_text(ladder)])

    def packing(self) -> Packing:
        lines = self._lines
        text = text_of(
            {
                "titles": self._titles.texts(),
                "limits": self._limits.texts(),
                "ladders": self._ladders.texts(),
                "clocks": lines,
            }
        )
        coming = min((line[NEXT] for line in lines if line[NEXT]), default=None)
        return Packing(
            text=text,
            next_at=_moment(coming),
            provisional=any(line[PROVISIONAL] and line[ENDED] is None for line in lines),
        )


# Many clocks have the same limit, rungs and title, because they began together: each is written and
# read once for a while. All are values that nobody can change.


@lru_cache(maxsize=4_096)
def _text_of_limit(limit: Ledger | Given) -> str:
    if isinstance(limit, Given):
        return text_of({"started": limit.started.isoformat(), "due": limit.due.isoformat()})
    return text_of(
        {
            "amount": limit.amount,
            "unit": limit.unit,
            "stretches": [[it.begin.isoformat(), _as_it_is(it.end)] for it in limit.stretches],
            "extensions": [[it.amount, it.source] for it in limit.extensions],
        }
    )


@lru_cache(maxsize=4_096)
def limit_of_text(text: str) -> Ledger | Given:
    """A limit from what is kept of it."""
    plain = json.loads(text)
    if "due" in plain:
        started, due = (datetime.fromisoformat(plain[name]) for name in ("started", "due"))
        return Given(started=started, due=due)
    stretches = (
        Stretch(begin=datetime.fromisoformat(begin), end=_moment(end))
        for begin, end in plain["stretches"]
    )
    return Ledger(
        amount=plain["amount"],
        unit=plain["unit"],
        stretches=tuple(stretches),
        extensions=tuple(Extension(amount=it[0], source=it[1]) for it in plain["extensions"]),
    )


@lru_cache(maxsize=4_096)
def text_of_title(title: Text) -> str:
    """A title as it is kept."""
    return text_of({"zh": title.zh, "en": title.en})


@lru_cache(maxsize=4_096)
def title_of_text(text: str) -> Text:
    """A title from what is kept of it."""
    return Text(**json.loads(text))


@lru_cache(maxsize=4_096)
def _rungs(text: str) -> tuple[Rung, ...]:
    return tuple(
        Rung(name=name, when=when, moment=_moment(at)) for name, when, at in json.loads(text)
    )


@lru_cache(maxsize=4_096)
def _text_of_rungs(rungs: tuple[Rung, ...]) -> str:
    return text_of([[it.name, it.when, _as_it_is(it.moment)] for it in rungs])


def _as_it_is(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@lru_cache(maxsize=4_096)
def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
