"""Where a scene is played: sending tasks, and waiting for what the worker makes of them."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from deploy.workercheck.platform_side import PlatformSide
from deploy.workercheck.record import Played, Record, Sent
from deploy.workercheck.samples import Sample
from deploy.workercheck.seen import Consuming, Event, Refused
from deploy.workercheck.subject import Subject
from deploy.workercheck.tap import Tap

START = 60.0
"""Seconds that a worker has to start and ask for its tasks."""

REFUSALS = 3

QUIET = 0.5
"""Seconds without anything, after which nothing more is expected."""


class Stage:
    """A department's queue, the tap before it, and the worker, unless that runs elsewhere."""

    def __init__(
        self,
        side: PlatformSide,
        tap: Tap,
        subject: Subject | None,
        sample: Sample,
        within: float,
    ) -> None:
        self.side, self.tap, self.subject = side, tap, subject
        self.sample, self.within = sample, within
        self._sent: list[Sent] = []
        self._bodies: dict[str, dict[str, Any]] = {}
        self._scene = 0, 0

    @property
    def record(self) -> Record:
        """Everything so far."""
        return Record(sent=tuple(self._sent), events=tuple(self.tap.events))

    @property
    def scene(self) -> Record:
        """What was sent and seen since `begin`."""
        sent, events = self._scene
        return Record(sent=tuple(self._sent[sent:]), events=tuple(self.tap.events[events:]))

    def begin(self) -> bool:
        """A new scene, with a worker that runs and asks for tasks; False if there is none."""
        self._scene = len(self._sent), len(self.tap.events)
        running = self.subject is None or self.subject.running
        return running or self.start()

    def start(self, seconds: float = START) -> bool:
        """Start the worker and wait until it asks for its tasks."""
        before = len(self.tap.events)
        if self.subject is not None:
            self.subject.start()
        self.until(lambda _: _decided(self.tap.events[before:]), seconds)
        return bool(_consuming(self.tap.events[before:]))

    @staticmethod
    def now() -> datetime:
        """The platform's clock, with the offset of this machine."""
        return datetime.now(UTC).astimezone()

    def body(self, **changes: Any) -> dict[str, Any]:
        """The body of a new task."""
        return self.sample.assigned(self.now(), **changes)

    def send(self, body: Mapping[str, Any] | bytes, **envelope: Any) -> Sent:
        """Send a message; a new id unless `message_id` is given."""
        envelope.setdefault("message_id", f"check-{uuid.uuid4()}")
        sent = self.side.send(body, self.now(), **envelope)
        self._sent.append(sent)
        self._bodies[sent.message_id] = dict(body) if not isinstance(body, bytes) else {}
        return sent

    def task(self, **changes: Any) -> Sent:
        """Send a new task."""
        return self.send(self.body(**changes))

    def again(self, sent: Sent) -> Sent:
        """Send the very same message once more."""
        return self.send(self._bodies[sent.message_id], kind=sent.type, message_id=sent.message_id)

    def about(self, sent: Sent, kind: str, **fields: Any) -> Sent:
        """Send a later message about a task that was sent, such as that it is cancelled."""
        return self.send(about(self._bodies[sent.message_id], self.now(), **fields), kind=kind)

    def body_of(self, sent: Sent) -> dict[str, Any]:
        """The body of a message that was sent."""
        return self._bodies[sent.message_id]

    def until(self, true: Callable[[Record], bool], seconds: float | None = None) -> bool:
        """Wait for something in this scene; not for longer than `within`, unless said."""
        return self.tap.wait(
            lambda: true(self.scene),
            self.within if seconds is None else seconds,
            give_up=lambda: self.subject is not None and not self.subject.running,
        )

    def answered(self, *tasks: Sent, seconds: float | None = None) -> bool:
        """Wait until the broker has an answer to each, or the worker has rejected it."""

        def over(so_far: Record, task: Sent) -> bool:
            rejected = any(it.how == "rejected" for it in so_far.settled(task.message_id))
            return rejected or bool(so_far.arrived(task.assignment))

        return self.until(lambda so_far: all(over(so_far, it) for it in tasks), seconds)

    def settled(self, *messages: Sent, seconds: float | None = None) -> bool:
        """Wait until every copy of each was acknowledged or rejected."""
        ids = [it.message_id for it in messages]

        def true(so_far: Record) -> bool:
            return all(
                sum(e.message_ids.count(one) for e in so_far.settled(one)) >= ids.count(one)
                for one in ids
            )

        return self.until(true, seconds)

    def quiet(self) -> None:
        """Wait until nothing has happened for a moment."""
        while True:
            seen = len(self.tap.events)
            if not self.until(lambda _, seen=seen: len(self.tap.events) > seen, QUIET):  # type: ignore[misc]
                return

    def over(self, **what: Any) -> Played:
        """The scene as it was."""
        return Played(record=self.scene, within=self.within, **what)


def about(body: Mapping[str, Any], now: datetime, **fields: Any) -> dict[str, Any]:
    """The body of a later message about a task: who and what, when, and the rest."""
    names = ("case", "assignment", "task", "department")
    return {**{name: body[name] for name in names}, "at": now.isoformat(), **fields}


def _consuming(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, Consuming)]


def _decided(events: Sequence[Event]) -> bool:
    """Whether it asks for its tasks, or was refused so often that it will not do better."""
    refused = [event for event in events if isinstance(event, Refused)]
    return bool(_consuming(events)) or len(refused) >= REFUSALS
