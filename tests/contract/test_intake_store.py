"""Intake on SQLite and on PostgreSQL: one suite, so that neither can do what the other cannot."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.intake import handlers, store
from services.intake.codes import Codes, CodesUsedUp
from services.intake.domain import CaseClosed, KeyReused, NotTheApplicant
from services.intake.receipt import digest_of
from services.intake.tables import metadata
from services.intake.tracking import Track
from shared.casecode import CodeParts, RegionalCode
from shared.database import Database
from shared.delivery import tables
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.work import Work
from shared.errors import NotFound
from shared.messages import CaseProgressed
from shared.messages.progress import Accepted, Assigned, Completed, Decided, Skipped
from shared.migrating import migrate
from tests.unit.intake.samples import ITEM, NOW, OFFICE, STORED, application, text


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    opened = Database.open("intake", url=url, data=tmp_path)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def stocked(database):
    """With an item that can be applied for, and the files that an application names."""
    with database.transaction() as tx:
        store.keep_items(tx, [ITEM])
        for (digest, media_type), size in STORED.items():
            store.keep_material(tx, digest=digest, media_type=media_type, size=size, now=NOW)
    return database


def codes_of(database, **options):
    return Codes(database, RegionalCode(), CodeParts(region="", month="", serial=0), **options)


def hand_in(database, codes, key, handed=None, meet=None):
    with codes.held("330100", NOW) as held, database.transaction() as tx:
        if meet:
            meet.wait(10)
        work = Work(tx, NOW, "intake")
        receipt = handlers.hand_in(
            work, handed or application(), (), key=key, held=held, office=OFFICE
        )
    return receipt, work.wires


def follow(database, *messages):
    envelopes = [
        Envelope(
            message_id=str(uuid.uuid4()),
            type="",
            version=1,
            sender=Sender(role="routing"),
            sent_at=NOW,
            traceparent="",
            message=message,
        )
        for message in messages
    ]
    with database.transaction() as tx:
        handlers.follow(Work(tx, NOW, "intake"), envelopes)


def step(number, *changes, case="330100-2609-0000001-09", state="handling"):
    return CaseProgressed(
        case=case,
        number=number,
        at=NOW + timedelta(hours=number),
        item=ITEM.item,
        item_version=1,
        region="330100",
        state=state,
        changes=changes,
    )


def on_planning(cls, **facts):
    return cls(task="planning", assignment="a", department="planning", **facts)


ASSIGNED = on_planning(Assigned, title=text("规划"), acceptance=None, handling=None)
ACCEPTED = on_planning(Accepted, officer="王", stated_at=NOW)
COMPLETED = on_planning(
    Completed,
    outcome="approved",
    opinion="",
    legal_basis="",
    conditions=(),
    documents=(),
    officer="王",
    stated_at=NOW,
)
SKIPPED = Skipped(task="decision", reason="不需要")
DECIDED = Decided(outcome="approved", reasons=(), conditions=())
STREAM = (
    step(1, ASSIGNED),
    step(2, ACCEPTED),
    step(3, COMPLETED, SKIPPED),
    step(4, DECIDED, state="decided"),
)


def track_of(database, code="330100-2609-0000001-09"):
    with database.reading() as tx:
        return store.tracks_of(tx, [code])[code]


def test_the_migrations_make_the_tables_that_the_store_declares(database):
    with database.transaction() as tx:
        context = MigrationContext.configure(
            tx, opts={"include_name": lambda name, kind, _: name not in tables.metadata.tables}
        )
        differences = compare_metadata(context, metadata)
    assert [it for it in differences if "alembic_version" not in str(it)] == []


def test_a_case_its_message_and_its_key_are_kept_together(stocked):
    receipt, wires = hand_in(stocked, codes_of(stocked), "key-number-one")
    assert [wire.type for wire in wires] == ["case.accepted"]
    assert wires[0].case == receipt.case
    with stocked.reading() as tx:
        case = store.case_of(tx, receipt.case)
    assert (case.state, case.item, case.item_version) == ("accepted", ITEM.item, 1)
    assert case.received_at == NOW
    assert case.secret == digest_of(receipt.receipt_secret)


def test_a_repeated_key_gets_the_receipt_and_sends_nothing(stocked):
    codes = codes_of(stocked)
    first, _ = hand_in(stocked, codes, "key-number-one")
    again, wires = hand_in(stocked, codes, "key-number-one")
    assert (again, wires) == (first, [])
    other, _ = hand_in(stocked, codes, "key-number-two")
    assert other.case != first.case
    assert other.receipt_secret != first.receipt_secret
    with pytest.raises(KeyReused):
        hand_in(stocked, codes, "key-number-one", application(channel="window"))


def test_a_repeated_key_is_answered_although_the_item_has_changed_since(stocked):
    codes = codes_of(stocked)
    first, _ = hand_in(stocked, codes, "key-number-one")
    follow(stocked, replace(ITEM, version=2, form=()))
    again, _ = hand_in(stocked, codes, "key-number-one")
    assert again == first


def test_one_key_in_many_transactions_at_once_makes_one_case(stocked):
    together = 6
    # SQLite lets one writer in at a time; on PostgreSQL all have begun before any has inserted.
    meet = Barrier(together) if stocked.engine.dialect.name == "postgresql" else None
    codes = codes_of(stocked)
    with ThreadPoolExecutor(together) as pool:
        receipts = list(
            pool.map(
                lambda _: hand_in(stocked, codes, "key-number-one", meet=meet), range(together)
            )
        )
    assert len({receipt.case for receipt, _ in receipts}) == 1
    assert sum(len(wires) for _, wires in receipts) == 1


def test_a_case_is_supplemented_and_withdrawn_by_the_digest_of_its_secret(stocked):
    receipt, _ = hand_in(stocked, codes_of(stocked), "key-number-one")
    secret = digest_of(receipt.receipt_secret)
    with stocked.transaction() as tx:
        work = Work(tx, NOW, "intake")
        with pytest.raises(NotTheApplicant):
            handlers.supplement(
                work, receipt.case, digest_of("guessed"), {"note": "?"}, (), office=OFFICE
            )
        handlers.supplement(work, receipt.case, secret, {"form": {"floors": 2}}, (), office=OFFICE)
        handlers.withdraw(work, receipt.case, secret, "不办了", office=OFFICE)
    assert [wire.type for wire in work.wires] == ["case.supplemented", "case.withdrawn"]
    with stocked.transaction() as tx, pytest.raises(CaseClosed):
        handlers.withdraw(Work(tx, NOW, "intake"), receipt.case, secret, "再来", office=OFFICE)


def test_no_serial_is_reserved_twice_by_any_number_of_processes(database):
    processes = [codes_of(database, block=7) for _ in range(4)]

    def take(codes):
        taken = []
        for _ in range(40):
            with codes.held("330100", NOW) as held:
                taken.append(held.use())
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [code for codes in pool.map(take, processes) for code in codes]
    assert len(taken) == len(set(taken)) == 160


def test_a_code_that_was_not_used_goes_to_the_next(database):
    codes = codes_of(database)
    with codes.held("330100", NOW) as held:
        unused = held.code
    with pytest.raises(ZeroDivisionError), codes.held("330100", NOW):
        raise ZeroDivisionError
    with codes.held("330100", NOW) as held:
        assert held.use() == unused
    with codes.held("330100", NOW) as held:
        assert held.code != unused
    with codes.held("330106", NOW) as held:
        assert held.code.startswith("330106-2609-0000000-")
    with codes.held("330100", NOW + timedelta(days=30)) as held:
        assert held.code.startswith("330100-2610-0000000-")


def test_when_the_serials_of_a_month_are_used_up_it_says_so(database):
    codes = codes_of(database, block=10)
    with database.transaction() as tx:
        store.reserve_serials(tx, "330100-2609", RegionalCode.capacity - 3)
    for _ in range(3):
        with codes.held("330100", NOW) as held:
            held.use()
    with pytest.raises(CodesUsedUp), codes.held("330100", NOW):
        pass


def test_the_case_stream_is_followed_in_its_order(database):
    follow(database, *STREAM[:2])
    track = track_of(database)
    assert (track.number, track.state) == (2, "handling")
    assert track.steps["planning"].state == "accepted"
    assert track.steps["planning"].since == NOW + timedelta(hours=2)
    follow(database, *STREAM[2:])
    track = track_of(database)
    assert (track.number, track.state, track.outcome) == (4, "decided", "approved")
    assert {task: it.state for task, it in track.steps.items()} == {
        "planning": "completed",
        "decision": "skipped",
    }


@pytest.mark.parametrize(
    "order", [(0, 0, 1, 1, 2, 3, 0), (3, 2, 1, 0), (1, 3, 0, 2), (0, 2, 2, 3, 1, 1)]
)
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_repeats_and_gaps_in_the_case_stream_change_nothing(database, order, batch):
    follow(database, *STREAM)
    expected = track_of(database)
    other = [replace(STREAM[index], case="330100-2609-0000002-06") for index in order]
    for begin in range(0, len(other), batch):
        follow(database, *other[begin : begin + batch])
    found = track_of(database, "330100-2609-0000002-06")
    assert replace(found, case=expected.case) == expected
    with database.reading() as tx:
        assert tx.execute(sa.select(store.held)).all() == []


def test_a_message_before_its_turn_is_held(database):
    follow(database, STREAM[3])
    assert track_of(database) == Track(case=STREAM[0].case)
    follow(database, STREAM[1], STREAM[0])
    assert track_of(database).number == 2


def test_a_newer_version_of_an_item_is_what_can_be_applied_for(database):
    newer = replace(ITEM, version=10, lead="planning")
    follow(database, newer, ITEM, replace(ITEM, item="birth"), newer)
    with database.reading() as tx:
        assert store.current_item(tx, ITEM.item) == newer
        assert store.item_of(tx, ITEM.item, 1) == ITEM
        assert [(it.item, it.version) for it in store.current_items(tx)] == [
            ("birth", 1),
            (ITEM.item, 10),
        ]


def test_what_is_not_there_is_not_found(database):
    with database.reading() as tx:
        with pytest.raises(NotFound):
            handlers.track(tx, "330100-2609-0000001-09")
        with pytest.raises(NotFound):
            handlers.current_item(tx, "birth")
