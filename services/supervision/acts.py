"""What people do about an alert, and what may be done with it as it stands. Pure.

    acknowledgement   somebody has seen it and answers for it; the next rung is not needed
    comment           for those who read it later
    action, done      a department is to do something by a date; it is done
    appeal            the head of the department asks to withdraw the card, with reasons
    withdrawal        the card stays in the record and does not count; also without an appeal
    refusal           the appeal is refused, with reasons; it is made once

Every act is an entry of the trace of its case.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, get_args

from services.supervision.ladder import RUNGS
from shared.errors import Fault, Invalid, OneWindowError
from shared.messages import AlertRaised
from shared.values import made_often

TYPE = "alert.acted"
Kind = Literal["acknowledgement", "comment", "action", "done", "appeal", "withdrawal", "refusal"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WITH_REASONS = ("comment", "action", "appeal", "withdrawal", "refusal")
LONGEST = 2_000
LONGEST_NAME = 200


class Overtaken(OneWindowError):
    """Somebody else has done it already; the sentence says who and when."""


class NotPossible(OneWindowError):
    """The alert is such that this cannot be done with it."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing that somebody did about an alert; `number` counts them from 1. `capacity` is what
    they did it as; `department` and `due_on` are of an action, `action` is the number of the one
    that is done."""

    alert: str
    case: str
    number: int = 0
    kind: Kind
    at: datetime
    by: str
    capacity: str = ""
    text: str = ""
    department: str = ""
    due_on: date | None = None
    action: int = 0


@made_often
@dataclass(frozen=True, kw_only=True)
class Task:
    """An action that a department was given; open until it is done."""

    given: Act
    done: Act | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An alert with all that was done about it, in order."""

    alert: AlertRaised
    acts: tuple[Act, ...] = ()

    def first(self, kind: Kind) -> Act | None:
        """The first act of a kind."""
        return next((it for it in self.acts if it.kind == kind), None)

    @property
    def appealed(self) -> Act | None:
        """The appeal that waits to be decided."""
        decided = self.first("refusal") or self.first("withdrawal")
        return None if decided else self.first("appeal")

    @property
    def actions(self) -> tuple[Task, ...]:
        """The actions that were assigned."""
        done = {it.action: it for it in self.acts if it.kind == "done"}
        given = (it for it in self.acts if it.kind == "action")
        return tuple(Task(given=it, done=done.get(it.number)) for it in given)

    def possible(self) -> frozenset[Kind]:
        """What may be done with the alert now."""
        found: set[Kind] = {"comment"}
        if not self.first("withdrawal"):
            found.add("action")
            if not self.first("acknowledgement"):
                found.add("acknowledgement")
            if self.alert.rung in RUNGS:
                found.add("withdrawal")
                if self.alert.department and not self.first("appeal"):
                    found.add("appeal")
        if self.appealed:
            found.add("refusal")
        if any(not it.done for it in self.actions):
            found.add("done")
        return frozenset(found)

    def after(self, act: Act) -> "Standing":
        """The alert after an act, which gets the next number.

        Raises Invalid for what is missing, Overtaken for what somebody has done before, and
        NotPossible for what this alert does not allow.
        """
        _check_words(act)
        if act.kind not in self.possible():
            raise self._refused(act)
        if act.kind == "done" and all(
            it.done for it in self.actions if it.given.number == act.action
        ):
            raise self._refused(act)
        return replace(self, acts=(*self.acts, replace(act, number=len(self.acts) + 1)))

    def _refused(self, act: Act) -> OneWindowError:
        if withdrawn := self.first("withdrawal"):
            return Overtaken(f"{withdrawn.by} has withdrawn this alert at {withdrawn.at:%F %R}")
        same: Kind = "refusal" if act.kind == "appeal" and self.first("refusal") else act.kind
        before = [it for it in self.acts if it.kind == same and it.action == act.action]
        if before:
            what = SAID[same]
            return Overtaken(f"{before[-1].by} has {what} at {before[-1].at:%F %R}")
        return NotPossible(f"{ASKED[act.kind]} is not possible with this alert as it stands")


SAID: dict[Kind, str] = {
    "acknowledgement": "acknowledged this alert",
    "comment": "commented on this alert",
    "action": "assigned an action",
    "done": "marked this action as done",
    "appeal": "appealed against this card",
    "withdrawal": "withdrawn this card",
    "refusal": "refused the appeal against this card",
}
ASKED: dict[Kind, str] = {
    "acknowledgement": "an acknowledgement",
    "comment": "a comment",
    "action": "an action",
    "done": "marking such an action as done",
    "appeal": "an appeal",
    "withdrawal": "a withdrawal",
    "refusal": "refusing an appeal",
}


def _check_words(act: Act) -> None:
    faults = []
    if act.kind in WITH_REASONS and not act.text.strip():
        faults.append(Fault("text", "must be given"))
    if len(act.text) > LONGEST:
        faults.append(Fault("text", f"may have {LONGEST} characters at most"))
    if not act.by.strip() or len(act.by) > LONGEST_NAME:
        faults.append(Fault("by", f"must be a name of at most {LONGEST_NAME} characters"))
    if act.kind == "action":
        if not act.department:
            faults.append(Fault("department", "must say whose action it is"))
        if act.due_on is None or act.due_on < act.at.date():
            faults.append(Fault("due_on", "must be a date from today on"))
    if faults:
        raise Invalid(*faults)
