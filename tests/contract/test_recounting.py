"""Due dates counted anew where a calendar has changed, on both databases."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from services.supervision import handlers, store, tables
from services.supervision.domain import Rules
from services.supervision.recounting import recount
from services.supervision.rulebook import Rulebook
from shared.database import Database
from shared.messages.ordered import TaskExtended
from shared.worktime import Calendars, Entry, Table, Version
from shared.worktime.regions import path_of
from shared.worktime.versions import text_of
from tests.contract.watching import (
    database,
    entries,
    enveloped,
    findings,
    fire,
    observe,
    rows,
    working,
)
from tests.unit.supervision.steps import (
    LADDERS,
    RULES,
    assigned,
    at,
    completed,
    decided,
    opened,
    resumed,
    step,
    suspended,
)

__all__ = ["database"]
FAR, NEAR = "330100-2611-0000001-01", "330200-2611-0000002-02"
NOW = at("11-20 10:00")


def version(region: str, day: str, number: int = 1, kind: str = "holiday") -> Version:
    entry = Entry(date=date.fromisoformat(day), kind=kind, source="notice 12")  # type: ignore[arg-type]
    return Version(
        region=region,
        number=number,
        published_at=NOW,
        by="王明",
        source="notice 12",
        table=Table(entries=(entry,)),
    )


def rules(*versions: Version) -> Rules:
    calendars = Calendars(versions)
    return Rules(calendar=calendars.of("nation"), policy=RULES.policy, calendars=calendars)


EXTRA = rules(version("330100", "2026-11-27"))


def begin(database: Database, code: str, region: str = "", *more: Any) -> None:
    """A case of eight days' handling from 19 November: due on 1 December."""
    first = step(1, "11-19 10:00", opened("11-19 10:00"), assigned("a.1", handling=8), case=code)
    steps = [first, *more]
    observe(database, *(with_region(it, region or code[:6], code) for it in steps), now=NOW)


def with_region(message: Any, region: str, code: str) -> Any:
    return replace(message, region=region, case=code)


def due(database: Database, code: str, kind: str = "handling") -> datetime | None:
    with database.reading() as tx:
        return next(it.due_at for it in store.clocks_of(tx, code) if it.kind == kind)


def moves(database: Database, code: str) -> list[dict[str, Any]]:
    found = [it for it in entries(database, code) if it.type == "clock.recounted"]
    return [json.loads(it.body) for it in found]


def told(database: Database) -> list[dict[str, Any]]:
    return [json.loads(it.body) for it in rows(database, tables.alerts) if it.rung == "calendar"]


def test_an_extra_holiday_moves_the_due_dates_of_its_region_and_of_no_other(database: Database):
    begin(database, FAR)
    begin(database, NEAR)
    assert due(database, FAR) == due(database, NEAR) == at("12-01 17:00")
    assert recount(working(database, NOW), EXTRA) == 3
    assert due(database, FAR) == at("12-02 17:00")
    assert due(database, NEAR) == at("12-01 17:00")
    assert moves(database, NEAR) == []
    assert findings(database, FAR) == []


def test_the_trace_says_why_a_due_date_moved_by_whom_and_by_which_version(database: Database):
    begin(database, FAR)
    recount(working(database, NOW), EXTRA)
    move = next(it for it in moves(database, FAR) if "handling" in it["clock"])
    assert move == {
        "clock": f"{FAR}/handling/a.1",
        "department": "planning",
        "due_before": "2026-12-01T17:00:00+08:00",
        "due_after": "2026-12-02T17:00:00+08:00",
        "reason": "notice 12: 2026-11-27 off",
        "by": "王明",
        "source": "notice 12",
        "region": "330100",
        "version": 1,
    }


def test_each_department_is_told_of_its_due_dates_in_one_alert(database: Database):
    begin(database, FAR)
    begin(database, "330106-2611-0000003-03")
    recount(working(database, NOW), EXTRA, channels=("file",))
    lead, planning = sorted(told(database), key=lambda it: it["department"])
    assert (lead["department"], planning["department"]) == ("development", "planning")
    assert planning["title"] == {
        "zh": "到期时间调整：planning (2)",
        "en": "Due dates moved: planning (2)",
    }
    assert planning["text"].splitlines() == [
        "notice 12: 2026-11-27 off",
        f"{FAR}/handling/a.1: 2026-12-01 17:00 -> 2026-12-02 17:00",
        "330106-2611-0000003-03/handling/a.1: 2026-12-01 17:00 -> 2026-12-02 17:00",
    ]
    assert len(rows(database, tables.deliveries)) == 2


def test_counting_twice_changes_nothing_and_tells_nobody_again(database: Database):
    begin(database, FAR)
    assert recount(working(database, NOW), EXTRA) == 3
    alerts = told(database)
    assert recount(working(database, NOW), EXTRA) == 0
    assert recount(working(database, NOW), EXTRA, before=Calendars()) == 0
    assert told(database) == alerts
    assert len(moves(database, FAR)) == 3


def test_what_all_was_counted_by_is_kept_so_that_a_start_looks_at_nothing(database: Database):
    recount(working(database, NOW), EXTRA)
    begin(database, FAR)  # by the calendar of a process that does not know of the version
    assert recount(working(database, NOW), EXTRA) == 0
    assert recount(working(database, NOW), EXTRA, before=Calendars()) == 3
    with database.reading() as tx:
        assert store.published_versions(tx) == list(EXTRA.calendars.versions)  # type: ignore[union-attr]


def test_a_holiday_that_is_taken_back_moves_the_due_dates_back(database: Database):
    begin(database, FAR)
    recount(working(database, NOW), EXTRA)
    back = rules(version("330100", "2026-11-27"), version("330100", "2026-11-27", 2, "workday"))
    assert recount(working(database, NOW), back) == 3
    assert due(database, FAR) == at("12-01 17:00")
    reasons = {it["reason"] for it in moves(database, FAR)[3:]}
    assert reasons == {"notice 12: 2026-11-27 worked 09:00-12:00,13:00-17:00"}


def test_a_version_that_vanishes_is_counted_back_as_well(database: Database):
    begin(database, FAR)
    recount(working(database, NOW), EXTRA)
    assert recount(working(database, NOW), rules()) == 3
    assert due(database, FAR) == at("12-01 17:00")
    with database.reading() as tx:
        assert store.published_versions(tx) == []


def test_a_step_is_counted_by_the_calendar_of_its_region(database: Database):
    later = step(2, "11-20 09:00", assigned("b.1", handling=5), case=FAR)
    begin(database, FAR)
    with working(database, NOW)() as work:
        message = with_region(later, "330106", FAR)
        handlers.observe(work, [enveloped(message)], rules=EXTRA, channels=())
    with database.reading() as tx:
        (clock,) = (it for it in store.clocks_of(tx, FAR) if it.subject == "b.1")
    assert clock.due_at == at("11-30 17:00")


def test_the_rungs_move_with_the_due_date_and_fire_once(database: Database):
    begin(database, FAR)
    recount(working(database, NOW), EXTRA)
    assert f"{FAR}/handling/a.1/reminder" not in fire(database, at("11-30 18:00"))
    assert f"{FAR}/handling/a.1/reminder" in fire(database, at("12-01 18:00"))
    assert fire(database, at("12-01 18:00")) == []


def test_a_stopped_clock_takes_the_holiday_in_when_it_runs_again(database: Database):
    begin(database, FAR, "", step(2, "11-19 11:00", suspended("a.1")))
    assert recount(working(database, NOW), EXTRA) == 0
    with working(database, NOW)() as work:
        going_on = with_region(step(3, "11-26 10:00", resumed("a.1"), case=FAR), "330100", FAR)
        handlers.observe(work, [enveloped(going_on)], rules=EXTRA, channels=())
    assert due(database, FAR) == at("12-08 17:00")


def test_a_case_that_is_decided_is_left_as_it_ended(database: Database):
    begin(database, FAR, "", step(2, "11-19 15:00", completed("a.1"), decided()))
    assert recount(working(database, NOW), EXTRA) == 0


def test_a_promised_date_that_becomes_a_day_off_moves_to_the_next_working_day(database: Database):
    first = step(1, "11-19 10:00", opened("11-19 10:00", promised=None, licence="11-27"), case=FAR)
    observe(database, with_region(first, "330100", FAR), now=NOW)
    recount(working(database, NOW), EXTRA)
    assert due(database, FAR, "deferral") == at("11-30 17:00")


def test_an_extension_of_a_task_extends_its_handling_clock_alone(database: Database):
    more = TaskExtended(
        task="a",
        assignment="a.1",
        department="planning",
        amount=3,
        unit="working_days",
        source="the item",
        officer="李某",
        approved_by="陈志远",
        reason="实地核查",
        legal_basis="Art. 42",
        stated_at=NOW,
    )
    begin(database, FAR, "", step(2, "11-19 15:00", more))
    assert due(database, FAR) == at("12-04 17:00")
    assert due(database, FAR, "promised") == at("12-03 17:00")


def test_a_service_that_runs_learns_of_a_version_and_counts_by_it(
    database: Database, tmp_path: Path
):
    begin(database, FAR)
    policies = json.dumps(LADDERS)
    (tmp_path / "policies.yaml").write_text(policies, encoding="utf-8")
    book = Rulebook()
    book.backbone = SimpleNamespace(
        settings=SimpleNamespace(
            data=tmp_path,
            catalogue=tmp_path,
            region="330100",
            webhook="",
            public_url="",
            time=SimpleNamespace(speed=1.0),
        ),
        database=database,
        workplace=SimpleNamespace(work=working(database, NOW)),
    )
    book.start()
    book.refresh()
    assert due(database, FAR) == at("12-01 17:00")
    file = path_of(tmp_path, "330100", 1)
    file.parent.mkdir(parents=True)
    file.write_text(text_of(version("330100", "2026-11-27")), encoding="utf-8")
    book.refresh()
    assert due(database, FAR) == at("12-01 17:00"), "somebody may still be writing"
    book.refresh()
    assert due(database, FAR) == at("12-02 17:00")
    assert len(told(database)) == 2
    (tmp_path / "calendars" / "330100" / "002.yaml").write_text("by: nobody", encoding="utf-8")
    book.refresh()
    book.refresh()
    assert not book.rules.calendar.is_working(date(2026, 11, 27))
    (remark,) = book.remarks
    assert remark.startswith("calendars: what is written is wrong")


def test_many_cases_are_counted_in_batches(database: Database):
    for number in range(5):
        begin(database, f"330100-2611-000000{number}-01")
    assert recount(working(database, NOW), EXTRA, limit=2) == 15
