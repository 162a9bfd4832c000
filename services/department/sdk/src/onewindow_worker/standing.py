"""How an assignment stands with the department, and which results move it on. Pure rules.

begun       a handler has it, or had it when the process died: it is called again on redelivery
open        the department answered LATER and works on it
suspended   a special procedure runs
returned    the applicant was asked for more
parked      the handler failed for good; the message was set aside for a person
answered    completed or declined: closed
cancelling  no longer wanted, the department's own `cancelled` handler has not run yet
cancelled   no longer wanted: closed
"""

from __future__ import annotations

from onewindow_worker.errors import NotOpen

NOTED = "task.noted"
"""A note moves nothing."""

_DECISIONS = {"task.completed": "answered", "task.declined": "answered"}
_OPEN = {**_DECISIONS, "task.returned": "returned", "task.suspended": "suspended"}

MOVES = {
    "begun": {**_OPEN, "task.accepted": "open", NOTED: "begun"},
    "open": {**_OPEN, NOTED: "open"},
    "suspended": {"task.resumed": "open", NOTED: "suspended"},
    "returned": {**_DECISIONS, NOTED: "returned"},
    "parked": {**_OPEN, NOTED: "parked"},
}

REASONS = {
    "suspended": "is suspended; report resume(...) first",
    "returned": "waits for the applicant's supplement",
    "answered": "is answered already",
    "cancelling": "was cancelled",
    "cancelled": "was cancelled",
}

CLOSED = ("answered", "cancelled")
NOT_CLOSED = ("begun", "open", "suspended", "returned", "parked", "cancelling")
HANDLED_AGAIN = ("begun", "parked")
"""Where a redelivered message calls the handler again; elsewhere the last result is repeated."""


def moved(assignment: str, standing: str, result_type: str) -> str:
    """The standing after a result; raises NotOpen where the result does not fit."""
    to = MOVES.get(standing, {}).get(result_type)
    if to is None:
        reason = REASONS.get(standing, f"takes no {result_type} now")
        raise NotOpen(f"assignment {assignment} {reason}; {result_type} was not sent")
    return to
