"""What the figures of a published sheet were counted from, as it was on that day.

Facts may be found anew, cards withdrawn, and tasks of a period may be told of after its sheets were
published. So publishing copies what it counts, in the database: the list behind a figure and the
figure agree for ever, and what has become of a task since is said beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.supervision.facttables import facts
from services.supervision.ratings import ratings
from services.supervision.sheets.behind import Found, Part, rows, tasks
from services.supervision.sheets.figures import Figure
from services.supervision.sheets.scope import WITHDRAWN, Scope
from services.supervision.sheets.tables import sheet_cards, sheet_facts, sheet_ratings
from services.supervision.tables import acts, alerts, cases

SHEET = ("period", "region", "version")
OF_FACT = tuple(it.name for it in sheet_facts.columns if it.name not in SHEET)
Task = tuple[str, str]
"""Its case and its assignment."""


def keep(tx: sa.Connection, scope: Scope, version: int) -> None:
    """Keep what the figures of a scope are counted from, for this version of its sheets."""
    sheet = scope.period.name, scope.region, version
    _copy(tx, sheet, sheet_facts, sa.select(facts).where(scope.of_facts()))
    beside = sa.select(alerts, alerts.c.id.label("alert"))
    beside = beside.join(cases, cases.c.code == alerts.c.case_code)
    _copy(tx, sheet, sheet_cards, beside.where(scope.of_cards()))
    _copy(tx, sheet, sheet_ratings, sa.select(ratings).where(scope.of_ratings()))


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What stood behind the figures of a published sheet: of one department, or of all of them."""

    period: str
    region: str
    version: int
    department: str = ""

    def tasks(self, tx: sa.Connection, figure: Figure, part: Part, *, of: bool = False) -> Found:
        """As `Counted.tasks`."""
        return tasks(tx, sheet_facts, self._where(sheet_facts), figure, part, of=of)

    def cards(self, tx: sa.Connection, rungs: Sequence[str], part: Part) -> Found:
        """As `Counted.cards`."""
        known = sheet_cards
        chosen = sa.select(known, known.c.alert.label("id"))
        chosen = chosen.where(self._where(known), known.c.rung.in_(rungs))
        return rows(tx, chosen, (known.c.at.desc(), known.c.alert), part)

    def rated(self, tx: sa.Connection, part: Part) -> Found:
        """As `Counted.rated`."""
        known = sheet_ratings
        order = known.c.level, known.c.at.desc(), known.c.case_code
        return rows(tx, sa.select(known).where(self._where(known)), order, part)

    def _where(self, table: sa.Table) -> sa.ColumnElement[bool]:
        own = {name: getattr(self, name) for name in SHEET}
        if self.department:
            own["department"] = self.department
        return sa.and_(*(table.c[name] == value for name, value in own.items()))


def changed(tx: sa.Connection, kept: Sequence[Any]) -> dict[Task, Any]:
    """Those of these kept tasks of which the facts say something else now: what they say, and None
    where they say nothing any more."""
    found = sa.select(facts).where(facts.c.case_code.in_({it.case_code for it in kept}))
    now = {_task(row): row for row in tx.execute(found)}
    return {_task(it): now.get(_task(it)) for it in kept if not _alike(it, now.get(_task(it)))}


def withdrawn(tx: sa.Connection, kept: Sequence[Any]) -> set[str]:
    """Those of these kept cards that were withdrawn since."""
    ids = [it.alert for it in kept]
    return set(tx.execute(WITHDRAWN.where(acts.c.alert.in_(ids))).scalars())


def _task(row: Any) -> Task:
    return row.case_code, row.assignment


def _alike(then: Any, now: Any) -> bool:
    return now is not None and all(getattr(then, it) == getattr(now, it) for it in OF_FACT)


def _copy(tx: sa.Connection, sheet: tuple[str, str, int], table: sa.Table, chosen: Any) -> None:
    """Copy what a statement finds: the columns of the same names."""
    given: Mapping[str, Any] = dict(zip(SHEET, map(sa.literal, sheet), strict=True))
    names, found = list(table.c.keys()), chosen.subquery()
    own = [given[name] if name in given else found.c[name] for name in names]
    tx.execute(sa.insert(table).from_select(names, sa.select(*own).select_from(found)))
