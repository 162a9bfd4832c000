"""All facts anew from the traces: after an upgrade, or where somebody doubts them.

A trace holds every step as it was taken in, so the same rules come to the same facts. Calendars are
those of now: time that was used by days that were declared off afterwards is counted as it would be
today.
"""

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from services.supervision import factstore
from services.supervision.beside import Notes, text_of_notes
from services.supervision.domain import Case, Rules, follow
from services.supervision.endings import Facts
from services.supervision.store import STEP
from services.supervision.tables import cases, trace
from shared.database import Database
from shared.messages import CaseProgressed
from shared.messages.codec import decode
from shared.messages.registry import type_of
from shared.rows import update


def rebuild(database: Database, rules: Rules, *, limit: int = 200) -> int:
    """Find the facts of all cases anew, batch after batch; how many assignments have one."""
    after, known = "", 0
    while True:
        with database.transaction() as tx:
            codes = _some(tx, after, limit)
            known += _rebuild(tx, codes, rules)
        if len(codes) < limit:
            return known
        after = codes[-1]


def retold(code: str, steps: Iterable[CaseProgressed], rules: Rules) -> tuple[Facts, Notes]:
    """The facts of a case from all its steps in order, and what is noted of what is open."""
    found, case = Facts(), Case(code=code)
    for step in steps:
        before, case = case, follow(case, step, rules)
        found.take(before, step, case, rules)
    return found, case.beside


def _some(tx: sa.Connection, after: str, limit: int) -> list[str]:
    chosen = sa.select(cases.c.code).where(cases.c.code > after).order_by(cases.c.code)
    return list(tx.execute(chosen.limit(limit).with_for_update()).scalars())


def _rebuild(tx: sa.Connection, codes: list[str], rules: Rules) -> int:
    steps = _steps(tx, codes)
    told = {code: retold(code, steps[code], rules) for code in codes}
    factstore.forget(tx, codes)
    for found, _notes in told.values():
        factstore.save(tx, found)
    update(tx, cases, [{"code": it, "beside": text_of_notes(told[it][1])} for it in codes])
    return sum(len(found.of_assignments) for found, _notes in told.values())


def _steps(tx: sa.Connection, codes: list[str]) -> dict[str, list[CaseProgressed]]:
    chosen = sa.select(trace.c.case_code, trace.c.body).where(
        trace.c.case_code.in_(codes), trace.c.type == STEP
    )
    version = type_of(CaseProgressed).version
    steps: dict[str, list[CaseProgressed]] = defaultdict(list)
    for code, body in tx.execute(chosen.order_by(trace.c.case_code, trace.c.position)):
        steps[code].append(decode(STEP, version, body.encode()))
    return steps
