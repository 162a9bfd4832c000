"""What a named person orders through the window, and what the applicant sees of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from deploy.cli import app
from services.intake import store
from services.intake.tracking import Track, follow
from shared.database import Database
from shared.delivery.tables import outbox
from shared.delivery.wire import Wire
from shared.errors import OneWindowError
from shared.messages import CaseProgressed, CorrectCase, ExtendCase, MergeCase, TransferTask
from shared.messages.codec import decode
from shared.messages.ordered import Extended, Merged
from shared.migrating import migrate
from tests.unit.intake.samples import NOW

CODE, FIRST = "330100-2609-0000012-34", "330100-2609-0000001-42"
WHO = ("--by", "陈志远", "--reason", "职能调整")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    database = Database.open("intake", data=tmp_path)
    migrate(database)
    rest = {"item": "x", "item_version": 1, "received_at": NOW, "secret": "s", "salt": "s"}
    with database.transaction() as tx:
        for code in (CODE, FIRST):
            row = {"code": code, "key": code, "fingerprint": "f", "application": {}, **rest}
            tx.execute(sa.insert(store.cases), row)
    database.close()
    yield tmp_path


def run(data: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["case", *words, "--data", str(data)])
    return done.exit_code, done.output


def sent(data: Path) -> list[object]:
    database = Database.open("intake", data=data)
    with database.reading() as tx:
        rows = tx.execute(sa.select(outbox.c.messages).order_by(outbox.c.id)).scalars().all()
    database.close()
    wires = [Wire.from_plain(plain) for row in rows for plain in row]
    return [decode(wire.type, wire.version, wire.body) for wire in wires]


def test_every_order_goes_to_routing_as_a_message_with_who_and_why(data: Path) -> None:
    for words in (
        ("extend", CODE, "--as", "机关负责人", "--legal-basis", "第四十二条", *WHO),
        ("transfer", CODE, "siting", "fire", *WHO),
        ("correct", CODE, "--set", "area=120", "--set", 'name="湖畔"', *WHO),
        ("merge", CODE, "--into", FIRST, *WHO),
    ):
        assert run(data, *words)[0] == 0
    extend, transfer, correct, merge = sent(data)
    assert isinstance(extend, ExtendCase)
    assert (extend.capacity, extend.legal_basis) == ("机关负责人", "第四十二条")
    assert isinstance(transfer, TransferTask)
    assert (transfer.task, transfer.department, transfer.by) == ("siting", "fire", "陈志远")
    assert isinstance(correct, CorrectCase)
    assert correct.form == {"area": 120, "name": "湖畔"}
    assert isinstance(merge, MergeCase)
    assert (merge.case, merge.into, merge.reason) == (CODE, FIRST, "职能调整")


def test_an_order_can_be_read_by_a_program(data: Path) -> None:
    said = json.loads(run(data, "transfer", CODE, "siting", "fire", "--json", *WHO)[1])
    assert said["case"] == CODE
    assert said["ordered"]["department"] == "fire"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("transfer", "330100-2609-0000099-99", "siting", "fire", *WHO), "there is no case"),
        (("merge", CODE, "--into", "330100-2609-0000099-99", *WHO), "there is no case"),
        (("correct", CODE, "--set", "area", *WHO), "is not FIELD=JSON"),
        (("transfer", CODE, "siting", "fire", "--by", " ", "--reason", "x"), "by: must be given"),
    ],
)
def test_an_order_that_cannot_be_sent_is_refused(
    data: Path, words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(OneWindowError, match=said):
        app(["case", *words, "--data", str(data)], standalone_mode=False)
    assert sent(data) == []


def test_the_applicant_is_told_why_it_takes_longer_and_what_it_was_merged_into() -> None:
    more = Extended(
        amount=10,
        unit="working_days",
        by="陈志远",
        capacity="机关负责人",
        reason="跨区协调",
        legal_basis="第四十二条",
    )
    step = CaseProgressed(
        case=CODE,
        number=1,
        at=NOW,
        item="x",
        item_version=1,
        region="330100",
        state="withdrawn",
        changes=(more, Merged(into=FIRST, by="陈志远", reason="重复申请")),
    )
    track, _ = follow(Track(case=CODE), {1: step})
    assert track.outcome == "merged"
    extended, merged = track.notices
    assert (extended["kind"], extended["amount"], extended["reason"]) == (
        "case.extended",
        10,
        "跨区协调",
    )
    assert (merged["kind"], merged["into"]) == ("case.merged", FIRST)
