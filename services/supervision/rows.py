"""Cases, clocks and trace entries as rows, and back."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from services.supervision.clocks import Clock
from services.supervision.domain import Case
from services.supervision.ladder import Rung
from services.supervision.limits import Given
from services.supervision.trace import Entry, Head
from shared.jsontext import text_of
from shared.messages.parts import Text
from shared.worktime import Extension, Ledger, Stretch

Row = dict[str, Any]


def row_of_case(case: Case) -> Row:
    return {
        "code": case.code,
        "item": case.item,
        "item_version": case.item_version,
        "region": case.region,
        "state": case.state,
        "number": case.number,
        "title": _text_of_title(case.title),
        "lead": case.lead,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "stops": text_of(sorted(case.stops)),
        "entries": case.head.count,
        "head": case.head.hash,
    }


def case_of_row(row: sa.Row[Any], clocks: Mapping[str, Clock]) -> Case:
    return Case(
        code=row.code,
        item=row.item,
        item_version=row.item_version,
        region=row.region,
        state=row.state,
        number=row.number,
        title=_title(row.title),
        lead=row.lead,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        stops=frozenset(json.loads(row.stops)),
        head=Head(count=row.entries, hash=row.head),
        clocks=clocks,
    )


class StoredClocks(Mapping[str, Clock]):
    """Clocks as they stand in rows; each is read when it is asked for, because few steps ask."""

    def __init__(self) -> None:
        self._rows: dict[str, sa.Row[Any]] = {}

    def add(self, row: sa.Row[Any]) -> None:
        self._rows[row.id] = row

    def __getitem__(self, clock: str) -> Clock:
        return clock_of_row(self._rows[clock])

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def row_of_clock(clock: Clock) -> Row:
    return {
        "id": clock.id,
        "case_code": clock.case,
        "kind": clock.kind,
        "subject": clock.subject,
        "department": clock.department,
        "task": clock.task,
        "title": _text_of_title(clock.title),
        "source": clock.source,
        "limit": _text_of_limit(clock.limit),
        "due_at": clock.due_at,
        "provisional": clock.provisional,
        "ended_at": clock.ended_at,
        "rungs": text_of_rungs(clock.rungs),
        "next_at": clock.next_at,
    }


def clock_of_row(row: sa.Row[Any]) -> Clock:
    return Clock(
        case=row.case_code,
        kind=row.kind,
        subject=row.subject,
        department=row.department,
        task=row.task,
        title=_title(row.title),
        source=row.source,
        limit=_limit(row.limit),
        due_at=row.due_at,
        provisional=row.provisional,
        ended_at=row.ended_at,
        rungs=_rungs(row.rungs),
    )


def row_of_entry(entry: Entry) -> Row:
    return {
        "case_code": entry.case,
        "position": entry.position,
        "source": entry.source,
        "type": entry.type,
        "at": entry.at,
        "body": entry.body,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def entry_of_row(row: sa.Row[Any]) -> Entry:
    return Entry(
        case=row.case_code,
        position=row.position,
        source=row.source,
        type=row.type,
        at=row.at,
        body=row.body,
        previous=row.previous,
        hash=row.hash,
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
            "stretches": [[it.begin.isoformat(), _iso(it.end)] for it in limit.stretches],
            "extensions": [[it.amount, it.source] for it in limit.extensions],
        }
    )


@lru_cache(maxsize=4_096)
def _limit(text: str) -> Ledger | Given:
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
def _text_of_title(title: Text) -> str:
    return text_of({"zh": title.zh, "en": title.en})


@lru_cache(maxsize=4_096)
def _title(text: str) -> Text:
    return Text(**json.loads(text))


@lru_cache(maxsize=4_096)
def _rungs(text: str) -> tuple[Rung, ...]:
    return tuple(
        Rung(name=name, when=when, moment=_moment(at)) for name, when, at in json.loads(text)
    )


@lru_cache(maxsize=4_096)
def text_of_rungs(rungs: tuple[Rung, ...]) -> str:
    return text_of([[it.name, it.when, _iso(it.moment)] for it in rungs])


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
