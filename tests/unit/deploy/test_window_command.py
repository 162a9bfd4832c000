"""What a clerk does about applications before acceptance: the words of `onewindow window`."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from deploy.cli import app
from services.intake import handlers, store
from services.intake.codes import Codes
from shared.businesstime import SETTING, setting_of
from shared.casecode import CodeParts, RegionalCode
from shared.database import Database
from shared.delivery.tables import outbox
from shared.delivery.work import Work
from shared.errors import OneWindowError
from shared.messages import Limit
from shared.migrating import migrate
from tests.unit.intake.samples import ITEM, NOW, OFFICE, STORED, application

LOOKED_AT = replace(ITEM, review=Limit(amount=5, source="第三十二条"))
STAMP = ("--wrong", "land-certificate=未加盖公章", "--remedy", "land-certificate=盖章后重新上传")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    database = Database.open("intake", data=tmp_path)
    migrate(database)
    with database.transaction() as tx:
        store.keep_items(tx, [LOOKED_AT])
        for (digest, media_type), size in STORED.items():
            store.keep_material(tx, digest=digest, media_type=media_type, size=size, now=NOW)
    monkeypatch.setenv(SETTING, setting_of(NOW, speed=1e-6, anchor=0.0))
    yield tmp_path
    database.close()


@pytest.fixture
def code(data: Path) -> str:
    database = Database.open("intake", data=data)
    codes = Codes(database, RegionalCode(), CodeParts(region="", month="", serial=0))
    with codes.held("330100", NOW) as held, database.transaction() as tx:
        work = Work(tx, NOW, "intake")
        receipt = handlers.hand_in(
            work, application(), (), key="key-number-one", held=held, office=OFFICE
        )
    database.close()
    return receipt.case


def run(data: Path, *words: str) -> str:
    done = CliRunner().invoke(app, ["window", *words, "--data", str(data)])
    assert done.exit_code == 0, done.output
    return done.output


def said(data: Path) -> list[dict[str, object]]:
    """The messages that the commands left for intake to send."""
    database = Database.open("intake", data=data)
    with database.reading() as tx:
        rows = tx.execute(sa.select(outbox.c.messages).order_by(outbox.c.id)).scalars().all()
    database.close()
    return [wire for row in rows for wire in row]


def test_a_clerk_sees_what_waits_and_what_was_handed_in(data: Path, code: str) -> None:
    (listed,) = json.loads(run(data, "list", "--json"))
    assert (listed["case"], listed["state"]) == (code, "received")
    assert listed["notice_due_at"] == "2026-09-24T17:00:00+08:00"
    assert "2026-09-24T17:00" in run(data, "list")
    shown = run(data, "show", code)
    assert "material        land-certificate land-certificate.pdf" in shown
    assert 'form            project_name = "仓库"' in shown


def test_a_clerk_sends_one_notice_and_accepts_or_refuses(data: Path, code: str) -> None:
    run(data, "notify", code, *STAMP, "--by", "陈志远")
    shown = json.loads(run(data, "show", code, "--json"))
    assert shown["state"] == "awaiting_correction"
    assert shown["missing"] == [
        {"subject": "land-certificate", "problem": "未加盖公章", "remedy": "盖章后重新上传"}
    ]
    assert "applicant's turn" in run(data, "list")
    refusal = ("refuse", code, "--reason", "不属本机关职权", "--by", "陈志远", "--json")
    assert json.loads(run(data, *refusal))["said"]["reasons"] == ["不属本机关职权"]
    assert [it["type"] for it in said(data)] == ["correction.notified", "review.ended"]
    assert run(data, "list") == "No application waits for a clerk.\n"


def test_what_is_accepted_goes_to_routing(data: Path, code: str) -> None:
    run(data, "accept", code, "--by", "陈志远")
    assert [it["type"] for it in said(data)] == ["review.ended", "case.accepted"]


def test_a_token_is_shown_once_listed_by_its_id_and_revoked(data: Path) -> None:
    token = run(data, "token", "陈志远").splitlines()[0]
    (listed,) = json.loads(run(data, "tokens", "--json"))
    assert (listed["name"], listed["state"]) == ("陈志远", "valid")
    assert token not in run(data, "tokens")
    run(data, "revoke", listed["id"])
    assert json.loads(run(data, "tokens", "--json"))[0]["state"] == "revoked"
    with pytest.raises(OneWindowError, match="there is no valid token"):
        app(["window", "revoke", listed["id"], "--data", str(data)], standalone_mode=False)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ("notify", "CODE", *STAMP[:2], "--remedy", "x=y", "--by", "陈"),
            "is not named by --wrong",
        ),
        (("notify", "CODE", "--wrong", "缺章", "--by", "陈"), "is not SUBJECT=TEXT"),
        (("notify", "CODE", "--wrong", "land=缺章", "--by", "陈"), "is no field or material"),
        (("accept", "CODE", "--by", " "), "by: is missing"),
        (("accept", "330100-2609-0000099-99", "--by", "陈"), "there is no case"),
        (("show", "330100-2609-0000099-99"), "no clerk looks at a case"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    data: Path, code: str, words: tuple[str, ...], problem: str
) -> None:
    given = [code if word == "CODE" else word for word in words]
    with pytest.raises(OneWindowError, match=problem):
        app(["window", *given, "--data", str(data)], standalone_mode=False)
    assert said(data) == []
