"""Who was told of an alert, by what, and what follows where nobody was; on both databases."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from services.supervision.notices import store, view
from services.supervision.notices.notice import ATTEMPTS, GATHER, LEASE
from services.supervision.notices.rounds import Rounds
from services.supervision.people import NO_PEOPLE
from shared.businesstime import CHINA
from shared.database import Database
from shared.delivery.backbone import Backbone
from tests.contract import watching
from tests.contract.telling import NOW, Office, card, people_of
from tests.contract.watching import entries, findings, observe, opening
from tests.unit.supervision.receivers import Web, web
from tests.unit.supervision.steps import at

database = watching.database
LATER = timedelta(minutes=2)


@pytest.fixture
def first() -> Iterator[Web]:
    with web() as server:
        yield server


@pytest.fixture
def second() -> Iterator[Web]:
    with web() as server:
        yield server


def test_a_night_of_downtime_is_one_message_for_each_person(
    database: Database, first: Web, second: Web
):
    office = Office(database, people_of({"wang": {"web": first.url}, "li": {"web": second.url}}))
    cards = [card(it, "red" if it < 40 else "yellow") for it in range(500)]
    office.alert(cards, office.recipient("wang"), office.recipient("li"))
    assert office.tell() == 0, "what comes within a moment is gathered"
    office.now = NOW + GATHER
    assert office.tell() == 1_000
    for server in (first, second):
        (message,) = server.told
        assert message["counts"] == {"red": 40, "yellow": 460}
        assert [it["rung"] for it in message["alerts"]] == ["red"] * 20
    assert {it.state for it in office.notices()} == {"told"}
    office.now += timedelta(days=1)
    assert office.tell() == 0


def test_a_channel_that_is_away_is_tried_again_and_then_the_next_one_tells(
    database: Database, first: Web, second: Web
):
    office = Office(database, people_of({"wang": {"chat": first.url, "web": second.url}}))
    office.alert([card()], office.recipient("wang"))
    first.status = 500
    for attempt in range(1, ATTEMPTS):
        office.now += LATER
        assert office.tell() == 1
        assert office.tell() == 0, "not before its pause is over"
        (notice,) = office.notices()
        assert (notice.state, notice.attempts) == ("waiting", attempt)
        assert (notice.channel, notice.error) == ("chat", "it answered 500")
    office.now += LATER
    office.tell()
    office.now += GATHER
    office.tell()
    (notice,) = office.notices()
    assert (notice.state, notice.channel, notice.error) == ("told", "web", "")
    assert (len(first.heard), len(second.heard)) == (ATTEMPTS, 1)
    assert office.alerts() == [card().alert], "it reached somebody"


def test_what_could_not_be_told_is_told_together_with_what_came_since(
    database: Database, first: Web
):
    office = Office(database, people_of({"wang": {"web": first.url}}))
    first.status = 503
    office.alert([card(1)], office.recipient("wang"))
    office.now += LATER
    office.tell()
    first.status = 200
    office.alert([card(2)], office.recipient("wang"))
    office.now += LATER
    office.tell()
    failed, told = first.told
    assert (len(failed["alerts"]), len(told["alerts"])) == (1, 2)
    assert failed["id"] != told["id"]


def test_quiet_hours_hold_up_what_may_wait_also_after_downtime(database: Database, first: Web):
    people = people_of({"wang": {"web": first.url}}, wang={"quiet": "22:00-07:00"})
    office = Office(database, people, now=at("09-21 21:59"))
    office.alert([card(1)], office.recipient("wang"))
    office.alert([card(2)], office.recipient("wang", breaks_quiet=True))
    office.now = at("09-21 23:00")
    assert office.tell() == 1
    assert [it["alert"] for it in first.told[0]["alerts"]] == [card(2).alert]
    office.now = at("09-22 06:59")
    assert office.tell() == 0
    office.now = at("09-22 07:01")
    assert office.tell() == 1


def test_an_alert_that_reached_none_of_its_people_is_an_alert_for_those_above_them(
    database: Database, first: Web, second: Web
):
    observe(database, opening())
    people = people_of(
        {"wang": {"web": first.url}, "zhou": {"web": first.url}, "chen": {"web": second.url}},
        chen={"posts": ["head of planning"]},
    )
    office = Office(database, people)
    first.status = 500
    office.alert([card()], office.recipient("wang"), office.recipient("zhou"))
    for _ in range(ATTEMPTS + 1):
        office.now += LATER
        office.tell()
    (message,) = second.told
    (unreached,) = message["alerts"]
    assert unreached["rung"] == "unreached"
    assert unreached["follows"] == card().alert
    assert [it["person"] for it in unreached["addressees"]] == ["chen"]
    assert "Wang: web: it answered 500" in unreached["text"]
    assert unreached["alert"].startswith("unreached/head/")
    assert findings(database) == []
    assert entries(database)[-1].type == "alert.raised"
    office.now += LATER
    assert office.tell() == 0, "told once"


def test_nobody_above_either_ends_in_the_file_and_the_figures(database: Database, first: Web):
    observe(database, opening())
    people = people_of(
        {"wang": {"web": first.url}, "chen": {"web": first.url}, "zhao": {"web": first.url}},
        chen={"posts": ["head of planning"]},
        zhao={"posts": ["leadership"]},
    )
    office, first.status = Office(database, people), 500
    messenger = office.messenger()
    office.alert([card()], office.recipient("wang"))
    for _ in range(4 * ATTEMPTS):
        office.now += LATER
        office.tell(messenger)
    levels = Counter(it.split("/")[1] for it in office.alerts() if it.startswith("unreached"))
    assert levels == {"head": 1, "leadership": 1, "nobody": 1}
    assert {it.state for it in office.notices()} == {"failed"}
    text = office.metrics(messenger)
    assert "onewindow_notices_unreached_total 3.0" in text
    assert "onewindow_notices_given_up_total 1.0" in text
    assert "onewindow_notices_waiting 0.0" in text
    assert 'onewindow_notices_failed_total{channel="web"} 9.0' in text
    assert findings(database) == []


def test_an_alert_for_which_nobody_is_on_duty_goes_up_at_once(database: Database, first: Web):
    observe(database, opening())
    people = people_of({"chen": {"web": first.url}}, chen={"posts": ["head of planning"]})
    office = Office(database, people)
    office.alert([card()])
    office.now += LATER
    office.tell()
    office.now += LATER
    office.tell()
    assert [it["alerts"][0]["follows"] for it in first.told] == [card().alert]


def test_one_who_is_not_in_the_file_any_more_is_not_waited_for(database: Database, first: Web):
    observe(database, opening())
    office = Office(database, people_of({"wang": {"web": first.url}}))
    office.alert([card()], office.recipient("wang"))
    office.people = NO_PEOPLE
    office.now += LATER
    office.tell()
    (notice,) = office.notices()
    assert notice.state == "failed"
    assert notice.error == "people.yaml has no such address any more"
    assert len(office.alerts()) == 2


def test_what_is_withdrawn_while_it_is_told_stays_withdrawn_and_what_waits_is_not_told(
    database: Database, first: Web
):
    office = Office(database, people_of({"wang": {"web": first.url}}))
    office.alert([card(1)], office.recipient("wang"))

    def withdraw() -> None:
        with office.work() as work:
            store.withdraw(work.transaction, card(1).alert)

    first.before = withdraw
    office.now += LATER
    office.tell()
    (notice,) = office.notices()
    assert notice.state == "withdrawn"
    office.now += LATER
    assert office.tell() == 0
    assert len(first.heard) == 1


def test_of_two_processes_that_see_the_last_channels_fail_at_once_one_raises_the_alert(
    database: Database, first: Web
):
    observe(database, opening())
    people = people_of({"wang": {"web": first.url}, "li": {"web": first.url}})
    office, first.status = Office(database, people), 500
    office.alert([card(it) for it in range(3)], office.recipient("wang"), office.recipient("li"))
    for _ in range(ATTEMPTS - 1):
        office.now += LATER
        office.tell()
    office.now += LATER
    both = threading.Barrier(2)
    first.before = both.wait
    threads = [
        threading.Thread(target=office.messenger().tell, args=(person,))
        for person in ("wang", "li")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(it.startswith("unreached/") for it in office.alerts()) == 3
    assert findings(database) == []


def test_two_processes_tell_a_person_once(database: Database, first: Web):
    office = Office(database, people_of({"wang": {"web": first.url}}))
    office.alert([card(it) for it in range(20)], office.recipient("wang"))
    office.now += LATER
    messengers = [office.messenger(), office.messenger()]
    threads = [threading.Thread(target=it.tell, args=("wang",)) for it in messengers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [it["alert"] for message in first.told for it in message["alerts"]]
    assert sorted(told) == sorted({*told})
    assert len(told) == 20


def test_a_round_of_the_service_tells_whoever_is_due_and_counts_it(
    database: Database, first: Web, second: Web
):
    office = Office(database, people_of({"wang": {"web": first.url}, "li": {"web": second.url}}))
    second.status = 500
    office.alert([card()], office.recipient("wang"), office.recipient("li"))
    office.now += LATER
    service = SimpleNamespace(
        database=database,
        workplace=SimpleNamespace(work=office.work),
        settings=SimpleNamespace(
            time=SimpleNamespace(now=lambda: office.now, speed=1.0),
            public_url="https://window.example/",
        ),
    )
    rounds = Rounds(cast(Backbone, service), lambda: office.rules, ("file",))
    rounds.go()
    rounds.wait()
    (message,) = first.told
    assert message["link"] == "https://window.example/board/alerts"
    assert b'onewindow_notices_told_total{channel="web"} 1.0' in rounds.metrics()
    with database.reading() as tx:
        (shown,) = view.of_alerts(tx, [card().alert], CHINA).values()
    assert [(it["person"], it["state"], it["error"]) for it in shown] == [
        ("li", "waiting", "it answered 500"),
        ("wang", "told", ""),
    ]
    assert shown[1]["told_at"] == office.now.isoformat()


PROCESS = """
import sys
from datetime import datetime
from pathlib import Path
from shared.database import Database
from tests.contract.telling import Office, people_of

url, data, far, now = sys.argv[1:]
database = Database.open("supervision", url=url, data=Path(data))
office = Office(database, people_of({"wang": {"web": far}}), now=datetime.fromisoformat(now))
office.tell()
"""


def test_one_that_is_killed_while_it_tells_has_the_same_message_told_again(
    request: pytest.FixtureRequest, database: Database, first: Web, tmp_path: object
):
    office = Office(database, people_of({"wang": {"web": first.url}}))
    office.alert([card(1), card(2)], office.recipient("wang"))
    office.now += LATER
    asked, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        go_on.wait(30)

    first.before = hold
    url = ""
    if database.engine.dialect.name == "postgresql":
        url = request.getfixturevalue("postgres_database")
    arguments = [url, str(tmp_path), first.url, office.now.isoformat()]
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", PROCESS, *arguments]) as process:
        called = asked.wait(60)
        process.kill()
    assert called
    assert process.returncode == -signal.SIGKILL
    first.before = lambda: None
    go_on.set()
    assert office.tell() == 0, "it is still the other process's"
    office.alert([card(3)], office.recipient("wang"))
    office.now += LEASE + LATER
    assert office.tell() == 3
    killed, *again = sorted(first.told, key=lambda it: len(it["alerts"]), reverse=True)
    assert killed["id"] == again[0]["id"], "the same message, which the receiver can tell"
    assert killed["alerts"] == again[0]["alerts"]
    assert {it.state for it in office.notices()} == {"told"}
