"""A clock explained line by line: what was granted, every stretch that ran, every stop and every
extension with its reason, its legal basis and who, and how that comes to the due date. Pure.

Numbers come from the ledger, reasons from the trace (see `happenings`). The units of the lines
`granted` and `extended` are the budget, and so are those of the lines `ran` once there is a due
date; what of these is `used`, with the line `late`, is the consumed time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from services.supervision.clocks import CASE_KINDS, Clock
from services.supervision.happenings import OF_REVIEWS, Happening
from services.supervision.limits import Given
from services.supervision.wording import Words, ended, given
from services.supervision.wording_reviews import reviewed
from shared.messages.parts import Text
from shared.worktime import Calendar, Explanation, Extension, Ledger, Ran, Stopped, explain

Kind = Literal[
    "granted", "extended", "ran", "stopped", "apart", "moved", "due", "stands", "recounted", "ended"
]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One fact about a clock. `units` are those of its limit that the fact is about, `used` what
    of a stretch has passed; `causes` are the entries of the trace that it rests on."""

    kind: Kind
    text: Text
    begin: datetime | None = None
    end: datetime | None = None
    units: Fraction | None = None
    used: Fraction | None = None
    late: Fraction | None = None
    causes: tuple[Happening, ...] = ()


def explained(
    clock: Clock, told: Iterable[Happening], calendar: Calendar, now: datetime
) -> tuple[Line, ...]:
    """The lines of a clock as they stand at `now`, or when it ended."""
    own = [it for it in told if _concerns(it, clock)]
    until = min(now, clock.ended_at) if clock.ended_at else now
    if isinstance(clock.limit, Given):
        due = f"{calendar.local(clock.limit.due):%Y-%m-%d %H:%M}"
        lines = [Line(kind="due", text=given(due, clock.source), end=clock.limit.due)]
    else:
        lines = list(_counted(clock, clock.limit, own, calendar, until))
    reviews = [it for it in own if it.kind in OF_REVIEWS]
    lines += [
        Line(kind="ended", text=reviewed(it, calendar), begin=it.since, end=it.at, causes=(it,))
        for it in reviews
    ]
    if clock.ended_at and not reviews:
        at = f"{calendar.local(clock.ended_at):%Y-%m-%d %H:%M}"
        lines.append(Line(kind="ended", text=ended(at), end=clock.ended_at))
    return tuple(lines)


def _counted(
    clock: Clock, ledger: Ledger, told: Sequence[Happening], calendar: Calendar, now: datetime
) -> Iterator[Line]:
    words, taken = Words(ledger.unit, calendar), explain(ledger, calendar, now)
    yield Line(
        kind="granted",
        text=words.granted(ledger.amount, ledger.started, clock.source),
        begin=ledger.started,
        units=Fraction(ledger.amount),
    )
    yield from _extensions(words, ledger.extensions, told)
    for part in taken.parts:
        yield _ran(words, part) if isinstance(part, Ran) else _stopped(words, part, told)
    for days in taken.days:
        yield Line(kind="apart", text=words.apart(days))
    yield from (
        Line(kind="recounted", text=words.recounted(it), begin=it.at, causes=(it,))
        for it in told
        if it.kind == "recounted"
    )
    yield from _end(words, ledger, taken, now)


def _extensions(
    words: Words, extensions: Sequence[Extension], told: Sequence[Happening]
) -> Iterator[Line]:
    granted = [it for it in told if it.kind == "extended"]
    for extension in extensions:
        same = (it for it in granted if it.amount == extension.amount)
        cause = next(same, None)
        if cause:
            granted.remove(cause)
        yield Line(
            kind="extended",
            text=words.extended(extension.amount, cause, extension.source),
            begin=cause.at if cause else None,
            units=Fraction(extension.amount),
            causes=(cause,) if cause else (),
        )


def _ran(words: Words, part: Ran) -> Line:
    text = words.ran(part.begin, part.end, part.units, part.used)
    return Line(
        kind="ran", text=text, begin=part.begin, end=part.end, units=part.units, used=part.used
    )


def _stopped(words: Words, part: Stopped, told: Sequence[Happening]) -> Line:
    causes = tuple(
        it
        for it in told
        if it.kind == "stopped" and part.begin <= it.at and (part.end is None or it.at < part.end)
    ) or tuple(it for it in told if it.kind == "stopped" and it.at == part.begin)
    resumed = next((it for it in told if it.kind == "resumed" and it.at == part.end), None)
    return Line(
        kind="stopped",
        text=words.stopped(part.begin, part.end, part.units, causes, resumed),
        begin=part.begin,
        end=part.end,
        units=part.units,
        causes=(*causes, resumed) if resumed else causes,
    )


def _end(words: Words, ledger: Ledger, taken: Explanation, now: datetime) -> Iterator[Line]:
    left = max(Fraction(0), ledger.budget - taken.consumed)
    if taken.due is None:
        yield Line(kind="due", text=words.no_due(left))
        return
    if taken.spent and taken.spent != taken.due:
        yield Line(kind="moved", text=words.moved(taken.spent, taken.due), end=taken.due)
    yield Line(kind="due", text=words.due(taken.due, taken.unpublished), end=taken.due)
    yield Line(
        kind="stands",
        text=words.stands(taken.consumed, left, taken.late, now),
        end=now,
        used=taken.consumed,
        late=taken.late,
    )


def _concerns(told: Happening, clock: Clock) -> bool:
    """Whether the clock heeds what was told: a case waits for each of its tasks, a task only for
    itself; more time is given to a case or to one task, in the unit that the limit counts."""
    if told.clock:
        return told.clock == clock.id
    if told.kind == "extended":
        unit = clock.limit.unit if isinstance(clock.limit, Ledger) else ""
        scope = clock.kind in CASE_KINDS if not told.assignment else clock.kind == "handling"
        return scope and told.unit == unit and told.assignment == clock.subject
    return clock.kind in CASE_KINDS or told.assignment == clock.subject
