"""One suite for every store of routing: in memory, on SQLite, on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.routing import store as routing_store
from services.routing.case import Application, Case, Past, TaskState
from services.routing.store import DatabaseStore, Moved, Store, Version
from shared.database import Database
from shared.messages import Deferral, Material, Person, Text
from shared.migrating import migrate
from tests.unit.routing.building import NOW
from tests.unit.routing.memory_store import MemoryStore

Opening = Callable[[], AbstractContextManager[Store]]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    """Opens the store once more, each time in a transaction of its own."""
    if request.param == "memory":
        store = MemoryStore()

        @contextmanager
        def remembered() -> Iterator[Store]:
            yield store

        yield remembered
        return
    database = _database(request, tmp_path)
    migrate(database)

    @contextmanager
    def opened() -> Iterator[Store]:
        with database.transaction() as tx:
            yield DatabaseStore(tx)

    yield opened
    database.close()


def _database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        return Database.open("routing", data=tmp_path)
    return Database.open("routing", url=request.getfixturevalue("postgres_database"))


def case(code: str = "330100-2609-0000001-42", **more: Any) -> Case:
    plan = Material(name="plan", digest="sha256:" + "a" * 64, media_type="image/png", size=3)
    given: dict[str, Any] = {
        "code": code,
        "item": "building",
        "version": 2,
        "region": "330100",
        "number": 3,
        "state": "suspended",
        "tasks": {
            "a": TaskState(
                status="completed",
                assignment="a-2",
                department="fire",
                accepted=True,
                heard=("x", "y"),
                past=(Past(assignment="a-1", department="water"),),
                outcome="approved_with_conditions",
                opinion="同意",
                conditions=("甲", "乙"),
                results={"level": 1, "list": [{"q": 2.5}]},
            ),
            "b": TaskState(status="returned", assignment="b-1", missing=("plan",)),
            "c": TaskState(status="skipped"),
        },
        "deferrals": (
            Deferral(
                material="deed",
                title=Text(zh="产权证", en="Deed"),
                due_on=date(2026, 9, 30),
                promised_by="张三",
            ),
        ),
        "decided_at": NOW,
        "application": Application(
            applicant=Person(kind="person", name="李四", number="1"),
            form={"area": 100, "sites": [{"x": 1}], "note": "“引号”"},
            materials=(plan,),
        ),
    }
    return Case(**{**given, **more})


def added(*cases: Case) -> list[Moved]:
    return [Moved(before=None, after=one) for one in cases]


def version(number: int = 1, digest: str = "d") -> Version:
    return Version(
        item="building", version=number, digest=digest, document='{"a":"建"}', published_at=NOW
    )


def test_a_case_comes_back_as_it_was_kept(opening: Opening) -> None:
    with opening() as store:
        store.save(added(case()), NOW)
    with opening() as store:
        assert store.load([case().code]) == {case().code: case()}


def test_only_the_cases_that_are_asked_for_and_there_come_back(opening: Opening) -> None:
    several = [case(f"330100-2609-000000{number}-00") for number in range(5)]
    with opening() as store:
        store.save(added(*several), NOW)
    with opening() as store:
        found = store.load([several[1].code, several[3].code, "330100-2609-9999999-00"])
        assert set(found) == {several[1].code, several[3].code}
        assert store.load([]) == {}


def test_many_cases_are_moved_on_at_once(opening: Opening) -> None:
    several = [case(f"330100-2609-000{number:04}-00") for number in range(300)]
    with opening() as store:
        store.save(added(*several), NOW)
    with opening() as store:
        there = store.load([one.code for one in several])
        after = [replace(one, number=4, state="decided", tasks={}) for one in there.values()]
        moved = [Moved(before=there[one.code], after=one) for one in after]
        store.save(moved, NOW + timedelta(hours=1))
    with opening() as store:
        found = store.load([one.code for one in several])
        assert {one.number for one in found.values()} == {4}
        assert {one.state for one in found.values()} == {"decided"}
        assert found[several[7].code].application == several[7].application


def test_a_supplement_changes_the_application(opening: Opening) -> None:
    with opening() as store:
        store.save(added(case()), NOW)
    with opening() as store:
        (before,) = store.load([case().code]).values()
        more = before.application.with_more({"area": 7}, ())
        store.save([Moved(before=before, after=replace(before, application=more))], NOW)
    with opening() as store:
        (found,) = store.load([case().code]).values()
        assert found.application.form["area"] == 7
        assert found.application.materials == case().application.materials


def test_nothing_to_save_is_nothing_saved(opening: Opening) -> None:
    with opening() as store:
        store.save([], NOW)
        store.publish([])


def test_a_published_version_stays_as_it_was(opening: Opening) -> None:
    with opening() as store:
        store.publish([version()])
    with opening() as store:
        store.publish([version(digest="other"), version(2)])
    with opening() as store:
        assert store.versions() == {("building", 1): "d", ("building", 2): "d"}
        assert store.document("building", 1) == '{"a":"建"}'
        assert store.document("building", 3) is None
        assert store.document("bilding", 1) is None


def test_the_print_of_a_refused_answer_is_new_once_and_forgotten_in_the_end(
    opening: Opening,
) -> None:
    with opening() as store:
        assert store.refuse(["a", "b", "a"], NOW) == {"a", "b"}
    with opening() as store:
        assert store.refuse(["b", "c"], NOW + timedelta(days=89)) == {"c"}
        assert store.refuse([], NOW) == set()


def test_the_tables_are_those_that_the_migrations_make(tmp_path: Path) -> None:
    database = Database.open("routing", data=tmp_path)
    migrate(database)
    with database.reading() as tx:
        made = sa.inspect(tx)
        for table in routing_store.metadata.tables.values():
            columns = {column["name"] for column in made.get_columns(table.name)}
            assert columns == {column.name for column in table.columns}
            indexes = {index["name"] for index in made.get_indexes(table.name)}
            assert indexes == {index.name for index in table.indexes}
    database.close()
