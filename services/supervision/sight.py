"""Which regions somebody sees. Pure; every query of a page goes through it.

A supervisor of 330100 sees 330100 and all districts in it, one of 330000 all cities of that
province; the centre sees everything. Codes of GB/T 2260: province, city, district, two digits each.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from shared.web.pages import Person
from shared.worktime.regions import area_of

CENTRE = "centre"
WHOLE_COUNTRY = "000000"


@dataclass(frozen=True, kw_only=True)
class Sight:
    """The regions whose code begins with `area`; all of them where it is empty."""

    area: str

    @property
    def everywhere(self) -> bool:
        """Whether there is nothing that is not seen, also what belongs to no region."""
        return not self.area

    def sees(self, region: str) -> bool:
        """Whether what is of this region may be shown."""
        return region.startswith(self.area)

    def clause(self, region: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        """The same of a column: put it into every statement whose rows are shown or counted."""
        return sa.true() if self.everywhere else region.startswith(self.area, autoescape=True)


def scope_of(person: Person) -> str:
    """The `area` of what somebody sees: for `@live(..., scope=scope_of)`, where two people of one
    unit may see differently."""
    if CENTRE in person.roles or person.unit == WHOLE_COUNTRY:
        return ""
    return area_of(person.unit) or person.unit


def sight_of(person: Person) -> Sight:
    """What somebody sees. A unit that is no region's code sees what is under exactly this name."""
    return Sight(area=scope_of(person))
