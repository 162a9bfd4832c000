"""Inbox, outbox and parked messages: one suite over SQLite and PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.database import Database, DatabaseAway, Moment, storable
from shared.delivery import inbox, outbox, parking, tables
from shared.delivery.consumer import Delivery
from shared.delivery.envelope import Envelope, Sender, as_wire
from shared.delivery.wire import Wire, new_id
from shared.delivery.work import Work
from shared.errors import NotFound

NOW = datetime(2026, 9, 18, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    database = Database.open("routing", url=url, data=tmp_path)
    with database.transaction() as tx:
        if url:
            tx.execute(sa.text("create schema routing"))
        tables.metadata.create_all(tx)
    yield database
    database.close()


def wire(number: int = 1, **changes) -> Wire:
    given = {
        "message_id": f"m-{number}",
        "type": "case.accepted",
        "version": 1,
        "exchange": "cases",
        "key": "case.accepted",
        "case": "330100-2609-0000001-12",
        "timestamp": 1,
        "traceparent": "",
        "body": b"{}",
    }
    return Wire(**{**given, **changes})


def envelope(message_id: str, sender: Sender) -> Envelope:
    return Envelope(
        message_id=message_id,
        type="case.accepted",
        version=1,
        sender=sender,
        sent_at=NOW,
        traceparent="",
        message=None,
    )


INTAKE, PLANNING = Sender(role="intake"), Sender(role="unit", unit="planning")


def test_a_message_is_fresh_once_whether_in_one_batch_or_in_two(database):
    batch = [envelope("a", INTAKE), envelope("b", INTAKE), envelope("a", INTAKE)]
    with database.transaction() as tx:
        assert inbox.fresh(tx, batch) == batch[:2]
    with database.transaction() as tx:
        assert inbox.fresh(tx, [envelope("c", INTAKE), *batch]) == [envelope("c", INTAKE)]


def test_a_sender_cannot_spoil_the_ids_of_another(database):
    with database.transaction() as tx:
        inbox.fresh(tx, [envelope("a", PLANNING)])
        assert inbox.fresh(tx, [envelope("a", INTAKE)])


def test_what_is_rolled_back_was_not_read(database):
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        inbox.fresh(tx, [envelope("a", INTAKE)])
        raise ZeroDivisionError
    with database.transaction() as tx:
        assert inbox.fresh(tx, [envelope("a", INTAKE)])


def test_a_batch_larger_than_any_statement_is_remembered(database):
    keys = [f"intake:{number}" for number in range(40_000)]
    with database.transaction() as tx:
        assert inbox.remember(tx, keys) == set(keys)


def test_old_keys_are_dropped_some_at_a_time_and_young_ones_kept(database):
    keys = [f"intake:{number}" for number in range(inbox.AT_ONCE + 10)]
    with database.transaction() as tx:
        inbox.remember(tx, keys)
        tx.execute(sa.update(tables.inbox).values(read_at=1.0))
        inbox.remember(tx, ["young"])
        assert inbox.forget(tx) == inbox.AT_ONCE
        assert inbox.forget(tx) == 10
        assert inbox.forget(tx) == 0
        assert inbox.remember(tx, ["young"]) == set()


def test_rows_come_in_the_order_of_their_transactions_and_go_when_forgotten(database):
    kept = []
    for number in range(5):
        with database.transaction() as tx:
            kept.append(outbox.keep(tx, [wire(number), wire(number + 100)]))
    with database.transaction() as tx:
        assert outbox.keep(tx, []) == ""
        assert [it.id for it in outbox.rows(tx, kept[::-1])] == kept
        assert outbox.rows(tx, kept)[0].wires == (wire(0), wire(100))
        outbox.forget(tx, [*kept[:3], *(f"gone-{number}" for number in range(40_000))])
        assert [it.id for it in outbox.rows(tx, kept)] == kept[3:]


def test_a_row_claimed_by_one_relay_is_not_claimed_by_another_within_its_lease(database):
    with database.transaction() as tx:
        kept = [outbox.keep(tx, [wire(number)]) for number in range(6)]
        tx.execute(sa.update(tables.outbox).values(written_at=1.0))
        young = outbox.keep(tx, [wire(9)])
    with database.transaction() as tx:
        first = outbox.claim(tx, older_than=2.0, limit=4)
    with database.transaction() as tx:
        second = outbox.claim(tx, older_than=2.0, limit=4)
    with database.transaction() as tx:
        assert outbox.claim(tx, older_than=2.0, limit=4) == []
    assert [it.id for it in (*first, *second)] == kept
    with database.transaction() as tx:
        after = outbox.claim(tx, older_than=0.0, limit=100, after=kept[2])
    assert [it.id for it in after] == [*kept[3:], young]


def test_two_relays_at_the_same_time_share_what_is_left_behind(database):
    with database.transaction() as tx:
        kept = [outbox.keep(tx, [wire(number)]) for number in range(40)]
        tx.execute(sa.update(tables.outbox).values(written_at=1.0))
    claimed: list[str] = []
    together = threading.Barrier(4)

    def relay() -> None:
        together.wait()
        for _ in range(10):
            with database.transaction() as tx:
                claimed.extend(it.id for it in outbox.claim(tx, older_than=2.0, limit=3))

    relays = [threading.Thread(target=relay) for _ in range(4)]
    for each in relays:
        each.start()
    for each in relays:
        each.join()
    assert sorted(claimed) == kept


def test_a_message_is_parked_once_until_it_is_settled(database):
    with database.transaction() as tx:
        work = Work(tx, NOW, "routing")
        for _ in range(2):
            work.park(wire(), sender="intake", direction=parking.INCOMING, reason="no")
        assert [it.type for it in work.wires] == ["message.parked"]
        (parked,) = parking.listed(tx)
        assert (parked.wire, parked.parked_at, parked.state) == (wire(), NOW, "parked")
        parking.ask_redrive(tx, parked.id, by="li", now=NOW)
        assert parking.asked_for(tx, 10) == [parking.show(tx, parked.id)]
        parking.redriven(tx, [parked.id])
        assert parking.listed(tx) == []
        work.park(wire(), sender="intake", direction=parking.INCOMING, reason="again no")
        assert len(parking.listed(tx)) == 1
        assert [it.state for it in parking.listed(tx, every=True)] == ["redriven", "parked"]


def test_a_notice_that_is_parked_makes_no_further_notice(database):
    with database.transaction() as tx:
        work = Work(tx, NOW, "supervision")
        notice = wire(type="message.parked")
        work.park(notice, sender="routing", direction=parking.INCOMING, reason="no")
        assert work.wires == []
        assert len(parking.listed(tx)) == 1


def test_what_was_decided_about_a_parked_message_is_not_decided_again(database):
    with database.transaction() as tx:
        Work(tx, NOW, "routing").park(wire(), sender="", direction=parking.OUTGOING, reason="no")
        parked_id = parking.listed(tx)[0].id
        parking.discard(tx, parked_id, by="li", now=NOW, note="came by post")
        for again in (
            lambda: parking.ask_redrive(tx, parked_id, by="wang", now=NOW),
            lambda: parking.discard(tx, parked_id, by="wang", now=NOW, note=""),
            lambda: parking.show(tx, new_id()),
        ):
            with pytest.raises(NotFound):
                again()
        shown = parking.show(tx, parked_id)
        assert (shown.settled_by, shown.note, shown.settled_at) == ("li", "came by post", NOW)


anything = st.text(st.characters(exclude_categories=()), max_size=300)
headers = st.dictionaries(
    st.sampled_from(["schema-version", "traceparent", "onewindow-sender", "onewindow-attempt"]),
    st.one_of(anything, st.integers(-(2**63), 2**63), st.none(), st.lists(st.integers())),
)
properties = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("message_id", "type", "correlation_id", "user_id"), anything),
        "timestamp": st.integers(0, 2**64 - 1),
        "application_headers": headers,
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(properties=properties, body=st.binary(max_size=200), key=anything, reason=anything)
def test_whatever_a_sender_writes_can_be_parked_told_and_shown(
    database, properties, body, key, reason
):
    delivery = Delivery(
        queue="routing.0",
        tag=1,
        exchange="cases",
        key=key,
        redelivered=False,
        properties=properties,
        body=body,
    )
    made = as_wire(delivery, "routing")
    with database.transaction() as tx:
        tx.execute(sa.delete(tables.parked))
        work = Work(tx, NOW, "routing")
        work.park(made, sender="department.tax", direction=parking.INCOMING, reason=reason)
        outbox.keep(tx, [*work.wires, made])
        inbox.remember(tx, [inbox.key_of("department.tax", made.message_id)])
        (parked,) = parking.listed(tx)
    assert parked.wire == made
    assert parked.wire.body == body


def test_an_aware_moment_comes_back_as_the_same_instant(database):
    table = sa.Table("moments", sa.MetaData(), sa.Column("at", Moment()))
    shanghai = datetime(2026, 9, 18, 9, 30, 0, 7, tzinfo=UTC).astimezone()
    with database.transaction() as tx:
        table.create(tx)
        tx.execute(sa.insert(table), [{"at": shanghai}, {"at": None}])
        found = list(tx.execute(sa.select(table.c.at)).scalars())
    assert found == [shanghai, None]
    assert found[0].utcoffset() == timedelta(0)


def test_text_that_no_database_takes_is_made_storable(database):
    with database.transaction() as tx:
        odd = storable("a\0b\ud800c")
        assert tx.execute(sa.select(sa.literal(odd))).scalar_one() == odd == "a\ufffdb?c"


def test_a_wrong_statement_is_a_mistake_and_no_outage(database):
    mistakes = ["select * from nowhere", "selec", "insert into inbox (id) values (null)"]
    for statement in mistakes:
        with pytest.raises(sa.exc.DBAPIError), database.transaction() as tx:
            tx.exec_driver_sql(statement)
    with pytest.raises((sa.exc.SQLAlchemyError, TypeError)) as raised, database.transaction() as tx:
        tx.execute(sa.text("select :it"), {"it": object()})
    assert not isinstance(raised.value, DatabaseAway)


def test_a_value_beyond_a_limit_of_the_database_is_a_mistake_and_no_outage(postgres_database):
    database = Database.open("routing", url=postgres_database)
    with pytest.raises(sa.exc.OperationalError, match="index row"), database.transaction() as tx:
        tx.exec_driver_sql("create schema routing")
        tx.exec_driver_sql("create table long (it text primary key)")
        long = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(9_000))
        tx.exec_driver_sql("insert into long values (%s)", (long,))
    database.close()


def test_a_database_that_is_not_there_is_away(tmp_path):
    nowhere = Database.open("routing", url="postgresql://x:x@127.0.0.1:1/x")
    with pytest.raises(DatabaseAway), nowhere.transaction():
        pass
    unusable = Database.open("routing", data=tmp_path)
    (tmp_path / "routing.db").mkdir()
    with pytest.raises(DatabaseAway), unusable.reading():
        pass


def test_a_transaction_inside_another_is_told_instead_of_waited_for(tmp_path):
    database = Database.open("routing", data=tmp_path)
    with (
        pytest.raises(AssertionError, match="inside another"),
        database.transaction(),
        database.transaction(),
    ):
        pass
    with database.transaction(), database.reading():
        pass
    database.close()


def test_a_file_that_somebody_else_writes_to_is_waited_for(tmp_path):
    one, two = (Database.open("routing", data=tmp_path) for _ in range(2))
    done = threading.Event()

    def write() -> None:
        with two.transaction() as tx:
            tx.exec_driver_sql("create table there (it)")
        done.set()

    with one.transaction() as tx:
        tx.exec_driver_sql("create table here (it)")
        writer = threading.Thread(target=write)
        writer.start()
        assert not done.wait(0.3)
    writer.join()
    assert done.is_set()
    one.close()
    two.close()
