"""Checkpoints of the traces, and a trace that leaves the house, on both databases."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.supervision import record, tables
from services.supervision.signing import Signer
from services.supervision.verifier import verify_trace
from shared.database import Database
from shared.errors import NotFound
from tests.contract.watching import database, observe, opening, rows, working
from tests.unit.supervision.steps import CASE, at, completed, decided, step

__all__ = ["database"]
OTHER = "330100-2609-0000013-31"
EVENING = at("09-18 23:30")


@pytest.fixture
def signer(tmp_path: Path) -> Iterator[Signer]:
    folder = tmp_path / "keys"
    folder.mkdir()
    yield Signer.of(folder)


def sign(database: Database, signer: Signer, now: datetime) -> record.Checkpoint | None:
    with working(database, now)() as work:
        return record.sign(work, signer)


def export(database: Database, code: str = CASE) -> dict[str, object]:
    with database.reading() as tx:
        return record.exported(tx, code, EVENING)


def publish(database: Database, folder: Path) -> list[dict[str, object]]:
    with database.reading() as tx:
        record.publish(tx, folder)
    lines = (folder / record.PUBLISHED).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_an_exported_trace_is_verified_with_what_was_signed_and_published(
    database: Database, signer: Signer, tmp_path: Path
):
    observe(database, opening(), opening(case=OTHER))
    sign(database, signer, EVENING)
    observe(database, step(2, "09-21 10:00", completed("a.1")))
    sign(database, signer, EVENING + timedelta(days=3))
    observe(database, step(3, "09-22 10:00", decided()))
    published = publish(database, tmp_path)
    told = export(database)
    assert [it["count"] for it in told["anchors"]] == [1, 2]  # type: ignore[attr-defined]
    assert len(told["entries"]) == 3  # type: ignore[arg-type]
    assert verify_trace.verify(told, signer.key, published) == []
    assert verify_trace.verify(export(database, OTHER), signer.key, published) == []


def test_a_checkpoint_signs_only_what_has_changed(database: Database, signer: Signer):
    observe(database, opening(), opening(case=OTHER))
    first = sign(database, signer, EVENING)
    observe(database, step(2, "09-21 10:00", completed("a.1")))
    second = sign(database, signer, EVENING + timedelta(days=3))
    third = sign(database, signer, EVENING + timedelta(days=4))
    assert first and second and third
    assert [it.leaves for it in (first, second, third)] == [2, 1, 0]
    assert [second.previous, third.previous] == [first.digest, second.digest]


def test_a_checkpoint_is_due_once_a_day_of_the_office(database: Database, signer: Signer):
    with database.reading() as tx:
        assert record.is_due(tx, EVENING)
    sign(database, signer, EVENING)
    with database.reading() as tx:
        assert not record.is_due(tx, EVENING + timedelta(minutes=29))
        assert record.is_due(tx, EVENING + timedelta(minutes=30))


def test_of_two_processes_that_sign_at_once_one_does(
    database: Database, signer: Signer, monkeypatch: pytest.MonkeyPatch
):
    observe(database, opening())
    sign(database, signer, EVENING)
    monkeypatch.setattr(record, "last_checkpoint", lambda _tx: None)  # as the other one saw it
    assert sign(database, signer, EVENING) is None
    assert len(rows(database, tables.checkpoints)) == 1


def test_what_is_published_is_appended_once(database: Database, signer: Signer, tmp_path: Path):
    sign(database, signer, EVENING)
    publish(database, tmp_path)
    sign(database, signer, EVENING + timedelta(days=1))
    assert [it["number"] for it in publish(database, tmp_path)] == [1, 2]
    assert [it["number"] for it in publish(database, tmp_path)] == [1, 2]


def test_whoever_rewrites_a_trace_in_the_database_is_found_elsewhere(
    database: Database, signer: Signer, tmp_path: Path
):
    observe(database, opening(), step(2, "09-21 10:00", completed("a.1")))
    sign(database, signer, EVENING)
    published = publish(database, tmp_path)
    with database.transaction() as tx:
        tx.execute(sa.delete(tables.trace).where(tables.trace.c.position == 2))
        kept = tx.execute(sa.select(tables.trace.c.hash)).scalar_one()
        tx.execute(sa.update(tables.cases).values(entries=1, head=kept))
        tx.execute(sa.delete(tables.anchors))
    assert verify_trace.verify(export(database), signer.key, published) == [
        "published checkpoint 1: knew 2 entries, the trace has 1"
    ]


def test_the_verifier_runs_alone_on_an_exported_file(
    database: Database, signer: Signer, tmp_path: Path
):
    observe(database, opening())
    sign(database, signer, EVENING)
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(export(database), ensure_ascii=False), encoding="utf-8")
    publish(database, tmp_path)
    verifier = [sys.executable, "-I", verify_trace.__file__, str(file), "--key", signer.key]
    asked = [*verifier, "--checkpoints", str(tmp_path / record.PUBLISHED)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd="/")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"as written: case {CASE}, 1 entries" in done.stdout
    assert "signed through entry 1, by 1 checkpoints" in done.stdout


def test_a_case_that_nobody_knows_is_not_exported(database: Database):
    with pytest.raises(NotFound, match="supervision knows no case"):
        export(database)
