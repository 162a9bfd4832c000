"""What reaches the worker's loop, from the broker's thread, handlers' threads and elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Union

from onewindow_worker.results import Note, Result
from onewindow_worker.tasks import Cancellation, Task
from onewindow_worker.wire import Delivery


@dataclass(frozen=True)
class Connected:
    """The queue is consumed and results can be published."""

    epoch: int


@dataclass(frozen=True)
class Lost:
    """The connection is gone, and with it every tag of its epoch."""

    epoch: int


@dataclass(frozen=True)
class Confirmed:
    """The broker has taken these results."""

    message_ids: tuple[str, ...]


@dataclass(frozen=True)
class TurnedBack:
    """The broker did not take these results: no queue wants them, or it said no."""

    message_ids: tuple[str, ...]


@dataclass
class Job:
    """A call of a handler: the deliveries that wait for its end, and those that come after it.

    `unwanted` once the task was cancelled while the job waited or ran.
    """

    assignment: str
    subject: Task | Cancellation
    deliveries: list[Delivery]
    attempt: int = 1
    after: list[Delivery] = field(default_factory=list)
    unwanted: bool = False


class Handled(NamedTuple):
    """A handler has ended, with a result or an error.

    Both are None for a `cancelled` handler and for a job that was unwanted before it began, for
    which no handler was called; `seconds` is how long the call took.
    """

    job: Job
    result: Result | None
    error: BaseException | None
    seconds: float | None = None


@dataclass(frozen=True)
class Noted:
    """A handler has said how far it is."""

    assignment: str
    note: Note


@dataclass(frozen=True)
class Wake:
    """Look again: something was reported, or the worker is to stop."""


Event = Union[Connected, Lost, Delivery, Confirmed, TurnedBack, Handled, Noted, Wake]
