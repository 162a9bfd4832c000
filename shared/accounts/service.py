"""`Accounts`, the dependency of a service in whose pages people sign in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider

from shared.accounts import entering, keeping, store
from shared.accounts.account import Account, Session
from shared.accounts.elsewhere.claims import known
from shared.accounts.elsewhere.declared import Declared
from shared.accounts.elsewhere.entering import enter
from shared.accounts.elsewhere.provider import Provider
from shared.accounts.elsewhere.refusals import ElsewhereRefused, NotForUs
from shared.accounts.elsewhere.trip import Trip
from shared.accounts.entering import Browser
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime
from shared.database import Database
from shared.delivery.backbone import Backbone
from shared.errors import NotFound
from shared.web.blocking import aside
from shared.web.pages.person import Person

log = structlog.get_logger()

HASHES_AT_ONCE = 4
"""Each takes 64 MiB: whoever sends a thousand sign-ins must not take all memory."""

CHANGE_PASSWORD = "/account/password"  # noqa: S105 - the address of a page


class Accounts(DependencyProvider):  # type: ignore[misc]
    """Local accounts in the service's own database.

    Sessions and throttles run on the real clock, whatever business time is set.
    """

    backbone = Backbone()

    def setup(self) -> None:
        self.clock = BusinessTime()
        self._hashing = Semaphore(HASHES_AT_ONCE)
        declared = Declared.from_environment()
        self.provider = Provider(declared, self.now) if declared else None

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

    def glimpse(self, session: str) -> Person | None:
        """The same, for what a page asks by itself: the session lives no longer for it."""
        found = entering.recognise(self.database, session, self.now(), used=False)
        return _person(*found) if found else None

    def sign_in(self, name: str, password: str, browser: Browser) -> str:
        """Begin a session and return its id; raises Invalid or TooManyGuesses."""
        return entering.sign_in(
            self.database, name, password, browser=browser, now=self.now(), aside=self._aside
        )

    def go_elsewhere(self, onward: str) -> tuple[str, str]:
        """Where a browser goes to sign in, and what it takes along in a cookie."""
        trip = Trip.begun(onward)
        return self._provider().address(trip), trip.packed()

    def come_back(self, code: str, state: str, cookie: str, browser: Browser) -> tuple[str, str]:
        """Begin a session for who comes back; its id, and where they wanted to go.

        Raises ElsewhereRefused, NotForUs, Unavailable.
        """
        provider = self._provider()
        try:
            trip = Trip.unpacked(cookie)
            trip.check(state)
            said = known(provider.claims(code, trip), provider.declared, self.service)
            session = enter(self.database, said, browser=browser, now=self.now())
        except (ElsewhereRefused, NotForUs) as error:
            log.warning("sign-in elsewhere refused", reason=str(error), address=browser.address)
            raise
        return session, trip.onward

    def _provider(self) -> Provider:
        if self.provider is None:
            raise NotFound("people sign in with local accounts here, and nowhere else")
        return self.provider

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
            aside=self._aside,
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
        made: Once = self._aside(Once.made)
        return made

    def _aside(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Hash in a thread, a few at a time."""
        with self._hashing:
            return aside(function, *arguments)


def _person(session: Session, account: Account) -> Person:
    return Person(
        account=account.name,
        name=account.display_name,
        unit=account.unit,
        roles=frozenset(account.roles),
        session=session.digest,
        held_at=CHANGE_PASSWORD if account.must_change else "",
    )
