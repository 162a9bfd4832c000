"""Which rungs must have fired, by the trace of a case alone. Pure.

The steps of the case say when each clock began, stood and ended; from that the ladder says which
rungs were reached. Supervision may have fired a rung that later turned out not to be reached, but
only before it was told why: then the alert stands in the trace before the step that says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.supervision.domain import Case, Rules, follow
from services.supervision.ladder import RUNGS
from services.supervision.trace import Entry
from shared.messages import AlertRaised, CaseProgressed
from shared.messages.codec import decode
from shared.messages.registry import name_of

STEP, ALERT = name_of(CaseProgressed), name_of(AlertRaised)


@dataclass(frozen=True, kw_only=True)
class Rungs:
    """The alerts of a case. `early` fired before supervision knew better; `wrong` says what is."""

    fired: int
    early: int
    wrong: tuple[str, ...]


def check(code: str, entries: Sequence[Entry], rules: Rules) -> Rungs:
    """Compare what fired with what was reached."""
    case = Case(code=code)
    fired: dict[str, int] = {}
    followed: set[str] = set()
    told: dict[str, int] = {}
    wrong: list[str] = []
    for entry in entries:
        message = decode(entry.type, 1, entry.body.encode())
        if entry.type == STEP:
            before = case.changed
            case = follow(case, message, rules)
            changed = (it for it, clock in case.changed.items() if before.get(it) is not clock)
            told |= dict.fromkeys(changed, entry.position)
        elif entry.type == ALERT and message.rung in RUNGS:
            if message.alert in fired:
                wrong.append(f"{message.alert} fired twice")
            fired[message.alert] = entry.position
            if message.follows:  # nobody acknowledged a lower one: it may come before its moment
                followed.add(message.alert)
    reached = set(_reached(case))
    wrong += [f"{it} was reached and did not fire" for it in sorted(reached - fired.keys())]
    early = fired.keys() - reached - followed
    for alert in sorted(early):
        if fired[alert] > told.get(alert.rpartition("/")[0], 0):
            wrong.append(f"{alert} fired although it was known not to be reached")
    return Rungs(fired=len(fired), early=len(early), wrong=tuple(wrong))


def _reached(case: Case) -> Iterator[str]:
    """The rungs that clocks which have ended had reached."""
    for clock in case.changed.values():
        if clock.ended_at is not None:
            yield from (f"{clock.id}/{rung.name}" for rung in clock.rungs)
