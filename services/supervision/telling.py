"""What an entry of a trace says, in words for a person: one line for each thing that happened."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.supervision.acts import TYPE as ACTED
from services.supervision.actwords import words
from services.supervision.moves import TYPE as RECOUNTED
from services.supervision.trace import Entry
from shared.messages import (
    ActOnSilence,
    AlertRaised,
    CaseProgressed,
    CaseRated,
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    MessageParked,
    ReviewEnded,
)
from shared.messages.registry import name_of

STEP, ALERT, PARKED = (name_of(cls) for cls in (CaseProgressed, AlertRaised, MessageParked))
DIRECTIVE, RATED = name_of(ActOnSilence), name_of(CaseRated)
Said = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened: when, where (a department, or the service that said it), what."""

    position: int
    at: datetime
    where: str
    what: str


def lines(entry: Entry) -> list[Line]:
    """The lines of an entry."""
    return [
        Line(position=entry.position, at=entry.at, where=where or entry.source, what=what)
        for where, what in _told(entry.type, json.loads(entry.body))
    ]


def _told(kind: str, said: Said) -> Iterator[tuple[str, str]]:
    if kind == STEP:
        for change in said["changes"]:
            yield change.get("department", ""), CHANGES[change["kind"]](change)
    elif kind == ALERT:
        yield said["department"], f"ALERT {said['title']['en']}"
    elif kind == DIRECTIVE:
        yield said["department"], f"{said['task']} not answered by {said['due_at']}: {_meant(said)}"
    elif kind == RECOUNTED:
        before, after = said["due_before"], said["due_after"]
        yield said["department"], f"due {after} instead of {before}: {said['reason']}"
    elif kind == RATED:
        yield "intake", f"rated {said['level']}/5: {said['comment'] or '-'}"
    elif kind in REVIEWS:
        yield "intake", REVIEWS[kind](said)
    elif kind == ACTED:
        yield "", words(said).en
    elif kind == PARKED:
        yield said["service"], f"{said['message_type']} was parked: {said['reason']}"
    else:
        yield said["service"], _refused(said)


def _received(it: Said) -> str:
    review = it["review"]
    return f"received: {review['title']['en']}; correction notice {_limit(review['limit'])}"


def _notified(it: Said) -> str:
    wrong = ", ".join(f"{one['subject']} ({one['problem']})" for one in it["missing"])
    return f"correction notice: {wrong}, by {it['by']}"


def _corrected_before(it: Said) -> str:
    return f"the applicant corrected: {', '.join([*it['fields'], *it['materials']]) or '-'}"


def _review_ended(it: Said) -> str:
    review = it["review"]
    how = ENDINGS[review["ending"]]
    since = f", counted from {review['accepted_at']}" if review["accepted_at"] else ""
    by = f", by {it['by']}" if it["by"] else ""
    return f"{'; '.join([how + since, *it['reasons']])}{by}"


ENDINGS = {
    "accepted": "accepted",
    "deemed": "nothing was said in time: deemed accepted",
    "refused": "not accepted",
    "withdrawn": "withdrawn before acceptance",
}
REVIEWS: dict[str, Callable[[Said], str]] = {
    name_of(CaseReceived): _received,
    name_of(CorrectionNotified): _notified,
    name_of(CorrectionReceived): _corrected_before,
    name_of(ReviewEnded): _review_ended,
}
"""A sentence for each thing that happened before acceptance."""


def _meant(it: Said) -> str:
    meaning = "to be handed on" if it["silence"] == "reassign" else "deemed approved"
    return f"{meaning} ({it['source']})" if it["source"] else meaning


def _opened(it: Said) -> str:
    limits = [f"{name} {_limit(it[name])}" for name in ("promised", "statutory") if it[name]]
    promised = [f"{late['material']} promised for {late['due_on']}" for late in it["deferrals"]]
    return "; ".join([f"opened: {it['title']['en']}, led by {it['lead']}", *limits, *promised])


def _assigned(it: Said) -> str:
    limits = [f"{name} {_limit(it[name])}" for name in ("acceptance", "handling") if it[name]]
    return "; ".join([f"assigned: {it['title']['en']} ({it['task']})", *limits])


def _completed(it: Said) -> str:
    opinion = f": {it['opinion']}" if it["opinion"] else ""
    return f"{it['task']} completed, {it['outcome']}{opinion}{_by(it)}{_approved(it)}"


def _noted(it: Said) -> str:
    percent = "" if it["percent"] is None else f" ({it['percent']} %)"
    return f"{it['task']}: {it['note']}{percent}{_by(it)}"


def _task_extended(it: Said) -> str:
    unit = it["unit"].replace("_", " ")
    return f"{it['task']} extended by {it['amount']} {unit}: {it['reason']}{_by(it)}{_approved(it)}"


def _returned(it: Said) -> str:
    missing = ", ".join(f"{lack['subject']} ({lack['problem']})" for lack in it["missing"])
    return f"{it['task']} returned: {missing}{_by(it)}"


def _supplemented(it: Said) -> str:
    given = [*it["fields"], *(material["name"] for material in it["materials"])]
    return f"supplemented: {', '.join(given) or it['note'] or '-'}"


def _refused(it: Said) -> str:
    forged = "forged " if it.get("forged") else ""
    return f"{forged}{it['message_type']} from {it['sender']} refused: {it['reason']}"


def _decided(it: Said) -> str:
    return "; ".join([f"decided: {it['outcome']}", *it["reasons"], *it["conditions"]])


def _revoked(it: Said) -> str:
    reasons = "; ".join([*it["reasons"], it["legal_basis"]])
    return f"decision revoked by {it['department']} ({it['task']}): {reasons}"


def _transferred(it: Said) -> str:
    return f"{it['task']} goes from {it['department']} to {it['to']}{_why(it)}"


def _corrected(it: Said) -> str:
    fields = [f"{one['field']} {one['before']} -> {one['after']}" for one in it["corrections"]]
    return f"corrected: {', '.join([*fields, it['note']] if it['note'] else fields)}{_why(it)}"


def _why(it: Said) -> str:
    return f": {it['reason']}, by {it['by']}"


def _limit(limit: Said) -> str:
    return f"{limit['amount']} {limit['unit'].replace('_', ' ')}"


def _by(it: Said) -> str:
    return f", by {it['officer']}" if it["officer"] else ""


def _approved(it: Said) -> str:
    return f", approved by {it['approved_by']}" if it.get("approved_by") else ""


CHANGES: dict[str, Callable[[Said], str]] = {
    "case.opened": _opened,
    "subcase.opened": lambda it: f"sub-case {it['subcase']} opened: {it['item']}",
    "subcase.decided": lambda it: f"sub-case {it['subcase']} {_decided(it)}",
    "task.assigned": _assigned,
    "task.accepted": lambda it: f"{it['task']} accepted{_by(it)}",
    "task.completed": _completed,
    "document.issued": lambda it: f"{it['document']['name']} issued by {it['department']}",
    "task.noted": _noted,
    "task.returned": _returned,
    "task.declined": lambda it: f"{it['task']} declined: {it['reason']}{_by(it)}",
    "task.settled": lambda it: f"{it['task']} settled ({it['ground']}): {it['reason']}",
    "task.skipped": lambda it: f"{it['task']} not needed: {it['reason']}",
    "task.cancelled": lambda it: f"{it['task']} cancelled: {it['reason']}",
    "clock.suspended": lambda it: f"clocks stopped for {it['task']}: {it['reason']}",
    "clock.resumed": lambda it: f"clocks run again for {it['task']}: {it['reason']}",
    "case.supplemented": _supplemented,
    "task.transferred": _transferred,
    "task.extended": _task_extended,
    "case.extended": lambda it: f"{it['amount']} {it['unit']} more{_why(it)}",
    "case.corrected": _corrected,
    "case.merged": lambda it: f"merged into {it['into']}{_why(it)}",
    "case.absorbed": lambda it: f"{it['case']} was merged into this case{_why(it)}",
    "case.migrated": lambda it: f"version {it['before']} -> {it['after']} of the item{_why(it)}",
    "result.refused": _refused,
    "case.decided": _decided,
    "decision.revoked": _revoked,
    "case.withdrawn": lambda it: f"withdrawn: {it['reason']}",
}
"""A sentence for each part of the case stream, by its kind."""
