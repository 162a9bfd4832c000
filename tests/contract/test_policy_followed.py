"""A policy that changes while supervision runs: what fires afterwards goes by it and names it."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from services.supervision import handlers, policystore, tables
from services.supervision.rulebook import Rulebook
from shared.database import Database
from shared.delivery.work import Work
from shared.errors import NotFound
from tests.contract.watching import database, observe, opening, rows, working
from tests.unit.supervision.steps import LADDERS, at

__all__ = ["database"]
TOLD = {**LADDERS["ladders"]["usual"], "red": {"when": "2 working days after due", "to": "centre"}}
NAMING = {**LADDERS, "ladders": {**LADDERS["ladders"], "usual": TOLD}}
SCORING = 'version: "2026-1"\nscore: {on_time_rate: {weight: 60, full: 100%, none: 50%}}'
PEOPLE = "people: {li-na: {name: 李娜, posts: [centre], addresses: {web: 'https://city.example'}}}"


def book_of(database: Database, folder: Path) -> Rulebook:
    settings = SimpleNamespace(
        data=folder,
        catalogue=folder,
        region="330100",
        webhook="",
        public_url="",
        time=SimpleNamespace(speed=1.0),
    )
    book = Rulebook()
    book.backbone = SimpleNamespace(
        settings=settings,
        database=database,
        workplace=SimpleNamespace(work=working(database, at("09-18 10:00"))),
    )
    book.start()
    refresh(book)
    return book


def refresh(book: Rulebook) -> None:
    """Look as often as it takes until what was written is followed."""
    book.refresh()
    book.refresh()


def fired(database: Database, book: Rulebook, day: str) -> dict[str, tuple[str, list[str]]]:
    """The alerts that there are by then: by which policy, and whom they name."""
    with database.transaction() as tx:
        work = Work(tx, at(day), "supervision")
        handlers.fire_due(work, rules=book.rules, channels=())
    said = [json.loads(row.body) for row in rows(database, tables.alerts)]
    return {
        it["rung"]: (it["policy"], [one["name"] for one in it["addressees"]])
        for it in said
        if "/promised/" in it["clock"] or it["clock"].endswith("/promised")
    }


def test_what_fires_goes_by_the_policy_of_that_moment_and_its_text_is_kept(
    database: Database, tmp_path: Path
):
    (tmp_path / "policies.yaml").write_text(yaml.safe_dump(LADDERS), encoding="utf-8")
    book = book_of(database, tmp_path)
    first = book.rules.policy.version
    observe(database, opening())
    assert fired(database, book, "10-12 10:00")["yellow"] == (first, [])
    (tmp_path / "policies.yaml").write_text(yaml.safe_dump(NAMING), encoding="utf-8")
    (tmp_path / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "sheets.yaml").write_text(SCORING, encoding="utf-8")
    refresh(book)
    assert book.sheet_rules.version == "2026-1"
    second = book.rules.policy.version
    (tmp_path / "policies.yaml").write_text("ladders: {", encoding="utf-8")
    book = book_of(database, tmp_path)  # as after a kill
    alerts = fired(database, book, "10-15 10:00")
    assert first != second
    assert alerts["yellow"] == (first, [])
    assert alerts["red"] == (second, ["李娜"])
    assert book.remarks[0].startswith(f"policies.yaml is wrong: version {second} is followed")
    with database.reading() as tx:
        kept = {it.version: yaml.safe_load(it.body) for it in policystore.versions(tx)}
        assert kept == {first: LADDERS, second: NAMING}
        assert policystore.version(tx, second).first_at == at("09-18 10:00")
        with pytest.raises(NotFound, match="no policy 'moon' was ever followed"):
            policystore.version(tx, "moon")
