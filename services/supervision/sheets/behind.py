"""What a figure is counted from: its tasks, cards or ratings, some of them at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from services.supervision.facttables import facts
from services.supervision.ratings import ratings
from services.supervision.sheets.counting import columns_of
from services.supervision.sheets.figures import CARD_FIGURES, Figure
from services.supervision.sheets.scope import CARDS, Scope
from services.supervision.tables import alerts, cases

Found = tuple[int, Sequence[Any]]
"""How many there are, and those that were asked for."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which rows of a list are asked for."""

    first: int = 0
    most: int | None = 50


class Source(Protocol):
    """Where figures were counted from: what there is now, or what was kept of then."""

    def tasks(
        self, tx: sa.Connection, figure: Figure, part: Part, *, of: bool = False
    ) -> Found: ...

    def cards(self, tx: sa.Connection, rungs: Sequence[str], part: Part) -> Found: ...

    def rated(self, tx: sa.Connection, part: Part) -> Found: ...


@dataclass(frozen=True, kw_only=True)
class Behind:
    """What a figure is counted from: how many tasks, cards or ratings, and some of them."""

    count: int
    tasks: Sequence[Any] = ()
    cards: Sequence[Any] = ()
    ratings: Sequence[Any] = ()

    @property
    def rows(self) -> Sequence[Any]:
        return self.tasks or self.cards or self.ratings


def counted_from(
    tx: sa.Connection, source: Source, figure: Figure, part: Part, *, of: bool = False
) -> Behind:
    """What a figure was counted from; `of` asks for those in all of which it is a share."""
    if figure.kind == "rating":
        count, found = source.rated(tx, part)
        return Behind(count=count, ratings=found)
    if figure.key in CARD_FIGURES and not (of and figure.kind == "rate"):
        rungs = (figure.key,) if figure.key in CARDS else CARDS
        count, found = source.cards(tx, rungs, part)
        return Behind(count=count, cards=found)
    count, found = source.tasks(tx, figure, part, of=of)
    return Behind(count=count, tasks=found)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What stands behind the figures of a scope now."""

    scope: Scope

    def tasks(self, tx: sa.Connection, figure: Figure, part: Part, *, of: bool = False) -> Found:
        """The facts that a figure is about, those that used most of their limit first. `of` asks
        for those in all of which it is a share."""
        return tasks(tx, facts, self.scope.of_facts(), figure, part, of=of)

    def cards(self, tx: sa.Connection, rungs: Sequence[str], part: Part) -> Found:
        """The cards of these rungs, newest first."""
        chosen = sa.select(alerts).join(cases, cases.c.code == alerts.c.case_code)
        chosen = chosen.where(self.scope.of_cards(), alerts.c.rung.in_(rungs))
        return rows(tx, chosen, (alerts.c.at.desc(), alerts.c.id), part)

    def rated(self, tx: sa.Connection, part: Part) -> Found:
        """The ratings, the lowest first."""
        order = ratings.c.level, ratings.c.at.desc(), ratings.c.case_code
        return rows(tx, sa.select(ratings).where(self.scope.of_ratings()), order, part)


def tasks(
    tx: sa.Connection, known: sa.Table, where: Any, figure: Figure, part: Part, *, of: bool
) -> Found:
    """The rows of a table of facts that a figure is about."""
    chosen = figure.of if of and figure.of else figure.chosen
    used = sa.case((known.c.budget > 0, known.c.used / known.c.budget), else_=0.0)
    order = (used.desc(), known.c.ended_at, known.c.case_code, known.c.assignment)
    return rows(tx, sa.select(known).where(where, chosen(columns_of(known))), order, part)


def rows(tx: sa.Connection, chosen: Any, order: Sequence[Any], part: Part) -> Found:
    """How many rows a statement finds, and a part of them in order."""
    number = sa.select(sa.func.count()).select_from(chosen.subquery())
    shown = tx.execute(chosen.order_by(*order).offset(part.first).limit(part.most)).all()
    return tx.execute(number).scalar_one(), shown
