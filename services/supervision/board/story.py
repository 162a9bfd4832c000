"""What an entry of a trace says, for a page: what happened, to what, and what people wrote of it.

What happened is a text of the page in both languages (`story.KIND`); what people wrote is shown as
they wrote it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.supervision import actwords
from services.supervision.acts import TYPE as ACTED
from services.supervision.moves import TYPE as RECOUNTED
from services.supervision.telling import ALERT, DIRECTIVE, PARKED, RATED, REVIEWS, STEP
from services.supervision.trace import Entry

WRITTEN = ("opinion", "reason", "note", "legal_basis", "proposal")
WHO = ("officer", "approved_by", "by")
Said = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing that happened. `kind` is that of the change or of the message; `subject` what it is
    about, `outcome` how it ended, `written` what people wrote, `who` the people who are named."""

    position: int
    at: datetime
    kind: str
    department: str = ""
    subject: str = ""
    outcome: str = ""
    written: tuple[str, ...] = ()
    who: tuple[str, ...] = ()


def story(entry: Entry, titles: Mapping[str, str], language: str) -> Iterator[Told]:
    """Everything that an entry says, in order. `titles` are those of tasks by assignment."""
    said = json.loads(entry.body)
    if entry.type == STEP:
        for change in said["changes"]:
            yield _told(entry, change, titles, language)
    elif entry.type == ALERT:
        yield _other(entry, "alert", said["department"], said["title"][language])
    elif entry.type == DIRECTIVE:
        yield _other(entry, f"silence.{said['silence']}", said["department"], said["task"])
    elif entry.type in REVIEWS:
        review = said["review"]
        what = {"kind": entry.type, "department": review["lead"], "outcome": review["ending"]}
        yield _told(entry, {**said, "case": "", **what}, titles, language)
    elif entry.type == RATED:
        words = filter(None, [said["comment"]])
        yield _other(entry, entry.type, said["lead"], f"{said['level']}/5", *words)
    elif entry.type == ACTED:
        yield _other(entry, "acted", said["department"], getattr(actwords.words(said), language))
    elif entry.type == RECOUNTED:
        yield _other(entry, "recounted", said["department"], said["reason"])
    else:
        kind = "parked" if entry.type == PARKED else "refused"
        yield _other(entry, kind, said["service"], said["message_type"], said["reason"])


def _told(entry: Entry, said: Said, titles: Mapping[str, str], language: str) -> Told:
    return Told(
        position=entry.position,
        at=entry.at,
        kind=said["kind"],
        department=said.get("department", "") or said.get("lead", ""),
        subject=titles.get(said.get("assignment", "")) or _subject(said, language),
        outcome=said.get("outcome", ""),
        written=tuple(_written(said)),
        who=tuple(dict.fromkeys(said[it] for it in WHO if said.get(it))),
    )


def _other(entry: Entry, kind: str, where: str, subject: str, *written: str) -> Told:
    return Told(
        position=entry.position,
        at=entry.at,
        kind=kind,
        department=where,
        subject=subject,
        written=written,
    )


def _subject(said: Said, language: str) -> str:
    if "title" in said:
        return str(said["title"][language] or said.get("task", ""))
    names = ("task", "subcase", "into", "case", "message_type")
    return next((str(said[it]) for it in names if said.get(it)), "")


def _written(said: Said) -> Iterator[str]:
    for name in WRITTEN:
        if said.get(name):
            yield str(said[name])
    for lack in said.get("missing", ()):
        yield " ".join([f"{lack['subject']}: {lack['problem']}", lack.get("remedy", "")]).rstrip()
    yield from (str(it) for name in ("reasons", "conditions") for it in said.get(name, ()))
    if said.get("amount"):
        yield f"+{said['amount']} {said['unit'].replace('_', ' ')}"
    if said.get("document"):
        yield str(said["document"]["name"])
    for one in said.get("corrections", ()):
        yield f"{one['field']}: {one['before']} → {one['after']}"
    if said.get("to"):
        yield f"→ {said['to']}"
