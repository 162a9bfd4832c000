"""Plug a department's own worker into OneWindow: tasks in, results out, each with effect once."""

from onewindow_worker.documents import document
from onewindow_worker.errors import (
    InvalidResult,
    InvalidSettings,
    JournalUnusable,
    NotFetched,
    NotOpen,
    UnknownAssignment,
    WorkerError,
)
from onewindow_worker.logs import JsonFormatter, TextFormatter, log_to_stderr
from onewindow_worker.parts import Limit, Material, Opinion, Person, Shortcoming, Text, ToFetch
from onewindow_worker.reporter import Reporter
from onewindow_worker.results import (
    LATER,
    Note,
    Result,
    approve,
    approve_with_conditions,
    decline,
    reject,
    resume,
    return_for_supplement,
    suspend,
)
from onewindow_worker.tasks import Cancellation, Task
from onewindow_worker.version import __version__
from onewindow_worker.worker import Worker

__all__ = [
    "LATER",
    "Cancellation",
    "InvalidResult",
    "InvalidSettings",
    "JournalUnusable",
    "JsonFormatter",
    "Limit",
    "Material",
    "NotFetched",
    "NotOpen",
    "Note",
    "Opinion",
    "Person",
    "Reporter",
    "Result",
    "Shortcoming",
    "Task",
    "Text",
    "TextFormatter",
    "ToFetch",
    "UnknownAssignment",
    "Worker",
    "WorkerError",
    "__version__",
    "approve",
    "approve_with_conditions",
    "decline",
    "document",
    "log_to_stderr",
    "reject",
    "resume",
    "return_for_supplement",
    "suspend",
]
