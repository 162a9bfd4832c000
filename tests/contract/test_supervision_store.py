"""What supervision does with its store, the same on SQLite and PostgreSQL."""

import json
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.supervision import handlers, store, tables
from services.supervision.domain import Rules
from services.supervision.recounting import recount
from shared.database import Database
from shared.delivery.work import Work
from shared.messages import AlertRaised, MessageParked
from shared.messages.codec import decode
from shared.worktime import Calendar
from shared.worktime.table import table_from
from tests.contract import watching
from tests.contract.watching import (
    BOTH,
    FAR,
    entries,
    findings,
    fire,
    observe,
    opening,
    refusal,
    rows,
    working,
)
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    assigned,
    at,
    completed,
    decided,
    opened,
    refused,
    resumed,
    revoked,
    step,
    supplemented,
    suspended,
)

database = watching.database


def test_what_was_saved_is_loaded_as_it_was(database: Database):
    observe(
        database,
        opening(licence="09-30"),
        step(2, "09-21 10:00", suspended("a.1")),
        step(3, "09-23 10:00", supplemented(), resumed("a.1")),
        step(4, "09-24 10:00", suspended("a.1")),
    )
    case = store_load(database)
    assert (case.number, case.item, case.lead, case.stops) == (
        4,
        "enterprise-investment",
        "development",
        {"a.1"},
    )
    promised = case.clocks[f"{CASE}/promised"]
    assert promised.stopped
    assert [stretch.begin for stretch in promised.limit.stretches] == [
        at("09-18 09:30"),
        at("09-23 10:00"),
    ]
    assert case.clocks[f"{CASE}/deferral/licence"].due_at == at("09-30 17:00")


def store_load(database: Database) -> Any:
    with database.transaction() as tx:
        return store.load(tx, [CASE])[CASE]


def test_a_repeated_step_leaves_everything_as_it_is(database: Database):
    observe(database, opening(), step(2, "09-21 10:00", completed("a.1")))
    before = {table.name: rows(database, table) for table in tables.metadata.sorted_tables}
    observe(database, opening(), step(2, "09-21 10:00", completed("a.1")))
    after = {table.name: rows(database, table) for table in tables.metadata.sorted_tables}
    assert after == before


def test_a_step_that_comes_early_waits_for_the_gap_to_close(database: Database):
    observe(database, step(3, "09-22 10:00", decided()))
    observe(database, opening())
    assert store_load(database).number == 1
    assert len(rows(database, tables.held)) == 1
    observe(database, step(2, "09-21 10:00", completed("a.1")))
    assert store_load(database).number == 3
    assert rows(database, tables.held) == []
    assert [json.loads(entry.body)["number"] for entry in entries(database)] == [1, 2, 3]


def test_any_order_of_arrival_comes_to_the_same_case_and_trace(database: Database):
    steps = [
        opening(),
        step(2, "09-21 10:00", suspended("a.1")),
        step(3, "09-22 10:00", resumed("a.1")),
        step(4, "09-23 10:00", completed("a.1")),
    ]
    for it in (steps[3], steps[1], steps[0], steps[0], steps[2], steps[3]):
        observe(database, it)
    mixed = (store_load(database).changed, rows(database, tables.cases), entries(database))
    with database.transaction() as tx:
        for table in tables.metadata.sorted_tables:
            tx.execute(sa.delete(table))
    observe(database, *steps)
    assert (store_load(database).changed, rows(database, tables.cases), entries(database)) == mixed


def test_each_rung_fires_once_and_stands_in_the_trace(database: Database):
    observe(database, opening(promised=None))
    assert fire(database, at("09-23 16:59")) == []
    reminder = fire(database, at("09-23 17:01"))
    assert reminder == [f"{CASE}/handling/a.1/reminder"]
    assert fire(database, at("09-23 17:02")) == []
    assert fire(database, FAR) == [f"{CASE}/handling/a.1/{it}" for it in ("yellow", "red", "head")]
    assert fire(database, FAR) == []
    assert [entry.type for entry in entries(database)] == ["case.progressed"] + ["alert.raised"] * 4
    assert findings(database) == []


def test_after_a_night_away_all_missed_rungs_fire_once_and_the_oldest_first(database: Database):
    for day, case in enumerate(("case-000a", "case-000b", "case-000c")):
        observe(database, opening(case=case, promised=3 + day))
    seen: list[str] = []
    while batch := fire(database, FAR, limit=2):
        seen += batch
    raised = [json.loads(row.body) for row in rows(database, tables.alerts)]
    reached = {it["alert"]: it["text"].split("was reached ")[1] for it in raised}
    assert len(seen) == len(set(seen)) == 24
    assert [reached[alert] for alert in seen] == sorted(reached[alert] for alert in seen)


def test_a_case_that_was_decided_in_time_alerts_nothing(database: Database):
    observe(database, opening())
    observe(database, step(2, "09-21 10:00", completed("a.1"), decided()))
    assert fire(database, FAR) == []


def test_the_clock_of_a_verification_ends_with_it_after_the_decision(database: Database):
    observe(database, opening(), step(2, "09-21 10:00", completed("a.1"), decided()))
    observe(database, step(3, "09-21 11:00", assigned("verify.1")))
    observe(database, step(4, "09-22 10:00", completed("verify.1"), revoked()))
    assert all(clock.ended_at for clock in store_load(database).clocks.values())
    assert fire(database, FAR) == []


def test_silence_is_escalated_once_and_an_answer_in_time_prevents_it(database: Database):
    late, answered = assigned("b.1", silence="escalate"), assigned("c.1", silence="escalate")
    observe(database, opening(promised=None), step(2, "09-18 11:00", completed("a.1")))
    observe(database, step(3, "09-18 12:00", late, answered))
    observe(database, step(4, "09-24 16:00", completed("c.1")))
    due = at("09-24 17:01")
    assert f"{CASE}/handling/b.1/head" in (first := fire(database, due))
    assert not [it for it in first if "c.1" in it and not it.endswith("reminder")]
    assert fire(database, due) == []


def directives(database: Database) -> list[tuple[str, str, str]]:
    found = [json.loads(it.body) for it in entries(database) if it.type == "task.act-on-silence"]
    return [(it["assignment"], it["silence"], it["source"]) for it in found]


def test_silence_is_acted_on_once_and_an_answer_in_time_prevents_it(database: Database):
    waiting = [
        assigned("b.1", silence="deemed_approval", source="Art. 3"),
        assigned("c.1", silence="reassign"),
        assigned("d.1", silence="reassign"),
        assigned("e.1", silence="deemed_approval"),
    ]
    observe(database, opening(promised=None), step(2, "09-18 11:00", completed("a.1"), *waiting))
    observe(database, step(3, "09-24 16:00", completed("d.1"), suspended("e.1")))
    assert directive_messages(database, at("09-24 17:00")) == []
    sent = directive_messages(database, at("09-24 17:01"))
    assert [(it.assignment, it.silence) for it in sent] == [
        ("b.1", "deemed_approval"),
        ("c.1", "reassign"),
    ]
    assert (sent[0].case, sent[0].task, sent[0].department) == (CASE, "b", "planning")
    assert (sent[0].at, sent[0].due_at) == (at("09-24 17:01"), at("09-24 17:00"))
    assert directive_messages(database, FAR) == []
    assert directives(database) == [("b.1", "deemed_approval", "Art. 3"), ("c.1", "reassign", "")]
    assert findings(database) == []


def directive_messages(database: Database, now: datetime) -> list[Any]:
    """Fire one batch of what is due; the directives that are sent."""
    with database.transaction() as tx:
        work = Work(tx, now, "supervision")
        handlers.fire_due(work, rules=RULES, channels=BOTH)
    found = [it for it in work.wires if it.type == "task.act-on-silence"]
    return [decode(it.type, it.version, it.body) for it in found]


def test_after_a_night_away_nobody_acts_on_what_was_answered_late(database: Database):
    waiting = assigned("b.1", silence="deemed_approval")
    observe(database, opening(promised=None), step(2, "09-18 11:00", completed("a.1"), waiting))
    observe(database, step(3, "09-25 10:00", completed("b.1")))
    assert f"{CASE}/handling/b.1/yellow" in fire(database, FAR)
    assert directives(database) == []


def test_a_crash_before_the_commit_leaves_the_directive_to_be_sent(database: Database):
    waiting = assigned("b.1", silence="reassign")
    observe(database, opening(promised=None), step(2, "09-18 11:00", completed("a.1"), waiting))
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        handlers.fire_due(Work(tx, FAR, "supervision"), rules=RULES, channels=BOTH)
        raise ZeroDivisionError
    assert len(directive_messages(database, FAR)) == 1


def test_what_was_late_when_it_ended_is_told_all_the_same(database: Database):
    observe(database, opening(promised=None), step(2, "09-25 10:00", completed("a.1"), decided()))
    assert fire(database, FAR) == [f"{CASE}/handling/a.1/{it}" for it in ("reminder", "yellow")]


def test_a_stopped_clock_alerts_nothing_until_it_runs_again(database: Database):
    observe(database, opening(), step(2, "09-21 10:00", suspended("a.1")))
    assert fire(database, FAR) == []
    observe(database, step(3, "11-02 10:00", resumed("a.1")))
    # Monday's end of business was taken by the stop; three more days are left of five.
    assert fire(database, at("11-04 16:59")) == []
    assert f"{CASE}/handling/a.1/reminder" in fire(database, FAR)


def test_the_next_moment_is_that_of_the_clock_that_is_next(database: Database):
    def next_moment() -> datetime | None:
        with database.reading() as tx:
            return store.next_moment(tx)

    assert next_moment() is None
    observe(database, opening())
    assert next_moment() == at("09-23 17:00")
    observe(database, step(2, "09-21 10:00", suspended("a.1")))
    assert next_moment() is None


def test_two_processes_at_once_fire_each_rung_once(database: Database):
    codes = [f"case-{number:04}" for number in range(60)]
    observe(database, *[opening(case=code, promised=None) for code in codes])
    together, seen = threading.Barrier(2), []

    def process() -> None:
        together.wait()
        for _ in range(40):
            seen.extend(fire(database, FAR, limit=7))

    threads = [threading.Thread(target=process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(
        f"{code}/handling/a.1/{rung}"
        for code in codes
        for rung in ("reminder", "yellow", "red", "head")
    )
    assert all(findings(database, code) == [] for code in codes)


def test_a_crash_before_the_commit_leaves_the_rung_to_fire(database: Database):
    observe(database, opening(promised=None))
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        handlers.fire_due(Work(tx, FAR, "supervision"), rules=RULES, channels=BOTH)
        raise ZeroDivisionError
    assert len(fire(database, FAR)) == 4
    assert findings(database) == []


def test_a_forged_result_is_alerted_once_whoever_refused_it(database: Database):
    observe(database, opening())
    (first,) = observe(database, step(2, "09-21 10:00", refused("m-7", forged=True)))
    assert observe(database, refusal("m-7")) == []
    assert observe(database, refusal("m-7", sender="department.water")) != [first]
    types = [entry.type for entry in entries(database)]
    assert types == [
        "case.progressed",
        "case.progressed",
        "alert.raised",
        "message.refused",
        "message.refused",
        "alert.raised",
    ]
    assert findings(database) == []


def test_a_result_that_came_too_late_is_in_the_trace_and_alerts_nobody(database: Database):
    observe(database, opening())
    assert observe(database, step(2, "09-21 10:00", refused("m-7", forged=False))) == []
    assert len(entries(database)) == 2


def test_a_refused_message_about_no_case_alerts_without_a_trace(database: Database):
    (alert,) = observe(database, refusal("m-1", case="-"))
    assert alert.startswith("refused/")
    assert rows(database, tables.trace) == []


def test_a_message_is_alerted_each_time_that_it_is_parked(database: Database):
    notice = MessageParked(
        service="routing",
        at=at("09-21 10:00"),
        message_id="m-1",
        message_type="task.completed",
        case="-",
        reason="the body is not JSON",
    )
    (first,) = observe(database, notice)
    (again,) = observe(database, replace(notice, at=at("09-22 10:00")))
    assert first != again


def test_a_due_date_moves_when_its_year_is_published_and_the_trace_says_so(database: Database):
    observe(database, step(1, "12-28 10:00", opened("12-28 09:00", promised=5, statutory=None)))
    assert due_of(database, "promised") == (at("12-28 17:00") + timedelta(days=7), True)
    table = table_from(
        {
            "published": {2027: "notice of 4 November 2026"},
            "days": [{"date": date(2027, 1, 1), "kind": "holiday", "source": "the same"}],
        }
    )
    published = Rules(calendar=Calendar(table), policy=RULES.policy)
    assert recount(working(database), published) == 1
    assert recount(working(database), published) == 0
    assert due_of(database, "promised") == (at("12-28 17:00") + timedelta(days=8), False)
    assert entries(database)[-1].type == "clock.recounted"
    assert findings(database) == []


def due_of(database: Database, kind: str) -> tuple[datetime | None, bool]:
    with database.reading() as tx:
        clock = next(it for it in store.clocks_of(tx, CASE) if it.kind == kind)
    return clock.due_at, clock.provisional


def test_every_alert_says_what_and_whose_in_both_languages(database: Database):
    observe(database, opening(promised=None))
    fire(database, at("09-23 18:00"))
    (row,) = rows(database, tables.alerts)
    alert = json.loads(row.body)
    assert alert["title"] == {
        "zh": "催办提醒：规划审查，办理时限（planning）",
        "en": "Reminder: Planning review, handling limit (planning)",
    }
    assert (alert["rung"], alert["department"], alert["task"]) == ("reminder", "planning", "a")
    assert datetime.fromisoformat(alert["due_at"]) == at("09-24 17:00")
    assert "Due 2026-09-24 17:00" in alert["text"]
    assert set(alert) == set(AlertRaised.__dataclass_fields__)


def test_the_migration_makes_exactly_the_tables_that_the_store_uses(database: Database):
    made = sa.inspect(database.engine)
    for table in tables.metadata.sorted_tables:
        columns = {column["name"]: column for column in made.get_columns(table.name)}
        assert set(columns) == {column.name for column in table.columns}
        for column in table.columns:
            assert columns[column.name]["nullable"] == column.nullable
        indexes = {index["name"] for index in made.get_indexes(table.name)}
        assert {str(index.name) for index in table.indexes} <= indexes
