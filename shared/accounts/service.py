"""`Accounts`, the dependency of a service in whose pages people sign in."""

from datetime import datetime
from typing import Any

from nameko.extensions import DependencyProvider

from shared.accounts import entering, keeping, store
from shared.accounts.account import Account, Session
from shared.accounts.entering import Browser
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime
from shared.database import Database
from shared.delivery.backbone import Backbone
from shared.web.blocking import aside
from shared.web.pages.person import Person

CHANGE_PASSWORD = "/account/password"  # noqa: S105 - the address of a page


class Accounts(DependencyProvider):  # type: ignore[misc]
    """Local accounts in the service's own database.

    Sessions and throttles run on the real clock, whatever business time is set.
    """

    backbone = Backbone()

    def setup(self) -> None:
        self.clock = BusinessTime()

    def get_dependency(self, _context: Any) -> "Accounts":
        return self

    @property
    def service(self) -> str:
        """The service that these accounts open."""
        return self.backbone.settings.service

    @property
    def database(self) -> Database:
        """Where the accounts are kept."""
        return self.backbone.database

    def now(self) -> datetime:
        """The real time."""
        return self.clock.now()

    def person(self, session: str) -> Person | None:
        """Who has signed in with this session, None when it does not hold any more."""
        found = entering.recognise(self.database, session, self.now())
        return _person(*found) if found else None

    def sign_in(self, name: str, password: str, browser: Browser) -> str:
        """Begin a session and return its id; raises Invalid or TooManyGuesses."""
        return entering.sign_in(
            self.database, name, password, browser=browser, now=self.now(), aside=aside
        )

    def sign_out(self, session: str) -> None:
        """End a session."""
        entering.sign_out(self.database, session, self.now())

    def change_password(self, name: str, current: str, new: str, browser: Browser) -> str:
        """Change somebody's own password and return their new session; raises Invalid."""
        with self.database.reading() as tx:
            account = keeping.named(tx, name)
        return entering.change_password(
            self.database,
            account,
            current=current,
            new=new,
            browser=browser,
            now=self.now(),
            aside=aside,
        )

    def sessions(self, name: str) -> list[Session]:
        """The sessions of an account that still hold."""
        now = self.now()
        with self.database.reading() as tx:
            return [it for it in store.sessions_of(tx, name) if it.holds(now)]

    def end_others(self, person: Person) -> None:
        """End all sessions of somebody but the one they ask from."""
        with self.database.transaction() as tx:
            store.end_all(tx, person.account, but=person.session)
            store.write(tx, person.account, "other sessions ended", now=self.now())

    def of_unit(self, unit: str) -> list[Account]:
        """The accounts of a unit."""
        with self.database.reading() as tx:
            return store.accounts_of(tx, unit)

    def once(self) -> Once:
        """A first password, hashed aside."""
        made: Once = aside(Once.made)
        return made


def _person(session: Session, account: Account) -> Person:
    return Person(
        account=account.name,
        name=account.display_name,
        unit=account.unit,
        roles=frozenset(account.roles),
        session=session.digest,
        held_at=CHANGE_PASSWORD if account.must_change else "",
    )
