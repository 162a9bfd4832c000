"""The trace of a case: what happened, in order, each entry chained to the one before by SHA-256.

Whoever changes, drops, inserts or moves an entry breaks the chain at that place; whoever cuts the
end off is found by the head (count and last hash) that the case's own row keeps.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.jsontext import text_of
from shared.messages.codec import written
from shared.values import made_often

GENESIS = "0" * 64
"""The `previous` of a case's first entry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """Where a case's trace ends: number of entries and hash of the last one."""

    count: int = 0
    hash: str = GENESIS


@made_often
@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry. `type` is the message type, `body` the canonical JSON of the whole message."""

    case: str
    position: int
    source: str
    type: str
    at: datetime
    body: str
    previous: str
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something wrong with a trace, at the position where it shows."""

    position: int
    problem: str


def canonical(message: object) -> str:
    """A message as JSON in one spelling: as it goes over the wire, but with its keys sorted.

    Half a surrogate pair, which no database takes, stays escaped as it came.
    """
    text = written(message, sort=True)
    return text.encode("utf-8", "backslashreplace").decode()


def append(
    head: Head, *, case: str, source: str, type: str, at: datetime, message: object
) -> tuple[Head, Entry]:
    """The next entry of a case's trace, and the head after it."""
    position, at, body = head.count + 1, at.astimezone(UTC), canonical(message)
    hash = _digest([head.hash, case, position, source, type, _time(at)], body)
    entry = Entry(
        case=case,
        position=position,
        source=source,
        type=type,
        at=at,
        body=body,
        previous=head.hash,
        hash=hash,
    )
    return Head(count=position, hash=hash), entry


def digest(entry: Entry) -> str:
    """SHA-256 over everything that an entry says and the hash of the entry before it."""
    stated = [entry.previous, entry.case, entry.position, entry.source, entry.type, _time(entry.at)]
    return _digest(stated, entry.body)


def verify(case: str, entries: Iterable[Entry], head: Head) -> list[Finding]:
    """Every edit, gap, reordering and truncation of a case's trace; none when all is as written."""
    findings = []
    count, last = 0, GENESIS
    for entry in entries:
        count += 1
        findings += [
            Finding(position=count, problem=it) for it in _faults(case, entry, count, last)
        ]
        last = entry.hash
    if count != head.count:
        problem = f"the case's row knows {head.count} entries, the trace has {count}"
        findings.append(Finding(position=count, problem=problem))
    elif last != head.hash:
        findings.append(Finding(position=count, problem="the case's row knows another last entry"))
    return findings


def _faults(case: str, entry: Entry, expected: int, last: str) -> Iterable[str]:
    if entry.case != case:
        yield f"the entry belongs to case {entry.case}"
    if entry.position != expected:
        yield f"entry {entry.position} stands where entry {expected} should"
    if entry.previous != last:
        yield "the entry does not follow from the one before it"
    if digest(entry) != entry.hash:
        yield "the entry was changed after it was written"


def _digest(stated: list[object], body: str) -> str:
    return hashlib.sha256(f"{text_of(stated)}\n{body}".encode()).hexdigest()


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
