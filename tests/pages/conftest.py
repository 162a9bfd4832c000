"""Services with pages, each in a process of its own over SQLite, with accounts to sign in with."""

import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from deploy.local.npm import PAGES, ensure_packages
from deploy.local.places import Places
from shared.accounts import keeping, store
from shared.accounts.entering import Browser, begin
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime
from shared.database import Database
from shared.migrating import migrate
from tests.fixtures.service_process import running

FIRST, PASSWORD = "first-password-1", "ein-Fenster-3"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The sample service: where it is, its database, and the log that it writes."""

    url: str
    database: Database
    log: Path

    def add(self, name, display_name="李明", roles=("officer",), *, first=False, unit="archives"):
        """An account with PASSWORD, or with FIRST which must be changed."""
        once = Once(password=FIRST, hash=keeping.hashed(FIRST if first else PASSWORD))
        now = BusinessTime().now()
        with self.database.transaction() as tx:
            made = keeping.add(
                tx,
                "department",
                name=name,
                display_name=display_name,
                unit=unit,
                roles=roles,
                once=once,
                now=now,
                by="operator",
            )
            store.keep(tx, replace(made, must_change=first))

    def session_of(self, name):
        """The cookie of somebody who has signed in, without the work of doing it."""
        now = BusinessTime().now()
        with self.database.transaction() as tx:
            browser = Browser(address="127.0.0.1", name="Chromium")
            session = begin(tx, store.account(tx, name), browser, now)
        return {"name": "onewindow-department-session", "value": session, "url": self.url}

    def log_of(self, name):
        """What the log of accounts says of somebody, oldest first."""
        with self.database.reading() as tx:
            return [line["what"] for line in store.lines_of(tx, name)][::-1]


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The sample service, shared by all tests of the kit: each file has names of its own in it."""
    with serving(tmp_path_factory.mktemp("sample")) as started:
        started.add("li.ming")
        yield started


@contextmanager
def serving(data, port=None, settings=None):
    """The sample service at a port, until the end of the block."""
    ensure_packages(PAGES, Places.from_environment(os.environ).home / "scripts")
    database = Database.open("department", data=data)
    migrate(database)  # all tables: one that runs for long also sweeps its inbox
    with running("tests.pages.sample.service", data=data, port=port, **settings or {}) as it:
        yield Sample(url=it.url, database=database, log=it.log)
    database.close()


@pytest.fixture
def sign_in():
    """`sign_in(page, name)` as a person does it, on the page that stands in the way."""

    def enter(page, name, password=PASSWORD):
        page.goto("/desk")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(password)
        page.locator("main button").click()

    return enter
