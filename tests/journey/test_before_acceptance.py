"""Before acceptance, over the real broker: a notice in time, a correction, a refusal, and silence
that is acceptance, dated back, although intake is killed at that very moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from deploy.cli import app
from deploy.reconcile.books import Ledgers, reconcile
from services.intake.tables import reviews
from shared.businesstime import SETTING
from shared.database import Database
from tests.journey.counter import Counter, Handed
from tests.journey.journey import material
from tests.journey.town import FRIDAY, begin_anew
from tests.waiting import eventually

SILENT = datetime.fromisoformat("2026-09-24T17:00:00+08:00")
"""The fifth working day after FRIDAY ends: Sunday the 20th is worked for National Day."""
STATUTORY = "2026-10-22T17:00:00+08:00"
"""The 20th working day after FRIDAY: Mid-Autumn and National Day lie between, 10 October is
worked."""
CLERK = ("--by", "陈志远")


@pytest.fixture
def clerks(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """The stack, by whose time the clerk's commands go; intake is back at its Friday afterwards."""
    monkeypatch.setenv(SETTING, counter.stack.settings.time)
    yield counter
    intake_is_at(counter, FRIDAY)


def hand_in(counter: Counter, name: str) -> Handed:
    return counter.hand_in("river-stall", {"name": name}, "site-plan")


def window(counter: Counter, command: str, case: Handed, *words: str) -> None:
    given = ["window", command, case.code, *words, *CLERK, "--data", str(counter.stack.data)]
    app(given, standalone_mode=False)


def clock(case: Handed, subject: str = "") -> dict[str, Any]:
    """The clock of the correction notice, as soon as supervision has it."""
    counter, wanted = case.counter, "/".join(filter(None, (case.code, "correction", subject)))

    def look() -> dict[str, Any] | None:
        answer = counter.supervision.ask("GET", f"/cases/{case.code}/clocks")
        found = answer.json()["clocks"] if answer.ok else []
        return next((it for it in found if it["clock"] == wanted), None)

    found = eventually(look, f"supervision has the clock {wanted}")
    assert found is not None
    return found


def balance(counter: Counter) -> dict[str, int]:
    with Ledgers(data=counter.stack.data, url=counter.stack.database) as ledgers:
        found = eventually(
            lambda: (it := reconcile(ledgers)).balanced and not it.differences and it,
            "all codes are accounted for and nothing is on its way",
            state=lambda: reconcile(ledgers),
        )
    assert found
    return {name: getattr(found, name) for name in ("issued", "received", "open", "refused")}


def new_since(before: dict[str, int], counter: Counter) -> dict[str, int]:
    return {name: count - before[name] for name, count in balance(counter).items()}


def intake_is_at(counter: Counter, moment: datetime) -> None:
    names = [it for it in counter.stack.settings.names if it[1] == "intake"]
    begin_anew(counter.stack, names, moment)


def how_many_accepted(counter: Counter) -> int:
    database = Database.open("intake", url=counter.stack.database, data=counter.stack.data)
    with database.reading() as tx:
        accepted = sa.select(sa.func.count()).where(reviews.c.state == "accepted")
        found = tx.execute(accepted).scalar_one()
    database.close()
    return int(found)


def test_a_notice_in_time_a_correction_a_refusal_and_silence(clerks: Counter) -> None:
    counter, before = clerks, balance(clerks)
    told, refused, *silent = [hand_in(counter, name) for name in ("补正", "不受理", *"一二三四")]
    tracked = silent[0].tracked()
    assert (tracked["state"], tracked["accepted_at"]) == ("received", None)
    assert tracked["notice_due_at"] == SILENT.isoformat()
    assert clock(silent[0])["due_at"] == SILENT.isoformat()
    assert new_since(before, counter) == {"issued": 6, "received": 6, "open": 0, "refused": 0}

    window(counter, "notify", told, "--wrong", "site-plan=缺比例尺")
    window(counter, "refuse", refused, "--reason", "不属本机关职权范围")
    eventually(lambda: clock(told)["ended_at"], "the notice ends the clock")
    (notice,) = told.notices()
    assert notice["missing"][0]["problem"] == "缺比例尺"
    assert refused.notices()[0]["kind"] == "acceptance.refused"
    assert [told.tracked()["state"], refused.tracked()["state"]] == [
        "awaiting_correction",
        "refused",
    ]
    correct(counter, told)
    assert clock(told, "1")["due_at"] == SILENT.isoformat()
    window(counter, "accept", told)
    told.answer("lead", "permit")
    told.comes_to("approved")
    assert told.tracked()["accepted_at"] > told.tracked()["received_at"]
    rate_badly(counter, told)

    killed_at_the_moment_of_acceptance(counter, len(silent))
    for case in silent:
        opened = case.change("case.opened")
        assert opened["accepted_at"] == opened["received_at"] == case.tracked()["received_at"]
        kinds = [it["kind"] for it in case.changes()]
        assert kinds.count("case.opened") == 1
        assert counter.task("lead", case.code, "permit")["materials"][0]["name"] == "site-plan"
    assert silent[0].clocks()["statutory", ""]["due_at"] == STATUTORY
    assert new_since(before, counter) == {"issued": 6, "received": 0, "open": 4, "refused": 1}
    eventually(lambda: clock(silent[0])["ended_at"], "the silence ends the clock")
    ended = clock(silent[0])["lines"][-1]["en"]
    assert ended.startswith("nothing was said in time: deemed accepted")
    told_of_it_once(counter, silent[0])


def correct(counter: Counter, case: Handed) -> None:
    """The applicant hands a better plan in, under the case's own code."""
    body = {"materials": [material(counter.intake, "site-plan", "corrected")]}
    headers = {"Authorization": f"Bearer {case.secret}"}
    counter.intake.post(f"/cases/{case.code}/supplements", body, headers=headers)


def rate_badly(counter: Counter, case: Handed) -> None:
    """The applicant, who had to come twice, is to be called back by the next working day."""
    headers = {"Authorization": f"Bearer {case.secret}"}
    counter.intake.post(f"/cases/{case.code}/rating", {"level": 1}, headers=headers)
    alerts = eventually(
        lambda: [
            it
            for it in counter.supervision.get("/alerts", case=case.code)["alerts"]
            if it["rung"] == "rating"
        ],
        "supervision alerts",
    )
    # Saturday the 19th is off, Sunday the 20th is worked.
    assert [it["due_at"] for it in alerts] == ["2026-09-20T17:00:00+08:00"]


def killed_at_the_moment_of_acceptance(counter: Counter, silent: int) -> None:
    """Intake runs until the limit ends, and dies once its acceptances are committed."""
    intake_is_at(counter, SILENT - timedelta(seconds=5))
    eventually(lambda: how_many_accepted(counter) > silent, "silence is taken for acceptance")
    intake_is_at(counter, SILENT + timedelta(hours=1))


def told_of_it_once(counter: Counter, case: Handed) -> None:
    """Supervision alerts that nobody looked at the application in time."""
    counter.supervision_is_at(SILENT + timedelta(hours=1))

    def cards() -> list[str]:
        found = counter.supervision.get("/alerts", case=case.code)["alerts"]
        return [it["rung"] for it in found if it["clock"] == f"{case.code}/correction"]

    eventually(cards, "an alert is raised")
    assert cards() == ["yellow"]
    counter.supervision_is_at(FRIDAY)
