"""Alerts of no limit (a parked message, a calendar, a rating, an alert that reached nobody) reach
people as those of a clock do."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.supervision import handlers, tables
from services.supervision.domain import Rules
from services.supervision.notices.notice import ATTEMPTS
from services.supervision.recounting import recount
from shared.database import Database
from shared.messages import MessageParked
from shared.migrating import migrate
from tests.contract.telling import Office, card, people_of
from tests.contract.test_recounting import EXTRA, FAR, begin, working
from tests.contract.test_recounting import NOW as THEN
from tests.contract.test_supervision_ratings import BAD
from tests.contract.watching import entries, enveloped, findings, observe, opening, rows
from tests.unit.supervision.receivers import Web, web
from tests.unit.supervision.steps import CASE, at

LATER = timedelta(minutes=2)
PARKED = MessageParked(
    service="routing",
    at=at("09-21 10:00"),
    message_id="m-7",
    message_type="task.completed",
    case="-",
    reason="it cannot be read",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open("supervision", data=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def hub() -> Iterator[Web]:
    with web() as server:
        yield server


@pytest.fixture
def top() -> Iterator[Web]:
    with web() as server:
        yield server


@dataclass
class Hall(Office):
    """A supervision with a centre, and with other rules for whom alerts of no limit tell."""

    others: Any = None

    @property
    def rules(self) -> Rules:
        known = super().rules
        policy = replace(known.policy, others={**known.policy.others, **(self.others or {})})
        return replace(known, policy=policy, region="330100")

    def observe(self, message: Any) -> None:
        with self.work() as work:
            handlers.observe(work, [enveloped(message)], rules=self.rules, channels=("file",))

    def tell_for(self, rounds: int) -> None:
        for _ in range(rounds):
            self.now += LATER
            self.tell()

    def raised(self) -> dict[str, dict[str, Any]]:
        said = (json.loads(row.body) for row in rows(self.database, tables.alerts))
        return {it["alert"].rpartition("/")[0]: it for it in said}


def hall_of(database: Database, hub: Web, top: Web, **more: Any) -> Hall:
    people = people_of(
        {"hong": {"web": hub.url}, "jun": {"web": top.url}, "chen": {"web": top.url}},
        hong={"posts": ["centre in 330100"]},
        jun={"posts": ["leadership"]},
        chen={"posts": ["head of development"]},
    )
    return Hall(database, people, **more)


def test_a_parked_message_of_no_case_tells_those_on_duty_at_the_centre(
    database: Database, hub: Web, top: Web
):
    hall = hall_of(database, hub, top)
    hall.observe(PARKED)
    hall.tell_for(2)
    (message,) = hub.told
    assert message["counts"] == {"parked": 1}
    assert not top.told
    alert = hall.raised()["parked"]
    assert [it["person"] for it in alert["addressees"]] == ["hong"]
    assert alert["text"].endswith("通知 / Told: Hong")
    assert [(it.person, it.state) for it in hall.notices()] == [("hong", "told")]


def test_where_the_centre_cannot_be_reached_the_leadership_is_told_and_then_it_ends(
    database: Database, hub: Web, top: Web
):
    hall, hub.status = hall_of(database, hub, top), 500
    hall.observe(PARKED)
    hall.tell_for(ATTEMPTS + 2)
    (message,) = top.told
    (unreached,) = message["alerts"]
    assert unreached["alert"].startswith("unreached/at-leadership/")
    assert unreached["follows"] == hall.raised()["parked"]["alert"]
    assert "Hong: web: it answered 500" in unreached["text"]


def test_where_nobody_at_all_can_be_reached_it_ends(database: Database, hub: Web, top: Web):
    hall, hub.status, top.status = hall_of(database, hub, top), 500, 500
    hall.observe(PARKED)
    hall.tell_for(4 * ATTEMPTS)
    assert sorted(hall.raised()) == ["parked", "unreached/at-leadership", "unreached/nobody"]
    assert {it.state for it in hall.notices()} == {"failed"}


def test_a_line_of_the_policy_says_who_is_told_and_that_nobody_need_be(
    database: Database, hub: Web, top: Web
):
    hall = hall_of(database, hub, top, others={"rating": ("head",), "parked": ()})
    observe(database, opening())
    hall.observe(PARKED)
    hall.observe(BAD)
    hall.tell_for(2)
    assert not hub.told
    (message,) = top.told
    assert message["counts"] == {"rating": 1}
    assert [it["person"] for it in message["alerts"][0]["addressees"]] == ["chen"]
    assert findings(database) == []
    told = json.loads(entries(database)[-1].body)
    assert [it["person"] for it in told["addressees"]] == ["chen"], "in the trace of its case"


def test_a_card_of_which_nobody_above_can_be_told_comes_to_the_centre(
    database: Database, hub: Web, top: Web
):
    hall, top.status = hall_of(database, hub, top), 500
    observe(database, opening())
    hall.alert([card()], hall.recipient("chen"))
    hall.tell_for(4 * ATTEMPTS)
    assert sorted(hall.raised()) == [
        f"{CASE}/promised/red",
        "unreached/at-centre",
        "unreached/leadership",
    ]
    (message,) = hub.told
    assert message["alerts"][0]["follows"].startswith("unreached/leadership/")
    assert findings(database) == []


def test_due_dates_that_moved_with_a_calendar_are_told_to_the_centre(
    database: Database, hub: Web, top: Web
):
    hall = hall_of(database, hub, top)
    begin(database, FAR)
    recount(working(database, THEN), replace(EXTRA, people=hall.people), channels=("file",))
    hall.now = THEN
    hall.tell_for(2)
    (message,) = hub.told
    assert set(message["counts"]) == {"calendar"}


def test_where_no_address_is_set_nobody_is_told_by_name(database: Database):
    hall = Hall(database, people_of({}))
    hall.observe(PARKED)
    hall.tell_for(2)
    assert hall.notices() == []
    assert hall.raised()["parked"]["addressees"] == []
