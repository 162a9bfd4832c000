"""What departments' systems are to be told, on SQLite and on PostgreSQL: one suite for both."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from services.department import handlers
from services.department.domain import Overtaken
from services.department.systems import fetching, records, store, taking, telling
from services.department.systems.connections import Connection, Pull
from services.department.systems.fetching import LeaseLost
from shared.database import Database
from shared.delivery.work import Work
from shared.errors import Fault
from shared.migrating import migrate
from tests.unit.department.samples import NOW, SAID, assigned, cancelled, refusing, supplemented
from tests.unit.department.systems.routing import say, task_of

REAL = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)
SEALS = Connection(department="seal-office", officer="印章系统", accepts=False, way=Pull())


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    opened = Database.open("department", url=url, data=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


def follow(database, *messages, at=REAL):
    say(database, *messages, departments={"seal-office"}, now=at)


def take_up(database, *, at=REAL, hold=60, holder="h", limit=100, connection=SEALS):
    with database.transaction() as tx:
        work = Work(tx, NOW, "department")
        some = telling.take_up(work, connection, at, hold=hold, holder=holder, limit=limit)
    return [news for news, _ in some]


def tell(database, some, *, at=REAL, connection=SEALS):
    with database.transaction() as tx:
        telling.told(Work(tx, NOW, "department"), connection, some, at)


def is_due(database, at):
    with database.reading() as tx:
        due = store.next_due(tx, "seal-office")
    return due is not None and due <= at


def told_kinds(database, at=REAL):
    """Everything that is told, in its order."""
    kinds = []
    while is_due(database, at):
        some = take_up(database, at=at, limit=1)
        kinds += [(it.assignment, it.kind) for it in some]
        tell(database, some, at=at)
    return kinds


def act(database, what="completion", assignment="a-1", **said):
    task = task_of(database, assignment, "seal-office")
    given = {**SAID[what], "version": task.version, "officer": "李", **said}
    with database.transaction() as tx:
        return handlers.act(Work(tx, NOW, "department"), "seal-office", assignment, what, given)


def result(act="completion", assignment="a-1", **said):
    return taking.read({"assignment": assignment, "act": act, **said}, officer="印章系统")


def take(database, stated):
    with database.transaction() as tx:
        return taking.take(Work(tx, NOW, "department"), "seal-office", stated)


def test_a_system_is_told_of_its_tasks_in_their_order(database):
    follow(database, assigned())
    follow(database, supplemented(), at=REAL + timedelta(seconds=1))
    follow(database, cancelled(), at=REAL + timedelta(seconds=2))
    assert told_kinds(database, REAL + timedelta(minutes=1)) == []
    follow(database, assigned("a-2"), assigned("a-3", "tax"), supplemented("a-2"))
    told = told_kinds(database, REAL + timedelta(minutes=1))
    assert told == [("a-2", "assigned"), ("a-2", "supplemented")]


def test_a_cancellation_is_told_to_who_heard_of_the_task(database):
    follow(database, assigned())
    tell(database, take_up(database))
    follow(database, cancelled())
    assert told_kinds(database) == [("a-1", "cancelled")]


def test_who_may_have_heard_of_a_task_is_told_that_it_is_over(database):
    follow(database, assigned())
    assert take_up(database, hold=60)
    follow(database, cancelled())
    assert told_kinds(database) == []
    assert told_kinds(database, REAL + timedelta(seconds=61)) == [("a-1", "cancelled")]


def test_what_came_while_a_department_was_not_connected_is_told_when_it_is_again(database):
    follow(database, assigned("a-1"), assigned("a-2"))
    tell(database, take_up(database))
    for message in (supplemented("a-1"), cancelled("a-2"), assigned("a-3"), supplemented("a-3")):
        say(database, message, departments=(), now=REAL)
    with database.transaction() as tx:
        assert store.add_open_tasks(tx, "seal-office", REAL) == 1
    told = [("a-1", "supplemented"), ("a-2", "cancelled"), ("a-3", "assigned")]
    assert sorted(told_kinds(database)) == told


def test_a_task_that_was_supplemented_before_it_was_assigned_is_told_once(database):
    follow(database, supplemented(), assigned())
    assert told_kinds(database) == [("a-1", "assigned")]


def test_an_answer_that_routing_refused_is_told(database):
    follow(database, assigned())
    tell(database, take_up(database))
    act(database)
    follow(database, refusing(assignment="not-ours"), refusing())
    assert told_kinds(database) == [("a-1", "refused")]


def test_a_department_that_is_connected_later_is_told_what_is_open(database):
    say(database, assigned(), assigned("a-2"), assigned("a-3"), departments=set())
    act(database, assignment="a-2")
    follow(database, assigned("a-4"))
    for _ in range(2):
        with database.transaction() as tx:
            store.add_open_tasks(tx, "seal-office", REAL)
    assert sorted(told_kinds(database)) == [
        ("a-1", "assigned"),
        ("a-3", "assigned"),
        ("a-4", "assigned"),
    ]


def test_of_many_that_take_up_at_once_each_news_is_had_by_one(database):
    follow(database, *(assigned(f"a-{number}") for number in range(40)))

    def take_some(number):
        return [it.id for _ in range(8) for it in take_up(database, holder=str(number), limit=3)]

    with ThreadPoolExecutor(4) as pool:
        had = [it for some in pool.map(take_some, range(4)) for it in some]
    assert len(had) == len(set(had)) == 40


def test_what_a_dead_holder_had_comes_again_under_the_same_id(database):
    follow(database, assigned())
    (first,) = take_up(database, hold=60)
    assert take_up(database, at=REAL + timedelta(seconds=59)) == []
    (again,) = take_up(database, at=REAL + timedelta(seconds=60))
    assert (again.id, again.attempts) == (first.id, 1)


def test_later_news_of_a_task_waits_for_the_earlier(database):
    follow(database, assigned())
    assert take_up(database, hold=60)
    follow(database, supplemented())
    assert take_up(database) == []
    with database.reading() as tx:
        assert store.next_due(tx, "seal-office") == REAL + timedelta(seconds=60)


def test_a_task_is_accepted_once_its_system_has_it_where_that_was_agreed(database):
    agreed = Connection(department="seal-office", officer="印章系统", accepts=True, way=Pull())
    follow(database, assigned())
    some = take_up(database, connection=agreed)
    tell(database, some, connection=agreed)
    tell(database, some, connection=agreed)
    task = task_of(database, "a-1", "seal-office")
    assert (task.state, task.officer) == ("accepted", "印章系统")


@contextmanager
def lease(database, at=REAL):
    @contextmanager
    def open_work():
        with database.transaction() as tx:
            yield Work(tx, NOW, "department")

    found = fetching.fetch(open_work, SEALS, at)
    with open_work() as work:
        yield SimpleNamespace(work=work, found=found, id=found.news.id, lease=found.lease)


def test_a_lease_is_acknowledged_prolonged_given_back_and_lost(database):
    follow(database, assigned())
    later = REAL + timedelta(seconds=599)
    with lease(database) as it:
        assert it.found.until == REAL + timedelta(seconds=600)
        until = fetching.prolong(it.work, SEALS, it.id, it.lease, later)
        assert until == later + timedelta(seconds=600)
        fetching.give_back(it.work, SEALS, it.id, it.lease, later)
        with pytest.raises(LeaseLost):
            fetching.acknowledge(it.work, SEALS, it.id, it.lease, later)
    with lease(database, later) as it:
        with pytest.raises(LeaseLost):
            fetching.acknowledge(it.work, SEALS, it.id, it.lease, later + timedelta(seconds=600))
        with pytest.raises(LeaseLost):
            fetching.acknowledge(it.work, SEALS, it.id, "another", later)
        fetching.acknowledge(it.work, SEALS, it.id, it.lease, later)
        fetching.acknowledge(it.work, SEALS, it.id, it.lease, later)
        with pytest.raises(LeaseLost):
            fetching.prolong(it.work, SEALS, it.id, it.lease, later)


def test_the_same_result_has_one_effect(database):
    follow(database, assigned())
    tell(database, take_up(database))
    first = take(database, result(outcome="approved", results={"seal": "1"}))
    assert take(database, result(outcome="approved", results={"seal": "1"})) == first
    with pytest.raises(Exception, match="the task was completed"):
        take(database, result(outcome="rejected", opinion="x", legal_basis="y"))


def test_a_result_without_a_version_counts_only_when_everything_was_told(database):
    follow(database, assigned())
    with pytest.raises(Overtaken):
        take(database, result(outcome="approved"))
    tell(database, take_up(database))
    follow(database, supplemented())
    with pytest.raises(Overtaken, match="supplemented"):
        take(database, result(outcome="approved"))
    assert take_up(database), "it may have arrived now, although nobody said so"
    assert take(database, result(outcome="approved")).state == "completed"


def test_a_result_about_an_older_version_does_not_count(database):
    follow(database, assigned())
    tell(database, take_up(database))
    act(database, "acceptance")
    with pytest.raises(Overtaken, match="version 2 and not 1"):
        take(database, result(outcome="approved", version=1))


def test_a_signature_is_new_once_until_it_has_expired(database):
    def first(at=REAL, department="seal-office"):
        with database.transaction() as tx:
            until = at + timedelta(seconds=600)
            return records.first_time(tx, department, "ab" * 32, now=at, until=until)

    assert first()
    assert not first()
    assert first(department="tax")
    assert first(REAL + timedelta(seconds=601))


def test_problems_are_counted_and_the_oldest_go(database, monkeypatch):
    monkeypatch.setattr(records, "KEPT", 3)
    for number in (1, 2, 3, 4, 4, 4):
        with database.transaction() as tx:
            fault = Fault("status\0", f"is {number}\ud800")
            at = REAL + timedelta(seconds=number)
            records.note_problems(tx, "seal-office", "a-1", [fault], at)
    with database.reading() as tx:
        found = records.problems_of(tx, "seal-office")
        assert records.problems_of(tx, "tax") == []
    assert [(it.problem[:4], it.times) for it in found] == [("is 4", 3), ("is 3", 1), ("is 2", 1)]


def test_how_far_a_file_was_taken_is_kept_and_two_that_take_it_take_turns(database):
    def take_rows(number):
        with database.transaction() as tx:
            file = records.file_of(tx, "seal-office", "d" * 64, f"{number}.csv", REAL)
            faults = [*file.faults, (file.rows_done, "结果", "is missing")]
            done = file.rows_done + 1
            records.keep_file(tx, "seal-office", "d" * 64, rows_done=done, faults=faults)
        return file.rows_done

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take_rows, range(8))) == list(range(8))
    with database.transaction() as tx:
        file = records.file_of(tx, "seal-office", "d" * 64, "again.csv", REAL)
    assert [row for row, _, _ in file.faults] == list(range(8))
    assert (file.rows_done, file.done_at) == (8, None)


def test_a_poll_is_due_again_when_there_is_news_and_remembers_what_it_saw(database):
    def due(at):
        with database.transaction() as tx:
            following = at + timedelta(seconds=60)
            return records.polls_due(tx, "seal-office", at, following=following, limit=10)

    with database.transaction() as tx:
        records.ask_for(tx, "seal-office", ["a-1"], REAL)
    assert due(REAL) == [("a-1", "")]
    assert due(REAL + timedelta(seconds=59)) == []
    with database.transaction() as tx:
        records.saw(tx, "seal-office", "a-1", "d1", at_rest=True)
        assert records.next_poll(tx, "seal-office") is None
        records.ask_for(tx, "seal-office", ["a-1"], REAL)
    assert due(REAL) == [("a-1", "d1")]
