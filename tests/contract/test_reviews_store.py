"""Applications under review, on SQLite and on PostgreSQL: what is kept, sent and accepted once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from services.intake import handlers, orders, reviewing, reviews, store
from services.intake.codes import Codes
from services.intake.domain import CaseClosed
from services.intake.receipt import digest_of
from services.intake.review import NotAccepted, NoticeGiven, ReviewOver
from shared.businesstime import CHINA
from shared.casecode import CodeParts, RegionalCode
from shared.database import Database
from shared.delivery.work import Work
from shared.errors import Invalid, NotFound
from shared.messages import Limit
from shared.messages.codec import decode
from shared.migrating import migrate
from tests.unit.intake.samples import ITEM, NOW, OFFICE, STORED, application, material

LOOKED_AT = replace(ITEM, item="looked-at", review=Limit(amount=5, source="第三十二条"))
SILENT = datetime(2026, 9, 24, 17, 0, 1, tzinfo=CHINA)
"""Just after the fifth working day since NOW, a Friday before a Sunday that is worked."""
CLERK = {"by": "陈志远"}
STAMP = [{"subject": "land-certificate", "problem": "未加盖公章", "remedy": "盖章后重新上传"}]


class Window:
    """Intake's handlers, each in a transaction of its own at a moment."""

    def __init__(self, database):
        self.database = database
        parts = CodeParts(region="", month="", serial=0)
        self.codes = Codes(database, RegionalCode(), parts)

    def act(self, now, do, *said, **named):
        with self.database.transaction() as tx:
            work = Work(tx, now, "intake")
            do(work, *said, **named)
        return [decode(wire.type, wire.version, wire.body) for wire in work.wires]

    def hand_in(self, key="key-number-one", **changes):
        handed = application(item="looked-at", **changes)
        with self.codes.held("330100", NOW) as held, self.database.transaction() as tx:
            work = Work(tx, NOW, "intake")
            receipt = handlers.hand_in(work, handed, (), key=key, held=held, office=OFFICE)
        sent = [decode(wire.type, wire.version, wire.body) for wire in work.wires]
        return receipt, sent

    def correct(self, receipt, now, **body):
        secret = digest_of(receipt.receipt_secret)
        return self.act(now, handlers.supplement, receipt.case, secret, body, (), office=OFFICE)

    def withdraw(self, receipt, now):
        secret = digest_of(receipt.receipt_secret)
        return self.act(now, handlers.withdraw, receipt.case, secret, "不办了", office=OFFICE)

    def time_passes(self, now):
        return self.act(now, reviewing.accept_silence, office=OFFICE)

    def state(self, receipt):
        with self.database.reading() as tx:
            return store.case_of(tx, receipt.case).state


@pytest.fixture(params=["sqlite", "postgresql"])
def window(request, tmp_path):
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    database = Database.open("intake", url=url, data=tmp_path)
    migrate(database)
    with database.transaction() as tx:
        store.keep_items(tx, [ITEM, LOOKED_AT])
        for (digest, media_type), size in STORED.items():
            store.keep_material(tx, digest=digest, media_type=media_type, size=size, now=NOW)
    yield Window(database)
    database.close()


def types(sent):
    return [type(it).__name__ for it in sent]


def test_what_a_clerk_looks_at_is_received_and_nothing_goes_to_routing(window):
    receipt, sent = window.hand_in()
    assert types(sent) == ["CaseReceived"]
    assert (receipt.state, receipt.accepted_at) == ("received", None)
    assert receipt.notice_due_at == SILENT - timedelta(seconds=1)
    assert window.hand_in() == (receipt, [])
    assert window.state(receipt) == "received"
    assert window.time_passes(SILENT - timedelta(seconds=2)) == []


def test_silence_accepts_once_dated_back_with_all_that_was_handed_in(window):
    receipt, _ = window.hand_in()
    ended, accepted = window.time_passes(SILENT)
    assert (ended.review.ending, ended.by) == ("deemed", "")
    assert (accepted.received_at, accepted.accepted_at) == (NOW, NOW)
    assert accepted.form == application()["form"]
    assert [it.name for it in accepted.materials] == ["application-letter", "land-certificate"]
    assert window.time_passes(SILENT + timedelta(days=9)) == []
    assert window.state(receipt) == "accepted"


def test_a_notice_a_correction_and_an_acceptance_from_the_correction_on(window):
    receipt, _ = window.hand_in()
    said = {**CLERK, "missing": STAMP}
    (notice,) = window.act(NOW + timedelta(hours=1), reviewing.notify, receipt.case, said)
    assert notice.missing[0].problem == "未加盖公章"
    assert window.state(receipt) == "awaiting_correction"
    assert window.time_passes(SILENT + timedelta(days=30)) == []
    with pytest.raises(NoticeGiven):
        window.act(NOW + timedelta(hours=2), reviewing.notify, receipt.case, said)
    mended = NOW + timedelta(days=3)
    new = material("land-certificate", "a")
    (corrected,) = window.correct(receipt, mended, materials=[new], form={"floors": 3})
    assert (corrected.fields, corrected.materials) == (("floors",), ("land-certificate",))
    assert window.state(receipt) == "received"
    ended, accepted = window.act(mended + timedelta(hours=1), reviewing.accept, receipt.case, CLERK)
    assert (ended.review.ending, ended.by) == ("accepted", "陈志远")
    assert (accepted.received_at, accepted.accepted_at) == (NOW, mended)
    assert accepted.form["floors"] == 3
    digests = {it.name: it.digest for it in accepted.materials}
    assert digests["land-certificate"] == new["digest"]
    assert len(digests) == len(accepted.materials)
    (later,) = window.correct(receipt, mended + timedelta(hours=2), note="另附")
    assert types([later]) == ["CaseSupplemented"]


def test_a_correction_must_leave_the_application_complete(window):
    receipt, _ = window.hand_in()
    with pytest.raises(Invalid, match=r"impact-report.* is missing"):
        window.correct(receipt, NOW, form={"pollution": "heavy"})
    with pytest.raises(Invalid, match=r"form\.pollution: is missing"):
        window.correct(receipt, NOW, form={"pollution": None})
    (corrected,) = window.correct(receipt, NOW, form={"floors": 2})
    assert corrected.review.corrected_at == ()  # nobody had asked for it


def test_a_promised_paper_that_is_brought_before_acceptance_is_promised_no_more(window):
    promise = {"material": "land-certificate", "due_on": NOW.date() + timedelta(days=3)}
    handed = {"materials": [material("application-letter")], "promises": [promise]}
    receipt, _ = window.hand_in(**handed)
    window.correct(receipt, NOW, materials=[material("land-certificate", "b")])
    _, accepted = window.time_passes(SILENT)
    assert accepted.deferrals == ()
    assert len(accepted.materials) == 2


def test_an_application_that_is_not_accepted_ends_with_its_reasons(window):
    receipt, _ = window.hand_in()
    said = {**CLERK, "reasons": ["不属本机关职权范围"]}
    (ended,) = window.act(NOW + timedelta(hours=1), reviewing.refuse, receipt.case, said)
    assert (ended.review.ending, ended.reasons) == ("refused", ("不属本机关职权范围",))
    assert window.state(receipt) == "refused"
    assert window.time_passes(SILENT) == []
    for again in (window.correct, window.withdraw):
        with pytest.raises(CaseClosed, match="is refused"):
            again(receipt, SILENT, **({"note": "?"} if again == window.correct else {}))


def test_what_is_taken_back_before_acceptance_never_reaches_routing(window):
    receipt, _ = window.hand_in()
    (ended,) = window.withdraw(receipt, NOW + timedelta(hours=1))
    assert ended.review.ending == "withdrawn"
    assert window.state(receipt) == "withdrawn"
    with pytest.raises(CaseClosed, match="was withdrawn"):
        window.withdraw(receipt, NOW + timedelta(hours=2))


def test_whoever_comes_after_the_silence_finds_the_case_accepted(window):
    first, _ = window.hand_in("key-number-one")
    second, _ = window.hand_in("key-number-two")
    for act, said in ((reviewing.refuse, {**CLERK, "reasons": ["不"]}), (reviewing.accept, CLERK)):
        with pytest.raises(ReviewOver, match="counts as accepted"):
            window.act(SILENT, act, first.case, said)
    sent = types(window.correct(first, SILENT, note="补充"))
    assert sent == ["ReviewEnded", "CaseAccepted", "CaseSupplemented"]
    assert types(window.withdraw(second, SILENT)) == [
        "ReviewEnded",
        "CaseAccepted",
        "CaseWithdrawn",
    ]
    assert window.time_passes(SILENT) == []


def test_nothing_is_ordered_about_what_is_not_accepted_and_nothing_reviewed_twice(window):
    receipt, _ = window.hand_in()
    order = {"task": "planning", "department": "fire", "by": "陈", "reason": "x"}
    with pytest.raises(NotAccepted, match="is received"):
        window.act(NOW, orders.transfer, receipt.case, order)
    with pytest.raises(NotFound):
        window.act(NOW, reviewing.accept, "330100-2609-0000099-99", CLERK)
    window.act(NOW, reviewing.accept, receipt.case, CLERK)
    assert types(window.act(NOW, orders.transfer, receipt.case, order)) == ["TransferTask"]


def test_a_timer_that_dies_before_its_commit_leaves_the_application_to_the_next(window):
    window.hand_in()

    def killed(work):
        reviewing.accept_silence(work, office=OFFICE)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        window.act(SILENT, killed)
    assert types(window.time_passes(SILENT)) == ["ReviewEnded", "CaseAccepted"]


def test_several_timers_and_a_clerk_at_once_end_each_review_once(window):
    receipts = [window.hand_in(f"key-number-{number}")[0] for number in range(12)]
    meet = Barrier(4)

    def timer(_):
        meet.wait(10)
        return window.time_passes(SILENT)

    def clerk(_):
        meet.wait(10)
        done = []
        for receipt in receipts:
            try:
                done += window.act(NOW, reviewing.accept, receipt.case, CLERK)
            except ReviewOver:
                continue
        return done

    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(do, 0) for do in (timer, timer, timer, clerk)]
        sent = [it for one in found for it in one.result(30)]
    opened = [it.case for it in sent if type(it).__name__ == "CaseAccepted"]
    assert sorted(opened) == sorted(it.case for it in receipts)


def test_those_to_look_at_come_the_most_pressing_first(window):
    first, _ = window.hand_in("key-number-one")
    second, _ = window.hand_in("key-number-two")
    window.act(NOW, reviewing.notify, first.case, {**CLERK, "missing": STAMP})
    with window.database.reading() as tx:
        assert [it.case for it in reviews.to_look_at(tx, 10)] == [second.case, first.case]
        assert reviews.next_due(tx) == SILENT - timedelta(seconds=1)


def test_a_calendar_that_changes_moves_what_runs_batch_after_batch(window):
    receipts = [window.hand_in(f"key-number-{number}")[0] for number in range(3)]
    for receipt in receipts:
        with window.database.transaction() as tx:
            kept = reviews.of(tx, receipt.case)
            reviews.keep(tx, [replace(kept, due_at=kept.due_at + timedelta(days=1))])
    after, turns = "", 0
    while turns == 0 or after:
        with window.database.transaction() as tx:
            work = Work(tx, NOW, "intake")
            after, turns = reviewing.recount(work, office=OFFICE, after=after, limit=2), turns + 1
    assert turns == 2
    with window.database.reading() as tx:
        assert {it.due_at for it in reviews.to_look_at(tx, 10)} == {SILENT - timedelta(seconds=1)}
