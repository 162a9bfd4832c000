"""What no clock tells of an assignment that is open, kept until it ends. Pure.

A clock knows when its assignment began and was accepted. Where the item sets no such limit, and for
what no clock counts, it is noted here; of most assignments nothing is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.jsontext import text_of
from shared.messages.ordered import Transferred
from shared.messages.progress import (
    Accepted,
    Assigned,
    Cancelled,
    Change,
    Completed,
    Declined,
    Resumed,
    Returned,
    Suspended,
)

Stop = tuple[datetime, datetime | None]
"""From when to when time stood still; to None where it still does."""
ENDS = (Completed, Declined, Cancelled, Transferred)


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Of one assignment: when it began, when its department first answered, the task of which it is
    a part, how often something was found missing, and when its time stood still."""

    assigned_at: datetime | None = None
    accepted_at: datetime | None = None
    part_of: str = ""
    returns: int = 0
    stops: tuple[Stop, ...] = ()


Notes = Mapping[str, Beside]


def noted(notes: Notes, changes: Sequence[Change], at: datetime) -> Notes:
    """The notes by assignment, after changes at a moment; the very same where nothing is new."""
    for change in changes:
        match change:
            case Assigned():
                notes = _with(notes, change.assignment, _beginning(change, at))
            case Accepted() if change.assignment in notes:
                notes = _with(notes, change.assignment, _answered(notes, change, at))
            case Returned():
                found = _answered(notes, change, at)
                more = replace(found, returns=found.returns + 1)
                notes = _with(notes, change.assignment, more)
            case Completed() | Declined() | Cancelled() | Transferred() if notes:
                notes = {it: told for it, told in notes.items() if it != change.assignment}
            case Suspended() | Resumed() if change.assignment in notes:
                notes = _with(
                    notes, change.assignment, _stood(notes[change.assignment], change, at)
                )
    return notes


def text_of_notes(notes: Notes) -> str:
    """Notes as a case's row has them."""
    return text_of({name: vars(told) for name, told in notes.items()}) if notes else "{}"


def notes_of_text(text: str) -> Notes:
    """Notes from what a case's row has of them."""
    return {name: _read(told) for name, told in json.loads(text).items()} if text != "{}" else {}


def _with(notes: Notes, assignment: str, told: Beside | None) -> Notes:
    return {**notes, assignment: told} if told else notes


def _beginning(change: Assigned, at: datetime) -> Beside | None:
    if change.acceptance and change.handling and not change.part_of:
        return None
    return Beside(assigned_at=at, part_of=change.part_of)


def _answered(notes: Notes, change: Accepted | Returned, at: datetime) -> Beside:
    told = notes.get(change.assignment, Beside())
    return told if told.accepted_at else replace(told, accepted_at=at)


def _stood(told: Beside, change: Suspended | Resumed, at: datetime) -> Beside:
    still = bool(told.stops) and told.stops[-1][1] is None
    if isinstance(change, Suspended):
        return told if still else replace(told, stops=(*told.stops, (at, None)))
    return replace(told, stops=(*told.stops[:-1], (told.stops[-1][0], at))) if still else told


def _read(told: dict[str, Any]) -> Beside:
    moments = {
        name: datetime.fromisoformat(told[name]) if told[name] else None
        for name in ("assigned_at", "accepted_at")
    }
    stops = tuple(
        (datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
        for since, until in told.get("stops", ())
    )
    return Beside(**{**told, **moments, "stops": stops})
