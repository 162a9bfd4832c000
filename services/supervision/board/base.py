"""What all pages of supervision share: who looks, what they see, what things are called."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

import sqlalchemy as sa

from services.supervision.board.names import Names
from services.supervision.domain import Rules
from services.supervision.open_cases import OpenCase
from services.supervision.remembered import OpenCases
from services.supervision.sheets.rules import Rules as SheetRules
from services.supervision.sight import Sight, sight_of
from services.supervision.tables import cases
from services.supervision.tally import seen
from shared.accounts.pages import AccountPages
from shared.accounts.service import Accounts
from shared.delivery.entrypoints import Delivery
from shared.errors import NotFound
from shared.web.pages import Pages, Person, Visit
from shared.worktime import Calendars

FOLDER = Path(__file__).parents[1] / "pages"
SUBJECTS = ("wall", "tasks", "case", "alerts", "sheets", "flow")
"""Each has a folder of its own in `pages`, with templates/ and texts.yaml."""

SUPERVISE = ("supervisor", "centre")
"""Who sees cases, and acts on alerts."""
FIGURES = ("supervisor", "analyst", "centre")
"""Who sees figures of departments."""


class Book(Protocol):
    """What pages need of the rules that the service goes by."""

    rules: Rules
    open_cases: OpenCases

    @property
    def sheet_rules(self) -> SheetRules: ...

    @property
    def calendars(self) -> Calendars: ...

    @property
    def names(self) -> Names: ...


class BoardBase:
    """What every mixin of these pages relies on."""

    page_folders: ClassVar[dict[str, Path]] = {
        **AccountPages.page_folders,
        **{subject: FOLDER / subject for subject in SUBJECTS},
    }
    delivery: Delivery
    accounts: Accounts
    pages: Pages
    book: Book

    def page_frame(self, person: Person, language: str) -> Mapping[str, Any]:
        """The region beside the name of who has signed in, and what departments are called."""
        names = self.book.names
        return {
            "sees_cases": not person.roles.isdisjoint(SUPERVISE),
            "unit_title": names.region(person.unit, language),
            "department_title": lambda key: names.department(key, language),
            "region_title": lambda key: names.region(key, language),
        }

    def sight(self, visit: Visit) -> Sight:
        """What the visitor sees; every query of a page goes through it."""
        return sight_of(visit.somebody)

    def open_cases(self, tx: sa.Connection, sight: Sight) -> list[OpenCase]:
        """The open cases that may be shown."""
        return seen(self.book.open_cases.now(tx, self.book.rules), sight)

    def now(self) -> datetime:
        """The business instant of this visit."""
        return self.delivery.settings.time.now()


def row_in_sight(tx: sa.Connection, code: str, sight: Sight) -> sa.Row[Any]:
    """The row of a case that may be shown. One of another region is as unknown as one that is not
    there: raises NotFound for both."""
    query = sa.select(cases).where(cases.c.code == code, sight.clause(cases.c.region))
    row = tx.execute(query).first()
    if row is None:
        raise NotFound(f"there is no case {code[:64]!r}")
    return row
