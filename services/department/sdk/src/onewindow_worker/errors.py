"""The errors of the worker SDK.

WorkerError
├── InvalidResult       a result breaks a rule of the contract; names the field
├── InvalidSettings     a setting of the worker is missing or wrong
├── Unreadable          a message from the broker is not a task that this worker can read
├── Unhandled           no handler is registered for a task, or a handler gave no answer
├── JournalUnusable     the journal cannot be opened, or is another department's
├── UnknownAssignment   the journal knows no such assignment
├── NotFetched          the content of a material could not be read over its link
└── NotOpen             the assignment does not wait for such a result (any more)
"""

from __future__ import annotations


class WorkerError(Exception):
    """Something that the SDK can say in one clear sentence."""


class InvalidResult(WorkerError):
    """A result breaks a rule of the contract: the message names the field and the rule."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class InvalidSettings(WorkerError):
    """A setting of the worker is missing or wrong."""


class Unreadable(WorkerError):
    """A message is of no known type or version, from the wrong sender, or its body is broken."""


class Unhandled(WorkerError):
    """No handler is registered for a task, or its handler returned something that is no answer."""


class JournalUnusable(WorkerError):
    """The journal file cannot be opened, is no journal, or belongs to another department."""


class UnknownAssignment(WorkerError):
    """The journal knows no such assignment: a slip in its name, or another journal's."""


class NotOpen(WorkerError):
    """The assignment takes no such result: answered, cancelled, suspended or waiting."""


class NotFetched(WorkerError):
    """The content of a material could not be read: no link, refused, expired, or not that file."""

    def __init__(self, material: str, problem: str) -> None:
        super().__init__(f"{material}: {problem}")
        self.material = material
