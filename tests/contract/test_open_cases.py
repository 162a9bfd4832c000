"""What the wall remembers of open cases is what the database says, on SQLite and PostgreSQL."""

from dataclasses import replace
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.supervision import remembered
from services.supervision.open_cases import look
from services.supervision.remembered import OpenCases
from services.supervision.sight import Sight
from services.supervision.tables import cases
from services.supervision.tally import seen, wall
from shared.database import Database
from shared.migrating import migrate
from shared.worktime import Calendars
from tests.contract import watching
from tests.contract.watching import FAR, fire, observe, opening
from tests.unit.supervision.steps import (
    RULES,
    accepted,
    assigned,
    at,
    completed,
    decided,
    opened,
    resumed,
    step,
    suspended,
)

database = watching.database
SERIALS = count(1)
CODES = [f"330100-2609-000000{it}-00" for it in range(3)]


@pytest.fixture
def office(tmp_path):
    """A database that needs no server, for what does not depend on it."""
    opened_database = Database.open("supervision", data=tmp_path)
    migrate(opened_database)
    yield opened_database
    opened_database.close()


@pytest.fixture
def memory(office):
    """A look with one memory, `memory.kept`, while no time passes."""
    kept = OpenCases(clock=float)

    def now():
        with office.reading() as tx:
            return kept.now(tx, RULES)

    now.kept = kept
    return now


def test_only_what_has_changed_is_read_again(office, memory):
    observe(office, *[opening(case=code) for code in CODES])
    assert set(memory()) == set(CODES)
    memory()
    assert memory.kept.read == 3
    observe(office, step(2, "09-21 10:00", accepted("a.1"), case=CODES[1]))
    memory()
    assert memory.kept.read == 4


def test_a_look_at_what_has_not_changed_is_one_statement(office, memory):
    observe(office, *[opening(case=code) for code in CODES])
    memory()
    said = []
    sa.event.listen(office.engine, "before_cursor_execute", lambda *it: said.append(it[2]))
    memory()
    asked = [it for it in said if it.lstrip().upper().startswith("SELECT")]
    assert len(asked) == 1
    assert "clocks" not in asked[0]


def test_other_calendars_have_everything_read_anew(office, memory):
    observe(office, *[opening(case=code) for code in CODES])
    memory()
    with office.reading() as tx:
        memory.kept.now(tx, replace(RULES, calendars=Calendars()))
    assert memory.kept.read == 6


def test_a_closed_case_goes(office, memory):
    observe(office, *[opening(case=code) for code in CODES])
    memory()
    observe(office, step(2, "09-21 10:00", decided(), case=CODES[0]))
    assert set(memory()) == set(CODES[1:])


def test_a_task_has_the_times_of_the_clock_that_ends_first(office, memory):
    start = step(1, "09-18 10:00", opened("09-18 10:00"), assigned("a.1", acceptance=1))
    observe(office, start)
    (task,) = memory()[start.case].tasks
    assert (task.awaited, task.timing.due_at) == ("acceptance", at("09-20 17:00"))
    observe(office, step(2, "09-18 11:00", accepted("a.1")))
    (task,) = memory()[start.case].tasks
    assert (task.awaited, task.timing.due_at) == ("handling", at("09-24 17:00"))
    observe(office, step(3, "09-21 11:00", suspended("a.1")))
    (task,) = memory()[start.case].tasks
    assert task.timing.light(FAR) == "none"
    observe(office, step(4, "09-22 11:00", completed("a.1")))
    assert memory()[start.case].tasks == ()


def test_a_reminder_that_was_told_keeps_the_light_yellow(office, memory):
    observe(office, step(1, "09-18 10:00", opened("09-18 10:00"), assigned("a.1", handling=5)))
    evening, next_day = at("09-23 18:00"), at("09-23 19:00")
    (before,) = memory().values()
    assert before.tasks[0].timing.light(evening) == "yellow"
    assert fire(office, evening)
    (after,) = memory().values()
    assert after.tasks[0].timing.light(next_day) == "yellow"
    assert memory.kept.read == 2


def test_what_is_read_before_anybody_looks_need_not_be_read_when_somebody_does(office, memory):
    observe(office, *[opening(case=code) for code in CODES])
    with office.reading() as tx:
        memory.kept.keep_ready(tx, RULES)  # sees that there are three
        memory.kept.keep_ready(tx, RULES)  # reads them
    assert memory.kept.read == 3
    assert set(memory()) == set(CODES)
    assert memory.kept.read == 3


def test_a_look_while_cases_are_still_being_read_reads_the_others(office, monkeypatch):
    monkeypatch.setattr(remembered, "STEP", 2)
    observe(office, *[opening(case=code) for code in CODES])
    kept = OpenCases(clock=float)
    with office.reading() as tx:
        kept.keep_ready(tx, RULES)
        kept.keep_ready(tx, RULES)
        assert kept.read == 2
        assert set(kept.now(tx, RULES)) == set(CODES)
        assert kept.read == 3


def test_a_case_that_closes_before_its_turn_is_not_kept(office):
    observe(office, *[opening(case=code) for code in CODES])
    kept = OpenCases(clock=float)
    with office.reading() as tx:
        kept.keep_ready(tx, RULES)
    observe(office, step(2, "09-21 10:00", decided(), case=CODES[0]))
    with office.reading() as tx:
        kept.keep_ready(tx, RULES)
        assert kept.read == 2
        assert set(kept.now(tx, RULES)) == set(CODES[1:])


def test_reading_ahead_leaves_four_fifths_of_the_time_to_all_else(office):
    moments = iter([0.0, 0.3, 0.3, 1.0, 1.6, 1.6, 3.0, 3.02, 3.02])
    observe(office, opening())
    kept = OpenCases(clock=lambda: next(moments))
    rests = []
    with office.reading() as tx:
        for _ in ("sees that there is a case", "reads it", "sees that there is nothing more"):
            kept.keep_ready(tx, RULES)
            rests.append(kept.rests)
    assert rests == pytest.approx([1.2, 2.4, 1.98])


@pytest.mark.parametrize("what", ["read", "news"])
def test_what_was_read_by_rules_that_were_changed_meanwhile_is_not_remembered(
    office, monkeypatch, what
):
    observe(office, opening())
    kept, newer = OpenCases(clock=float), replace(RULES, policy=replace(RULES.policy))
    original = getattr(remembered, what)

    by_newer = {}

    def and_meanwhile_somebody_looks(tx, *given):
        found = original(tx, *given)
        found = list(found) if what == "read" else found
        monkeypatch.setattr(remembered, what, original)
        by_newer.update(kept.now(tx, newer))
        return found

    with office.reading() as tx:
        if what == "read":
            kept.keep_ready(tx, RULES)  # sees that there is one
        else:
            kept.now(tx, RULES)
        monkeypatch.setattr(remembered, what, and_meanwhile_somebody_looks)
        kept.keep_ready(tx, RULES)
        after = kept.now(tx, newer)
    assert set(after) == set(by_newer) == {opening().case}
    assert all(after[code] is by_newer[code] for code in after)


def test_reading_what_changes_is_left_to_whoever_looks_once_all_was_read(office):
    moments = iter([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 3.0, 3.1, 3.1])
    kept = OpenCases(clock=lambda: next(moments))
    with office.reading() as tx:
        kept.keep_ready(tx, RULES)
    assert kept.rests == 1.0, "there is nothing yet"
    observe(office, opening())
    with office.reading() as tx:
        kept.keep_ready(tx, RULES)
        assert kept.rests == 1.0, "it is told of one"
        kept.keep_ready(tx, RULES)
    assert kept.read == 1
    assert kept.rests == pytest.approx(1.9), "a twentieth of its time"


STEPS = {
    "accepted": lambda _place: [accepted("a.1")],
    "suspended": lambda _place: [suspended("a.1")],
    "resumed": lambda _place: [resumed("a.1")],
    "completed": lambda _place: [completed("a.1")],
    "assigned": lambda place: [assigned(f"b.{place}", acceptance=1, handling=3)],
    "decided": lambda _place: [decided()],
}
MOVES = st.lists(
    st.tuples(st.sampled_from(range(3)), st.sampled_from([*STEPS, "fire", "look"])), max_size=12
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=MOVES)
def test_the_memory_is_what_is_read_from_scratch_whatever_happened(moves, office):
    kept, serial = OpenCases(clock=float), next(SERIALS)
    codes = [f"330100-2609-{serial:06}{it}-00" for it in range(3)]
    numbers = dict.fromkeys(codes, 1)
    observe(office, *[opening(case=code) for code in codes])
    for place, (which, move) in enumerate(moves, start=1):
        code = codes[which]
        if move == "fire":
            fire(office, at(f"09-{18 + place} 12:00"))
        elif move in STEPS:
            numbers[code] += 1
            when = f"09-{18 + place} 11:00"
            observe(office, step(numbers[code], when, *STEPS[move](place), case=code))
        with office.reading() as tx:
            if move == "look":
                kept.now(tx, RULES)
    with office.reading() as tx:
        assert kept.now(tx, RULES) == look(tx, {}, RULES).cases


def test_nothing_of_another_region_is_counted(office, memory):
    regions = ["330106", "330200", "330100"]
    for code, region in zip(CODES, regions, strict=True):
        observe(office, replace(opening(case=code), region=region))
    now = at("09-21 10:00")

    def counted(area):
        shown = wall(seen(memory(), Sight(area=area)), ["planning", "fire"], now)
        return dict(shown.departments)["planning"].all, shown.cases.all, len(shown.departments)

    assert counted("") == (3, 3, 2)
    assert counted("3301") == (2, 2, 2)
    assert counted("330106") == (1, 1, 2)
    assert counted("3303") == (0, 0, 2)


def test_the_mark_of_a_wall_changes_with_what_it_shows_and_with_time(office, memory):
    observe(office, opening())

    def mark(now):
        return wall(seen(memory(), Sight(area="")), [], now).mark

    first = mark(at("09-18 11:00"))
    assert mark(at("09-18 11:05")) == first
    assert mark(FAR) != first
    observe(office, step(2, "09-18 11:00", completed("a.1")))
    assert mark(at("09-18 11:00")) != first


def test_where_a_look_takes_long_the_next_one_is_put_off(office):
    moments = iter([0.0, 9.0, 10.0, 10.5, 11.0, 12.4, 12.4, 12.4])
    kept = OpenCases(clock=lambda: next(moments))
    observe(office, opening(case=CODES[0]))

    def found():
        with office.reading() as tx:
            return len(kept.now(tx, RULES))

    assert found() == 1  # 9 s
    observe(office, opening(case=CODES[1]))
    assert found() == 2  # half a second at 10.0, so not again before 12.5
    observe(office, opening(case=CODES[2]))
    assert found() == 2  # 11.0
    assert found() == 2  # 12.4


def test_open_cases_are_found_by_their_own_index(database):
    query = sa.select(cases.c.code, cases.c.entries).where(cases.c.closed_at.is_(None))
    with database.reading() as tx:
        if database.engine.dialect.name == "sqlite":
            plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
        else:
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = tx.exec_driver_sql(f"EXPLAIN {query}").all()
    assert "cases_open" in str(plan)
