"""What the pages of the desk have in common: who acts, on what, and how errors are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.department.desk.claims import HeldByAnother, NotForThisRole
from services.department.desk.inbox import Desk
from services.department.desk.officers import Officer
from services.department.domain import NotPossible, Overtaken, Task
from shared.accounts.account import Account
from shared.accounts.service import Accounts
from shared.delivery.entrypoints import Delivery
from shared.delivery.work import Work
from shared.errors import OneWindowError
from shared.lights import PresentLadders
from shared.settings import Settings
from shared.shelf import Shelf, Sync
from shared.titles import PresentTitles, Titles, present_departments
from shared.web.pages import Pages, Person
from shared.web.problems import CONFLICT, FORBIDDEN, ProblemType
from shared.worktime import PresentCalendars

HANDLE = ("officer", "head")
KEEP = ("head", "administrator")
MET: Mapping[type[OneWindowError], ProblemType] = {
    Overtaken: CONFLICT,
    NotPossible: CONFLICT,
    HeldByAnother: CONFLICT,
    NotForThisRole: FORBIDDEN,
}
"""What may come between an officer and an act: the page is shown again, with what was typed."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """What the pages go by: calendars and ladders as they are now, the folder of materials,
    departments' titles."""

    calendars: PresentCalendars
    ladders: PresentLadders
    shelf: Shelf
    titles: PresentTitles

    @property
    def desk(self) -> Desk:
        """What lights and times go by now."""
        self.calendars.refresh()
        return Desk(calendars=self.calendars.calendars, ladders=self.ladders.now)

    @property
    def remarks(self) -> list[str]:
        """What is not as somebody has written it."""
        return [*self.calendars.remarks, *self.ladders.remarks, *self.titles.remarks]

    @property
    def departments(self) -> Titles:
        """The titles of departments by key, also of one that has just joined."""
        return self.titles.now

    def title(self, department: str, language: str) -> str:
        """What a department is called; its key where nobody says."""
        return self.departments.get(department, {}).get(language, department)


class DeskBase:
    """What every mixin of the desk's pages relies on."""

    delivery: Delivery
    accounts: Accounts
    pages: Pages
    office: Office

    def tell_settled(self, work: Work, task: Task) -> None:
        """Have the department's own system told that a task was answered here."""
        raise NotImplementedError

    def page_frame(self, person: Person, language: str) -> Mapping[str, Any]:
        """The department's name beside the officer's."""
        return {"unit_title": self.office.title(person.unit, language)}

    def colleagues(self, person: Person) -> list[Officer]:
        """Those of the department who handle tasks."""
        found = [officer_of_account(it) for it in self.accounts.of_unit(person.unit) if open_(it)]
        return [officer for officer in found if officer.handles]


def office_of(settings: Settings, *, sync: Sync) -> Office:
    """What the pages of a process go by. Raises Invalid."""
    return Office(
        calendars=PresentCalendars(settings.catalogue, asked=True),
        ladders=PresentLadders(settings.catalogue),
        shelf=Shelf(settings.shelf, sync=sync),
        titles=present_departments(settings.catalogue),
    )


def open_(account: Account) -> bool:
    """Whether somebody can still sign in with the account."""
    return account.disabled_at is None


def officer_of(person: Person) -> Officer:
    """Who acts."""
    return Officer(
        account=person.account, name=person.name, department=person.unit, roles=person.roles
    )


def officer_of_account(account: Account) -> Officer:
    """A colleague."""
    return Officer(
        account=account.name,
        name=account.display_name,
        department=account.unit,
        roles=frozenset(account.roles),
    )
