"""Two persons: one drafts, the head approves, and then the answer goes out in both names. Pure.

What needs a second person:

    completion   of a task whose item says `approval: two-person`. Examination and decision lie in
                 different hands; where the substance of an application is verified, two officers at
                 least do it (Administrative Licensing Law, art. 34)
    extension    always: more time is for the head of the agency to approve (art. 42)

Nobody approves their own draft, a head neither. While a draft waits, nothing else is done with the
task but sending it back or taking it back, so that the head approves what is still true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from services.department import domain
from services.department.desk.claims import NotForThisRole, check_free_for, check_open
from services.department.desk.officers import Officer
from services.department.domain import Act, NotPossible, Said, Task
from shared.errors import Fault, Invalid


class OwnDraft(NotForThisRole):
    """Who drafted an answer cannot be who approves it."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What waits for the head, or came back from there with a comment."""

    what: Act
    said: Mapping[str, Any]
    by: str
    by_name: str
    at: datetime
    comment: str = ""
    sent_back_by: str = ""

    @property
    def waits(self) -> bool:
        """Whether it waits for the head; otherwise it came back."""
        return not self.sent_back_by


def needs_two(task: Task, what: Act) -> bool:
    """Whether an act goes out only once a head has approved it."""
    if what == "extension":
        return True
    return what == "completion" and task.document.get("approval") == "two-person"


def draft(task: Task, officer: Officer, what: Act, said: Said, now: datetime) -> Task:
    """Keep what is to be said until a head has approved it. Raises what the act itself would."""
    check_open(task, said["version"])
    check_free_for(task, officer)
    check_not_waiting(task)
    attempt = {**said, "officer": officer.name, "approved_by": "-"}
    domain.act(task, what, attempt, now)
    plain = {
        "what": what,
        "said": {**said},
        "by": officer.account,
        "by_name": officer.name,
        "at": now.isoformat(),
    }
    return task.changed(
        now,
        what="draft",
        by=officer.name,
        draft=plain,
        holder=officer.account,
        holder_name=officer.name,
    )


def approve(task: Task, head: Officer, version: int, now: datetime) -> tuple[Task, Any]:
    """The answer goes out in both names: the task afterwards and the message to routing."""
    waiting = _for_the_head(task, head, version)
    names = {"officer": waiting.by_name, "approved_by": _told_apart(head, waiting)}
    said = {**waiting.said, **names, "version": task.version}
    return domain.act(task, waiting.what, said, now)


def send_back(task: Task, head: Officer, version: int, *, comment: str, now: datetime) -> Task:
    """The drafter gets it again, with a comment. Raises Invalid for an empty one."""
    _for_the_head(task, head, version)
    if not comment.strip():
        raise Invalid(Fault("comment", "is missing; say what is to be changed"))
    plain = {**(task.draft or {}), "comment": comment, "sent_back_by": head.name}
    return task.changed(now, what="sent-back", by=head.name, draft=plain)


def take_back(task: Task, officer: Officer, version: int, now: datetime) -> Task:
    """The drafter takes a draft back before it is approved."""
    check_open(task, version)
    found = draft_of(task)
    if found is None:
        raise NotPossible("there is no draft")
    if found.by != officer.account:
        raise NotForThisRole(f"only {found.by_name}, who drafted it, can take the draft back")
    return task.changed(now, what="draft-taken-back", by=officer.name, draft=None)


def check_not_waiting(task: Task) -> None:
    """Raises NotPossible while a draft waits for the head."""
    found = draft_of(task)
    if found and found.waits:
        raise NotPossible(f"the draft of {found.by_name} waits for the head's approval")


def draft_of(task: Task) -> Draft | None:
    """The draft of a task, if there is one."""
    if task.draft is None:
        return None
    plain = task.draft
    return Draft(
        what=cast(Act, plain["what"]),
        said=plain["said"],
        by=plain["by"],
        by_name=plain["by_name"],
        at=datetime.fromisoformat(plain["at"]),
        comment=plain.get("comment", ""),
        sent_back_by=plain.get("sent_back_by", ""),
    )


def _for_the_head(task: Task, head: Officer, version: int) -> Draft:
    check_open(task, version)
    found = draft_of(task)
    if found is None or not found.waits:
        raise NotPossible("no draft waits for approval")
    if not head.head:
        raise NotForThisRole(f"{head.name} is not a head of {task.department}")
    if found.by == head.account:
        raise OwnDraft(f"{head.name} drafted it; another head approves it")
    return found


def _told_apart(head: Officer, draft: Draft) -> str:
    """The head's name; with the account where both bear the same."""
    return head.name if head.name != draft.by_name else f"{head.name} ({head.account})"
