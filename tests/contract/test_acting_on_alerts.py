"""Alerts that must be acknowledged, and what people do about them, on SQLite and PostgreSQL."""

import json
import threading
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.supervision import acting, actstore, handlers, tables, telling
from services.supervision.acts import Overtaken
from services.supervision.notices import store as notices
from services.supervision.people import People, Person
from services.supervision.policies import policy_from
from services.supervision.posts import post_from
from services.supervision.recipients import Address
from shared.database import Database
from shared.delivery.work import Work
from shared.errors import NotFound
from tests.contract import watching
from tests.contract.watching import BOTH, entries, enveloped, findings, rows
from tests.unit.supervision.steps import (
    CASE,
    LADDERS,
    RULES,
    assigned,
    at,
    completed,
    opened,
    step,
    suspended,
)

database = watching.database

LADDER = {
    "yellow": {"when": "at due", "to": ["handler"], "acknowledge": "4 working hours"},
    "red": {
        "when": "2 working days after due",
        "to": ["head"],
        "acknowledge": "4 working hours",
        "order": "reassign",
    },
    "centre": {"to": ["centre"]},
}
PEOPLE = {
    key: Person(
        key=key,
        name=key.title(),
        posts=(post_from(post),),
        addresses=(Address(channel="mail", url=f"json://{key}"),),
    )
    for key, post in {"chen": "handler of planning", "lu": "head of planning"}.items()
}
LONG = {
    **LADDERS,
    "ladders": {**LADDERS["ladders"], "long": LADDER},
    "clocks": {**LADDERS["clocks"], "promised": "silent", "handling": "long"},
}
POLICY = replace(RULES, policy=policy_from(LONG), people=People(persons=PEOPLE))
CLOCK = f"{CASE}/handling/a.1"
YELLOW, RED, CENTRE = (f"{CLOCK}/{rung}" for rung in ("yellow", "red", "centre"))
# Due on 24 September at 17:00; 25 to 27 September are off.
DUE, FIRED, OVER = at("09-24 17:00"), at("09-24 17:01"), at("09-28 14:01")


def observe(database: Database, *steps: Any, now: datetime) -> None:
    with database.transaction() as tx:
        work = Work(tx, now, "supervision")
        handlers.observe(work, [enveloped(it) for it in steps], rules=POLICY, channels=BOTH)


def begin(database: Database) -> None:
    first = step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1"))
    observe(database, first, now=at("09-18 10:00"))


def at_work(handler: Any, database: Database, now: datetime, **more: Any) -> list[str]:
    """What is sent, by type and alert."""
    with database.transaction() as tx:
        work = Work(tx, now, "supervision")
        handler(work, rules=POLICY, channels=BOTH, **more)
    sent = [(it.type, json.loads(it.body)) for it in work.wires]
    return [body.get("alert", kind) for kind, body in sent]


def fire(database: Database, now: datetime = FIRED) -> list[str]:
    return at_work(handlers.fire_due, database, now)


def escalate(database: Database, now: datetime = OVER) -> list[str]:
    return at_work(acting.escalate, database, now)


def act(database: Database, kind: str, now: datetime = FIRED, alert: str = YELLOW, **said: Any):
    with database.transaction() as tx:
        work = Work(tx, now, "supervision")
        return acting.act(work, alert, {"kind": kind, "by": "Wang Ming", **said})


def alert_of(database: Database, alert: str) -> Any:
    with database.reading() as tx:
        return actstore.standing(tx, alert).alert


def waits(database: Database) -> list[str]:
    return [it.id for it in rows(database, tables.alerts) if it.acknowledge_by]


def test_a_rung_names_its_people_and_until_when_it_must_be_acknowledged(database: Database):
    begin(database)
    assert fire(database) == [YELLOW]
    alert = alert_of(database, YELLOW)
    assert [(it.person, it.why.en) for it in alert.addressees] == [
        ("chen", "handler in charge of planning")
    ]
    assert alert.acknowledge_by == at("09-28 14:00")
    assert "Told: Chen" in alert.text
    with database.reading() as tx:
        assert [it.person for it in notices.of_alerts(tx, [YELLOW])[YELLOW]] == ["chen"]


def test_the_next_rung_fires_once_where_nobody_acknowledges_and_not_again(database: Database):
    begin(database)
    fire(database)
    assert escalate(database, at("09-28 14:00")) == []  # there is still a moment
    assert escalate(database) == [RED, "task.act-on-silence"]
    alert = alert_of(database, RED)
    assert (alert.follows, [it.person for it in alert.addressees]) == (YELLOW, ["lu"])
    assert "'Yellow card' was not acknowledged by 2026-09-28 14:00" in alert.text
    assert escalate(database) == []
    assert fire(database, at("10-30 12:00")) == []  # its own moment passes: it has fired
    assert findings(database) == []


def test_nobody_acknowledges_the_second_either_and_nobody_is_there_for_the_third(database):
    begin(database)
    fire(database)
    escalate(database)
    assert escalate(database, at("09-29 17:00")) == [CENTRE]
    alert = alert_of(database, CENTRE)
    assert [it.en for it in alert.remarks] == [
        "Nobody of the supervision centre is there.",
        "Nobody of a higher level is there either.",
    ]
    assert alert.acknowledge_by is None
    assert waits(database) == []


def test_what_is_acknowledged_leads_no_further(database: Database):
    begin(database)
    fire(database)
    act(database, "acknowledgement")
    assert waits(database) == []
    assert escalate(database) == []
    assert fire(database, at("10-30 12:00")) == [RED, "task.act-on-silence"]  # by its own moment


def test_what_has_ended_leads_no_further(database: Database):
    begin(database)
    fire(database)
    observe(database, step(2, "09-28 09:00", completed("a.1")), now=at("09-28 09:00"))
    assert escalate(database) == []
    assert waits(database) == []


def test_a_clock_that_stands_still_does_not_take_the_question_back(database: Database):
    begin(database)
    fire(database)
    observe(database, step(2, "09-28 09:00", suspended("a.1")), now=at("09-28 09:00"))
    assert escalate(database)[0] == RED


def test_a_withdrawn_card_leads_no_further_and_is_told_to_nobody_else(database: Database):
    begin(database)
    fire(database)
    act(database, "appeal", text="the system was down", department="planning")
    (row,) = rows(database, tables.alerts)
    assert row.appealed_at is not None
    act(database, "withdrawal", text="so it was")
    (row,) = rows(database, tables.alerts)
    assert (row.appealed_at, row.withdrawn_at) == (None, FIRED)
    assert escalate(database) == []
    with database.reading() as tx:
        assert notices.of_alerts(tx, [YELLOW])[YELLOW][0].state == "withdrawn"


def test_every_act_is_an_entry_of_the_chained_trace(database: Database):
    begin(database)
    fire(database)
    act(database, "comment", text="asked by telephone", capacity="supervisor")
    act(database, "action", text="answer", department="planning", due_on=date(2026, 9, 30))
    act(database, "done", action=2)
    assert findings(database) == []
    told = [line.what for entry in entries(database) for line in telling.lines(entry)]
    assert told[-3:] == [
        "Yellow card: comment: asked by telephone, by Wang Ming (supervisor)",
        "Yellow card: planning is to act by 2026-09-30: answer, by Wang Ming",
        "Yellow card: action 2 is done, by Wang Ming",
    ]


def test_what_is_read_again_is_what_was_done(database: Database):
    begin(database)
    fire(database)
    done = act(database, "action", text="answer", department="water", due_on=date(2026, 9, 30))
    with database.reading() as tx:
        again = actstore.standing(tx, YELLOW)
    assert again.acts == done.acts


def test_an_alert_of_a_region_that_somebody_does_not_see_is_not_there(database: Database):
    begin(database)
    fire(database)
    with database.transaction() as tx, pytest.raises(NotFound):
        work = Work(tx, FIRED, "supervision")
        said = {"kind": "acknowledgement", "by": "x"}
        acting.act(work, YELLOW, said, sees=lambda region: region == "330200")
    with database.transaction() as tx, pytest.raises(NotFound, match="there is no alert 'x'"):
        acting.act(Work(tx, FIRED, "supervision"), "x", said)


def together(*tasks: Any) -> list[BaseException]:
    """Run all at once; what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(tasks))

    def run(task: Any) -> None:
        start.wait()
        try:
            task()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_of_two_who_acknowledge_at_once_the_second_is_told(database: Database):
    begin(database)
    fire(database)
    raised = together(*(lambda: act(database, "acknowledgement") for _ in range(2)))
    assert [type(it) for it in raised] == [Overtaken]
    assert len(rows(database, tables.acts)) == 1


def test_several_processes_fire_the_next_rung_once(database: Database):
    begin(database)
    fire(database)
    assert together(*(lambda: escalate(database) for _ in range(3))) == []
    escalate(database)
    assert [it.id for it in rows(database, tables.alerts)] == [RED, YELLOW]
    assert findings(database) == []


def test_an_acknowledgement_at_the_last_moment_and_the_next_rung_do_not_both_happen(database):
    begin(database)
    fire(database)
    together(lambda: act(database, "acknowledgement", OVER), lambda: escalate(database))
    escalate(database)
    fired = {it.id for it in rows(database, tables.alerts)}
    standing = alert_of(database, YELLOW)
    kinds = [it.kind for it in rows(database, tables.acts)]
    positions = [entry.type for entry in entries(database)]
    if RED in fired and kinds:  # it was acknowledged after the next rung had fired
        assert positions.index("alert.acted") > positions.index("task.act-on-silence")
    else:
        assert (RED in fired) != bool(kinds)
    assert standing.alert == YELLOW
    assert findings(database) == []
