"""Which facts and which cards a sheet is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from services.supervision.facttables import facts
from services.supervision.ratings import ratings
from services.supervision.sheets.periods import Period
from services.supervision.tables import acts, alerts, cases
from shared.worktime.regions import area_of

CARDS = ("yellow", "red")
WITHDRAWN = sa.select(acts.c.alert).where(acts.c.kind == "withdrawal")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which facts a sheet is about: those that ended in a period, in the regions whose code begins
    with `area` (what its reader sees: see `sight`), in a region and those within it, of an item, of
    a department; the empty ones are all."""

    period: Period
    zone: ZoneInfo
    area: str = ""
    region: str = ""
    item: str = ""
    department: str = ""

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return self.period.bounds(self.zone)

    def of_facts(self) -> sa.ColumnElement[bool]:
        """The same of the table of facts."""
        place = self._place(facts.c.region, facts.c.item, facts.c.department)
        return sa.and_(self._time(facts.c.ended_at), place)

    def of_cards(self) -> sa.ColumnElement[bool]:
        """The same of the cards that were raised and not withdrawn, beside their cases."""
        place = self._place(cases.c.region, cases.c.item, alerts.c.department)
        return sa.and_(
            self._time(alerts.c.at), alerts.c.rung.in_(CARDS), ~alerts.c.id.in_(WITHDRAWN), place
        )

    def of_ratings(self) -> sa.ColumnElement[bool]:
        """The same of what applicants said; a rating belongs to the lead department."""
        place = self._place(ratings.c.region, ratings.c.item, ratings.c.department)
        return sa.and_(self._time(ratings.c.at), place)

    def _time(self, column: Any) -> sa.ColumnElement[bool]:
        begin, end = self.bounds
        return sa.and_(column >= begin, column < end)

    def _place(self, region: Any, item: Any, department: Any) -> sa.ColumnElement[bool]:
        within = area_of(self.region) or self.region
        asked = [(item, self.item), (department, self.department)]
        return sa.and_(
            region.startswith(self.area, autoescape=True) if self.area else sa.true(),
            region.startswith(within, autoescape=True) if within else sa.true(),
            *(column == value for column, value in asked if value),
        )
