"""What intake does while the broker or the database is away, and what comes of it afterwards.

Without the broker it accepts and keeps: the code is in its own database, the message in its outbox.
Without its database it can keep nothing: 503 with Retry-After, at once, and nothing is stored.
"""

import time
from statistics import median
from typing import Any

import requests

from deploy.chaos.faults import Saboteur
from deploy.chaos.ground import Ground
from deploy.chaos.load import Figures, Http, material
from deploy.chaos.run import heal, judge, prepare, settle
from deploy.chaos.strays import Strays
from deploy.demo.applications import BIRTH_MATERIALS, citizen, newborn
from deploy.reconcile.books import Ledgers, reconcile
from tests.faults.settings import OUTAGE
from tests.waiting import eventually

AT_ONCE = 1.0
"""Seconds. Medians: this machine may have other things to do."""


def test_without_the_broker_intake_accepts_and_keeps_and_all_catches_up(ground: Ground) -> None:
    strays = Strays(ground.node.admin, ground.vhost)
    now = prepare(ground, OUTAGE, strays, Saboteur(ground, strays, OUTAGE.seed))
    ground.node.kill()
    with now.people_at_work():
        eventually(
            lambda: now.seconds > OUTAGE.seconds and len(now.load.answered) == len(now.load.cases),
            "everything is handed in while the broker is away",
            state=lambda: f"{len(now.load.answered)} of {len(now.load.cases)}",
            seconds=OUTAGE.seconds + 60,
        )
        kept = len(now.load.answered)
        assert [it.code for it in now.load.cases if it.tries != 1 + it.story.repeated] == []
        assert median(it.took for it in now.load.cases) < AT_ONCE
        with Ledgers(data=ground.data, url=ground.database) as ledgers:
            away = reconcile(ledgers, looks=1)
        assert (away.issued, away.open) == (kept, kept)
        assert away.balanced
        assert all("outbox of intake" in it.because for it in away.differences)

        ground.node.start()
        heal(now, lambda _: None)
        settle(now, lambda _: None)
    judge(now)
    assert now.verdict is not None
    assert now.verdict.broken == []
    assert now.verdict.cases == kept > 10
    print(f"{kept} cases kept in {OUTAGE.seconds:.0f} s, caught up in {now.settled_after:.0f} s")


def test_without_its_database_intake_says_so_at_once_and_stores_nothing(ground: Ground) -> None:
    assert ground.postgres is not None
    before = _issued(ground)
    application, key = _application(ground), {"Idempotency-Key": "handed-in-without-a-database"}
    ground.postgres.kill()
    took = []
    for _ in range(7):
        began = time.monotonic()
        answer = requests.post(_cases(ground), json=application, headers=key, timeout=60)
        took.append(time.monotonic() - began)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert median(took) < AT_ONCE

    ground.postgres.start()
    receipts = [_handed_in(ground, application, key) for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert _issued(ground) - before == {receipts[0]["case"]}


def _cases(ground: Ground) -> str:
    return f"{ground.address('intake')}/cases"


def _issued(ground: Ground) -> set[str]:
    with Ledgers(data=ground.data, url=ground.database) as ledgers:
        return set(ledgers.read().intake)


def _application(ground: Ground) -> dict[str, Any]:
    http = Http(ground.address("intake"), Figures())
    return {
        "item": "birth",
        "channel": "portal",
        "applicant": citizen("林晓棠", "19930708", 164),
        "form": newborn("周予安"),
        "materials": [material(http, name) for name in BIRTH_MATERIALS],
    }


def _handed_in(ground: Ground, application: dict[str, Any], key: dict[str, str]) -> dict[str, Any]:
    """The receipt, as soon as intake has found its database again."""

    def ask() -> dict[str, Any]:
        answer = requests.post(_cases(ground), json=application, headers=key, timeout=60)
        assert answer.status_code in (201, 503)
        return answer.json() if answer.status_code == 201 else {}

    return eventually(ask, "the application is taken in")
