"""Facts of a scope, tallied and listed by the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from services.supervision.facttables import facts
from services.supervision.packing import title_of_text
from services.supervision.ratings import ratings
from services.supervision.sheets.figures import Figure, late, measured
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


COLUMNS: Any = SimpleNamespace(
    **{name: facts.c[name] for name in ALIKE},
    lateness=sa.case((facts.c.late, 1), else_=0),
    acceptance_lateness=sa.case((facts.c.acceptance_late, 1), else_=0),
    answered=sa.case((facts.c.accepted_at.is_not(None), 1), else_=0),
)
"""What figures ask for of a fact, as columns. A tally has the same names."""

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


def listed(
    tx: sa.Connection, scope: Scope, figure: Figure, *, of: bool, first: int, most: int
) -> tuple[int, Sequence[Any]]:
    """How many facts a figure is about, and some of them, those that used most of their limit
    first. `of` asks for those in all of which it is a share."""
    chosen = figure.of if of and figure.of else figure.chosen
    where = sa.and_(scope.of_facts(), chosen(COLUMNS))
    number = tx.execute(sa.select(sa.func.count()).select_from(facts).where(where)).scalar_one()
    used = sa.case((facts.c.budget > 0, facts.c.used / facts.c.budget), else_=0.0)
    order = (used.desc(), facts.c.ended_at, facts.c.case_code, facts.c.assignment)
    rows = sa.select(facts).where(where).order_by(*order).offset(first).limit(most)
    return number, tx.execute(rows).all()


def cards(
    tx: sa.Connection, scope: Scope, rungs: Sequence[str], *, first: int, most: int
) -> tuple[int, Sequence[Any]]:
    """How many cards of these rungs were raised, and some of them, newest first."""
    where = sa.and_(scope.of_cards(), alerts.c.rung.in_(rungs))
    beside = alerts.join(cases, cases.c.code == alerts.c.case_code)
    count = sa.select(sa.func.count()).select_from(beside).where(where)
    rows = sa.select(alerts, cases.c.title.label("case_title")).select_from(beside).where(where)
    rows = rows.order_by(alerts.c.at.desc(), alerts.c.id).offset(first).limit(most)
    return tx.execute(count).scalar_one(), tx.execute(rows).all()


def by_month(tx: sa.Connection, scope: Scope, count: int = 12) -> list[tuple[Period, int, int]]:
    """Of each of the last months up to the end of the period: on time, and late."""
    months = months_to(scope.period, count)
    steps = [
        (facts.c.ended_at < month.bounds(scope.zone)[1], place)
        for place, month in enumerate(months[:-1])
    ]
    place = (sa.case(*steps, else_=len(months) - 1) if steps else sa.literal(0)).label("place")
    lateness = sa.case((late(COLUMNS), 1), else_=0).label("lateness")
    year = Period(name="", first=months[0].first, last=months[-1].last)
    rows = sa.select(place, lateness, sa.func.count().label("number"))
    rows = rows.where(replace(scope, period=year).of_facts(), measured(COLUMNS)).group_by(
        place, lateness
    )
    found = {(it.place, it.lateness): it.number for it in tx.execute(rows)}
    return [
        (month, found.get((place, 0), 0), found.get((place, 1), 0))
        for place, month in enumerate(months)
    ]


def rated(tx: sa.Connection, scope: Scope, *, first: int, most: int) -> tuple[int, Sequence[Any]]:
    """How many ratings were given, and some of them, the lowest first."""
    number = sa.select(sa.func.count()).select_from(ratings).where(scope.of_ratings())
    rows = sa.select(ratings).where(scope.of_ratings())
    rows = rows.order_by(ratings.c.level, ratings.c.at.desc(), ratings.c.case_code)
    return tx.execute(number).scalar_one(), tx.execute(rows.offset(first).limit(most)).all()


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
