"""The supervision service with a few cases, and the people who look at them in their browsers."""

import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from deploy.local.npm import PAGES, ensure_packages
from deploy.local.places import Places
from shared.accounts import keeping, store
from shared.accounts.entering import Browser, begin
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime, setting_starting_now
from shared.database import Database
from shared.messages import Text
from shared.messages.progress import Skipped
from shared.migrating import migrate
from tests.contract.watching import fire, observe
from tests.fixtures.service_process import running
from tests.unit.supervision.steps import (
    accepted,
    assigned,
    at,
    completed,
    opened,
    resumed,
    step,
    suspended,
)

PEOPLE = {
    "zhang": ("张督办", "330100", ("supervisor",)),
    "wu": ("吴督办", "330200", ("supervisor",)),
    "chen": ("陈分析", "330100", ("analyst",)),
    "hub": ("督办中心", "330100", ("centre",)),
}
NOW = at("09-24 10:00")
RICH, DISTRICT, OTHER = (f"330100-2609-000000{it}-00" for it in range(1, 4))
TITLES = {
    "planning": Text(zh="规划条件核实", en="Planning conditions"),
    "fire": Text(zh="消防设计审查", en="Fire safety design"),
    "ecology": Text(zh="环境影响评价", en="Environmental impact"),
}


@dataclass(frozen=True, kw_only=True)
class City:
    """Where the service is, and its database."""

    url: str
    database: Database

    def session_of(self, name):
        """The cookie of somebody who has signed in."""
        browser = Browser(address="127.0.0.1", name="Chromium")
        with self.database.transaction() as tx:
            session = begin(tx, store.account(tx, name), browser, BusinessTime().now())
        return {"name": "onewindow-supervision-session", "value": session, "url": self.url}

    def client(self, name):
        """A client over HTTP that has signed in."""
        cookie, client = self.session_of(name), requests.Session()
        client.cookies.set(cookie["name"], cookie["value"])
        return client

    def tell(self, *steps, region="330100"):
        """Take steps of a case in, as the service does."""
        observe(self.database, *[replace(it, region=region) for it in steps], now=steps[-1].at)


def task(assignment, department, **limits):
    """A task of a department that the city has."""
    made = assigned(assignment, **limits)
    return replace(made, department=department, title=TITLES[department])


@contextmanager
def city(folder: Path):
    """The service over SQLite, without a broker, on a Thursday at ten."""
    ensure_packages(PAGES, Places.from_environment(os.environ).home / "scripts")
    database = Database.open("supervision", data=folder)
    migrate(database)
    with database.transaction() as tx:
        for name, who in PEOPLE.items():
            _add(tx, name, *who)
    board = City(url="", database=database)
    _fill(board)
    try:
        setting = setting_starting_now(NOW, speed=1.0)
        with running("services", "supervision", data=folder, ONEWINDOW_TIME=setting) as it:
            yield replace(board, url=it.url)
    finally:
        database.close()


def _fill(it: City) -> None:
    it.tell(
        step(
            1,
            "09-14 09:30",
            opened("09-14 09:30", promised=12, licence="09-30"),
            task("a.1", "planning", acceptance=1, handling=5),
            task("a.2", "fire", acceptance=1, handling=6),
            task("a.3", "ecology", acceptance=1, handling=20),
            case=RICH,
        ),
        step(
            2,
            "09-14 14:00",
            accepted("a.1"),
            Skipped(task="inspection", reason="form.height < 24"),
            case=RICH,
        ),
        step(3, "09-15 10:00", accepted("a.2"), accepted("a.3"), case=RICH),
        step(4, "09-16 10:00", suspended("a.1"), case=RICH),
        step(5, "09-18 10:00", resumed("a.1"), case=RICH),
        step(6, "09-21 15:00", completed("a.1"), case=RICH),
    )
    for code, region, days in ((DISTRICT, "330106", 5), (OTHER, "330200", 5)):
        begin_day = step(
            1, "09-18 10:00", opened("09-18 10:00"), task("b.1", "planning", handling=days)
        )
        it.tell(replace(begin_day, case=code), region=region)
    fire(it.database, NOW)


def _add(tx, name, display_name, unit, roles) -> None:
    made = keeping.add(
        tx,
        "supervision",
        name=name,
        display_name=display_name,
        unit=unit,
        roles=roles,
        once=Once(password="unused", hash="unused"),
        now=BusinessTime().now(),
        by="operator",
    )
    store.keep(tx, replace(made, must_change=False))
