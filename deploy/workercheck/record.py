"""Everything that was sent and seen, and questions about it. Pure: it only reads."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.workercheck.seen import Confirmed, Delivered, Event, Published, Settled, TurnedBack

FINAL = frozenset({"task.completed", "task.declined"})
FIRST = FINAL | {"task.accepted", "task.returned", "task.suspended"}
"""By any of these a department shows that it has taken a task up."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message from the platform's side. `trace` is the trace id of its case."""

    message_id: str
    type: str
    case: str
    assignment: str
    trace: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Record:
    """A stretch of what was sent and seen."""

    sent: Sequence[Sent]
    events: Sequence[Event]

    def results(self, assignment: str | None = None) -> list[Published]:
        """What the worker published, for one assignment or all."""
        found = [event for event in self.events if isinstance(event, Published)]
        return [it for it in found if assignment is None or assignment_of(it) == assignment]

    def answers(self, assignment: str) -> list[Published]:
        """Those by which the department shows that it has taken the task up."""
        return [it for it in self.results(assignment) if it.type in FIRST]

    def arrived(self, assignment: str) -> list[Published]:
        """Those answers that the broker has taken: confirmed, where that was asked for."""
        taken = self.taken
        return [it for it in self.answers(assignment) if it.message_id in taken]

    @property
    def taken(self) -> frozenset[str]:
        """The message ids that the broker has confirmed and not returned just before."""
        found: set[str] = set()
        returned: set[str] = set()
        for event in self.events:
            match event:
                case Published(confirming=False, reached=True):
                    found.add(event.message_id)
                case TurnedBack():
                    returned.add(event.message_id)
                case Confirmed(taken=True):
                    found |= set(event.message_ids) - returned
                    returned -= set(event.message_ids)
        return frozenset(found)

    def settled(self, message_id: str) -> list[Settled]:
        """What the worker said became of a message."""
        found = (event for event in self.events if isinstance(event, Settled))
        return [it for it in found if message_id in it.message_ids]

    def delivered(self, message_id: str) -> list[Delivered]:
        """Each time that the message was handed to the worker."""
        found = (event for event in self.events if isinstance(event, Delivered))
        return [it for it in found if it.message_id == message_id]

    def of(self, kind: type[Event]) -> list[Any]:
        """All events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def after(self, moment: float) -> "Record":
        """The same without what was seen up to a moment."""
        return Record(sent=self.sent, events=[it for it in self.events if it.at > moment])


@dataclass(frozen=True, kw_only=True)
class Played:
    """A scene that is over: the record from its beginning, and what it was about.

    `tasks` are the messages to be answered, `others` those that are not. `not_tried` says why the
    scene could not be played. `facts` is what only this scene knows.
    """

    record: Record
    within: float
    tasks: tuple[Sent, ...] = ()
    others: tuple[Sent, ...] = ()
    not_tried: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def body_of(result: Published) -> Any:
    """The JSON in a body; None where it is none."""
    try:
        return json.loads(result.body)
    except (ValueError, RecursionError):
        return None


def assignment_of(result: Published) -> str:
    """The assignment that a result names; empty where it names none."""
    body = body_of(result)
    return str(body.get("assignment") or "") if isinstance(body, dict) else ""


def content_of(result: Published) -> str:
    """What a result says, apart from when: a repeat may be dated anew."""
    body = body_of(result)
    if not isinstance(body, dict):
        return result.body.hex()
    said = {name: value for name, value in body.items() if name != "at"}
    return json.dumps([result.type, said], sort_keys=True)


def types_of(results: Iterable[Published]) -> str:
    """For a sentence: what was published."""
    return ", ".join(sorted({it.type or "a message without type" for it in results})) or "nothing"
