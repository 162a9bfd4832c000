"""Several processes of one service at once on PostgreSQL: what they must not do to each other."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context

import pytest
import sqlalchemy as sa

from services.intake import store
from services.intake.codes import Codes
from shared.casecode import CodeParts, RegionalCode
from shared.database import Database
from shared.delivery import inbox, outbox, tables
from shared.delivery.topology import SERVICES
from shared.delivery.wire import Wire
from shared.messages import CaseWithdrawn
from shared.migrating import migrate

PROCESSES = 4
PATIENCE = 120
"""Seconds; processes are slow to start on a busy machine."""
NOW = datetime(2026, 9, 18, 9, 30, tzinfo=UTC)
CODES = 400
WIRE = Wire.of(CaseWithdrawn(case="330100-2609-0000001-00", at=NOW, reason="moved away"), NOW)
KEYS = [f"intake:m-{number}" for number in range(300)]


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def database(postgres_database: str) -> Iterator[Database]:
    opened = Database.open("intake", url=postgres_database)
    migrate(opened)
    yield opened
    opened.close()


def migrated(url: str, service: str) -> list[str]:
    """Migrate a service's database; the tables that it has then."""
    database = Database.open(service, url=url)
    try:
        migrate(database)
        return sorted(sa.inspect(database.engine).get_table_names())
    finally:
        database.close()


def issued(url: str) -> list[str]:
    """Issue case codes, in blocks of 7, as one process of intake does."""
    database = Database.open("intake", url=url)
    codes = Codes(database, RegionalCode(), CodeParts(region="330100", month="", serial=0), block=7)
    found = []
    for _ in range(CODES):
        with codes.held("330100", NOW) as held:
            found.append(held.use())
    database.close()
    return found


def test_processes_that_start_together_on_an_empty_database_all_find_it_ready(
    processes: ProcessPoolExecutor, postgres_database: str
) -> None:
    started = {
        service: [processes.submit(migrated, postgres_database, service) for _ in range(2)]
        for service in ("routing", "supervision")
    }
    for service, futures in started.items():
        first, second = (future.result(PATIENCE) for future in futures)
        assert {"inbox", "outbox", "parked", "cases"} < set(first), service
        assert second == first


def test_four_processes_never_issue_the_same_code(
    processes: ProcessPoolExecutor, database: Database, postgres_database: str
) -> None:
    futures = [processes.submit(issued, postgres_database) for _ in range(PROCESSES)]
    codes = [code for future in futures for code in future.result(PATIENCE)]
    assert len(set(codes)) == len(codes) == PROCESSES * CODES


def test_a_message_read_by_two_at_once_counts_for_the_one_that_commits(database: Database) -> None:
    """It is delivered again while its first reader, whom the broker has given up, still works."""
    with ThreadPoolExecutor(1) as other:
        for first_commits in (False, True):
            key = f"routing:first commits {first_commits}"
            with database.transaction() as tx:
                assert inbox.remember(tx, [key]) == {key}
                second = other.submit(remembered, database, [key])
                await_a_waiting_statement(database)
                assert not second.done()
                if not first_commits:
                    tx.rollback()
            assert second.result(10) == (set() if first_commits else {key})


def test_batches_with_the_same_messages_in_another_order_do_not_block_each_other(
    database: Database,
) -> None:
    for attempt in range(20):
        keys = [f"{attempt}-{key}" for key in KEYS]
        both = at_once(
            lambda keys=keys: remembered(database, keys),
            lambda keys=keys: remembered(database, keys[::-1]),
        )
        first, second = (future.result(10) for future in both)
        assert first | second == set(keys)
        assert not first & second


def test_reading_shows_one_moment_whatever_is_written_meanwhile(database: Database) -> None:
    def count(tx: sa.Connection) -> int:
        return tx.execute(sa.select(sa.func.count()).select_from(tables.inbox)).scalar_one()

    with database.reading() as reading:
        before = count(reading)
        with database.transaction() as tx:
            inbox.remember(tx, KEYS)
        assert count(reading) == before
    with database.reading() as reading:
        assert count(reading) == before + len(KEYS)


def test_a_process_holds_few_enough_connections_for_several_beside_it(database: Database) -> None:
    """PostgreSQL allows 100 unless told otherwise, 3 of them for administrators: two processes of
    each of the four services, with all their connections in use, leave some to the operator."""
    size = database.engine.pool.size() + database.engine.pool._max_overflow
    assert 2 * len(SERVICES) * size <= 97 - 10


def test_a_process_that_stands_still_within_a_transaction_is_not_waited_for_for_ever(
    database: Database,
) -> None:
    with database.reading() as tx:
        shown = tx.execute(sa.text("show idle_in_transaction_session_timeout")).scalar_one()
    assert shown == "1min"


def remembered(database: Database, keys: list[str]) -> set[str]:
    with database.transaction() as tx:
        return inbox.remember(tx, keys)


def await_a_waiting_statement(database: Database) -> None:
    waits = sa.text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
    pause = threading.Event()
    for _ in range(500):
        with database.reading() as tx:
            if tx.execute(waits).scalar_one():
                return
        pause.wait(0.01)
    raise AssertionError("nobody waits for a lock")


def at_once(*calls: Callable[[], set[str]]) -> list[Future[set[str]]]:
    """Make these calls at the same moment; returns when all have ended."""
    barrier = threading.Barrier(len(calls))

    def call(what: Callable[[], set[str]]) -> set[str]:
        barrier.wait(10)
        return what()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [pool.submit(call, what) for what in calls]


def test_the_serials_of_a_series_are_reserved_once_by_many_at_once(database: Database) -> None:
    def reserve() -> set[str]:
        with database.transaction() as tx:
            return {str(store.reserve_serials(tx, "a new series", 10))}

    ends = [future.result(10) for future in at_once(reserve, reserve, reserve, reserve)]
    assert set.union(*ends) == {"10", "20", "30", "40"}


def test_two_relays_share_what_was_left_behind(database: Database) -> None:
    with database.transaction() as tx:
        rows = {outbox.keep(tx, [WIRE]) for _ in range(10)}
    with database.transaction() as one, database.transaction() as other:
        first = outbox.claim(one, older_than=0.0, limit=6)
        second = outbox.claim(other, older_than=0.0, limit=6)
    assert (len(first), len(second)) == (6, 4)
    assert {row.id for row in (*first, *second)} == rows
    with database.transaction() as tx:
        assert outbox.claim(tx, older_than=60.0, limit=6) == []
