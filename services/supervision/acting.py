"""What is done when somebody acts on an alert, and when nobody acknowledges one in time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.supervision import actstore, store
from services.supervision.acts import TYPE, Act, Standing
from services.supervision.calling import call, ladder_of
from services.supervision.domain import Case, Rules, clocks_of
from services.supervision.handlers import ITSELF, Said
from services.supervision.ladder import RUNGS, Rung
from services.supervision.notices import store as notices
from services.supervision.trace import append
from shared.delivery.work import Work
from shared.errors import NotFound
from shared.messages import AlertRaised
from shared.values import with_changed

Sees = Callable[[str], bool]
"""Whether what is of a region may be acted on; the empty one for what belongs to no region."""


def anything(_region: str) -> bool:
    """Everything may be acted on."""
    return True


def act(work: Work, alert: str, said: dict[str, Any], *, sees: Sees = anything) -> Standing:
    """Act on an alert, `said` as the fields of an Act; how it stands then. The trace of its case
    says so. Raises NotFound, Invalid, Overtaken, NotPossible."""
    tx = work.transaction
    code = actstore.standing(tx, alert).alert.case
    case = store.load(tx, [code]).get(code)
    if not sees(case.region if case else ""):
        raise NotFound(f"there is no alert {alert[:300]!r}")
    if case is None:
        actstore.lock(tx, alert)
    before = actstore.standing(tx, alert)  # as it is now that nobody else can act
    after = before.after(Act(alert=alert, case=code, at=work.now, **said))
    actstore.save(tx, before, after)
    if after.first("withdrawal"):
        notices.withdraw(tx, alert)
    if case:
        _record(work, case, after.acts[-1])
    return after


def _record(work: Work, case: Case, done: Act) -> None:
    head, entry = append(
        case.head, case=case.code, source=ITSELF, type=TYPE, at=done.at, message=done
    )
    store.save_cases(work.transaction, [with_changed(case, head=head)])
    store.save_trace(work.transaction, [entry])


def escalate(
    work: Work,
    *,
    rules: Rules,
    channels: Sequence[str],
    before: datetime | None = None,
    limit: int = 500,
) -> int:
    """Fire the next rung of alerts that nobody acknowledged `before` a moment (now), oldest first;
    how many alerts wait no longer. What has ended, or has its next rung already, needs none."""
    tx, before = work.transaction, before or work.now
    cases = actstore.cases_waited_for(tx, before, limit)
    waited = actstore.unacknowledged(tx, cases.keys(), before)
    known = store.alerted(tx, [f"{it.clock}/{rung}" for it in waited for rung in RUNGS])
    said = Said(work=work, cases=cases)
    for alert in waited:
        _follow(said, alert, rules, known)
    actstore.settle(tx, [it.alert for it in waited])
    if said.entries:
        said.save(channels)
    return len(waited)


def _follow(said: Said, alert: AlertRaised, rules: Rules, known: set[str]) -> None:
    case = said.cases[alert.case]
    clock = next((it for it in clocks_of(case) if it.id == alert.clock), None)
    if clock is None or clock.ended_at is not None:
        return
    above = ladder_of(case, clock, rules).after(alert.rung)
    if above is None or f"{clock.id}/{above.name}" in known:
        return
    known.add(f"{clock.id}/{above.name}")
    left = tuple(it for it in clock.rungs if it.name != above.name)
    climbed = replace(clock, rungs=left)
    said.cases[case.code] = with_changed(case, changed={**case.changed, clock.id: climbed})
    rung = Rung(name=above.name, when=above.when, moment=said.work.now)
    said.take(call(case, climbed, rung, rules, said.work.now, follows=alert), case.code)
