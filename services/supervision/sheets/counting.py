"""Facts of a scope, tallied by the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from services.supervision.facttables import facts
from services.supervision.packing import title_of_text
from services.supervision.ratings import ratings
from services.supervision.sheets.figures import late, measured
from services.supervision.sheets.periods import Period, months_to
from services.supervision.sheets.scope import Scope
from services.supervision.sheets.sheet import Beside, Sheet, sheet
from services.supervision.tables import alerts, cases
from shared.messages.parts import Text

ALIKE = (
    "department",
    "ending",
    "unit",
    "budget",
    "used",
    "acceptance_unit",
    "acceptance_budget",
    "acceptance_used",
    "returns",
    "stops",
)


def columns_of(table: sa.Table) -> Any:
    """What figures ask for of a fact, as columns of such a table. A tally has the same names."""
    return SimpleNamespace(
        **{name: table.c[name] for name in ALIKE},
        lateness=sa.case((table.c.late, 1), else_=0),
        acceptance_lateness=sa.case((table.c.acceptance_late, 1), else_=0),
        answered=sa.case((table.c.accepted_at.is_not(None), 1), else_=0),
    )


COLUMNS = columns_of(facts)

Month = tuple[Period, int, int]
"""A month with how many of its tasks ended on time, and how many late."""
WITHOUT = tuple(name for name in vars(COLUMNS) if name != "department")


def sheets(tx: sa.Connection, scope: Scope) -> list[Sheet]:
    """A sheet of all departments together, and one of each that has anything, by their keys."""
    tallies, beside = tally(tx, scope), _beside(tx, scope)
    own: dict[str, list[Any]] = defaultdict(list)
    for row in tallies:
        own[row.department].append(row)
    return [
        sheet("", _together(tallies), _added(beside.values())),
        *(
            sheet(it, own.get(it, []), beside.get(it, Beside()))
            for it in sorted(own.keys() | beside.keys())
        ),
    ]


def items(tx: sa.Connection, scope: Scope) -> dict[str, Text]:
    """The items of which a task ended in the period of a scope, with a title of a case of each."""
    every = replace(scope, item="", department="")
    beside = facts.join(cases, cases.c.code == facts.c.case_code)
    chosen = sa.select(facts.c.item, sa.func.max(cases.c.title).label("title"))
    rows = tx.execute(chosen.select_from(beside).where(every.of_facts()).group_by(facts.c.item))
    return {row.item: title_of_text(row.title) for row in sorted(rows, key=lambda it: it.item)}


def tally(tx: sa.Connection, scope: Scope) -> Sequence[Any]:
    """The facts of a scope, those that are alike as one row with their `count`."""
    columns = [column.label(name) for name, column in vars(COLUMNS).items()]
    chosen = sa.select(*columns, sa.func.count().label("number")).where(scope.of_facts())
    rows = tx.execute(chosen.group_by(*columns))
    return [SimpleNamespace(**it._mapping, count=it.number) for it in rows]


def _together(tallies: Sequence[Any]) -> list[Any]:
    """The same facts without their departments: far fewer rows, which are alike now."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in tallies:
        counts[tuple(getattr(row, name) for name in WITHOUT)] += row.count
    return [
        SimpleNamespace(**dict(zip(WITHOUT, alike, strict=True)), count=count)
        for alike, count in counts.items()
    ]


def by_month(tx: sa.Connection, scope: Scope, count: int = 12) -> list[Month]:
    """Of each of the last months up to the end of the period: on time, and late."""
    return _months(months_to(scope.period, count), _by_month(tx, scope, count).get("", {}))


def by_month_of_each(tx: sa.Connection, scope: Scope, count: int = 12) -> dict[str, list[Month]]:
    """The same of every department that has anything, by its key; of all under the empty one."""
    months = months_to(scope.period, count)
    return {
        own: _months(months, found)
        for own, found in {"": {}, **_by_month(tx, scope, count)}.items()
    }


def _by_month(tx: sa.Connection, scope: Scope, count: int) -> dict[str, Counter[tuple[int, int]]]:
    """How many tasks by place of the month and lateness, by department; of all under no key."""
    months = months_to(scope.period, count)
    steps = [
        (facts.c.ended_at < month.bounds(scope.zone)[1], place)
        for place, month in enumerate(months[:-1])
    ]
    place = (sa.case(*steps, else_=len(months) - 1) if steps else sa.literal(0)).label("place")
    lateness = sa.case((late(COLUMNS), 1), else_=0).label("lateness")
    year = Period(name="", first=months[0].first, last=months[-1].last)
    by = (facts.c.department, place, lateness)
    rows = sa.select(*by, sa.func.count().label("number"))
    where = replace(scope, period=year).of_facts(), measured(COLUMNS)
    found: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    for row in tx.execute(rows.where(*where).group_by(*by)):
        for own in ("", row.department):
            found[own][row.place, row.lateness] += row.number
    return found


def _months(months: Sequence[Period], found: Mapping[tuple[int, int], int]) -> list[Month]:
    return [
        (month, found.get((place, 0), 0), found.get((place, 1), 0))
        for place, month in enumerate(months)
    ]


def _beside(tx: sa.Connection, scope: Scope) -> dict[str, Beside]:
    """What no fact tells, of each department."""
    join = alerts.join(cases, cases.c.code == alerts.c.case_code)
    cards = _grouped(tx, join, alerts.c.department, alerts.c.rung, scope.of_cards())
    levels = _grouped(tx, ratings, ratings.c.department, ratings.c.level, scope.of_ratings())
    return {
        it: Beside(cards=cards.get(it, {}), ratings=levels.get(it, {}))
        for it in cards.keys() | levels.keys()
    }


def _grouped(
    tx: sa.Connection, table: sa.FromClause, department: Any, by: Any, where: Any
) -> dict[str, dict[Any, int]]:
    found: dict[str, dict[Any, int]] = defaultdict(dict)
    chosen = sa.select(department, by, sa.func.count()).select_from(table).where(where)
    for own, value, number in tx.execute(chosen.group_by(department, by)):
        found[own][value] = number
    return found


def _added(some: Iterable[Beside]) -> Beside:
    cards: Counter[str] = Counter()
    levels: Counter[int] = Counter()
    for it in some:
        cards.update(it.cards)
        levels.update(it.ratings)
    return Beside(cards=cards, ratings=levels)
