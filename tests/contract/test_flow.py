"""Maps from the facts and event logs from the traces, the same on SQLite and PostgreSQL."""

import json
import re
import secrets
import sqlite3
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.supervision import xes
from services.supervision.exports import as_ocel, as_sqlite, as_xes, reading
from services.supervision.exports.reading import Wanted
from services.supervision.exports.told import Told
from services.supervision.facttables import case_facts
from services.supervision.flow import reading as flows
from services.supervision.flow.behind import cases_behind
from services.supervision.flow.flows import END, START
from services.supervision.flow.logs import courses
from services.supervision.flow.reading import Map, Read
from services.supervision.flow.selection import Selection
from services.supervision.flow.tally import flow_of
from services.supervision.replay import calendar_of, replay
from shared.businesstime import CHINA
from shared.database import Database
from shared.migrating import migrate
from shared.worktime import Calendars
from tests.contract.watching import observe
from tests.unit.supervision import reviewed_cases
from tests.unit.supervision.flow.small import ELAPSED
from tests.unit.supervision.flow.town import ITEM, cases, code

CALENDARS = Calendars()
XES = "{http://www.xes-standard.org/}"
NUMBER = 30


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Database]:
    """Thirty cases of a hotel, of which every fourth is in another city, and three of another item
    that a clerk looks at first."""
    folder, name = tmp_path_factory.mktemp("town"), f"test_{secrets.token_hex(6)}"
    postgres = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = postgres.create_database(name) if postgres else ""
    database = Database.open("supervision", url=url, data=folder)
    migrate(database)
    observe(database, *cases(NUMBER))
    observe(database, *_begun(), *reviewed_cases.messages())
    yield database
    database.close()
    if postgres:
        postgres.drop_database(name)


def _begun() -> list[Any]:
    """A case of the second version that is still open."""
    return list(cases(1, version=2, first=NUMBER + 1))[:6]


def read(town: Database, **chosen: Any) -> Read:
    seen = chosen.pop("seen", sa.true())
    most = chosen.pop("most", 1_000)
    with town.reading() as tx:
        return flows.read(tx, Selection(item=ITEM, **chosen), CHINA, seen=seen, most=most)


def mapped(town: Database, **chosen: Any) -> Map:
    return flows.mapped(read(town, **chosen), CALENDARS)


def told(town: Database, wanted: Wanted | None = None) -> list[Told]:
    with town.reading() as tx:
        return list(reading.read(tx, wanted or Wanted(), CHINA))


def test_the_map_is_of_closed_cases_and_knows_what_their_tasks_are_called(town: Database):
    found = mapped(town)
    assert (found.flow.cases, found.chosen, found.cut) == (NUMBER, NUMBER, False)
    assert found.titles["fire"].zh == "消防安全检查"
    edges = {(it.before, it.after): it.count for it in found.flow.edges}
    assert edges["planning", "fire"] == edges[START, "register"] == edges["licence", END] == NUMBER
    assert edges["environment", "environment"] == 4
    rework = {it.task: (it.again, it.returns) for it in found.flow.rework}
    assert rework == {"environment": (4, 0), "fire": (0, 6)}


def test_cases_are_chosen_by_version_period_department_and_region(town: Database):
    assert mapped(town, version=2).flow.cases == 0
    whole = [it.closed for it, _hours in cases_behind(read(town), CALENDARS)]
    first = min(whole).astimezone(CHINA).date()
    until = mapped(town, until=first).flow.cases
    assert until == sum(it.astimezone(CHINA).date() == first for it in whole) > 0
    assert until + mapped(town, since=date.fromordinal(first.toordinal() + 1)).flow.cases == NUMBER
    assert mapped(town, department="tax").flow.cases == 20
    assert mapped(town, department="archives").flow.cases == 0
    elsewhere = case_facts.c.region == "330200"
    assert mapped(town, seen=elsewhere).flow.cases == NUMBER // 4


def test_of_too_many_cases_those_that_were_closed_last_are_read_and_the_map_says_so(town: Database):
    found = mapped(town, most=5)
    assert (found.flow.cases, found.chosen, found.cut) == (5, NUMBER, True)


def test_the_cases_behind_a_figure_are_as_many_as_the_figure_and_take_as_long(town: Database):
    got = read(town)
    flow = flows.mapped(got, CALENDARS).flow
    for node in flow.nodes:
        behind = cases_behind(got, CALENDARS, (node.task, ""))
        assert len(behind) == node.cases
        assert abs(sum(hours for _it, hours in behind) - node.handling.total) < 1e-6
    for edge in flow.edges:
        behind = cases_behind(got, CALENDARS, (edge.before, edge.after))
        assert abs(sum(hours for _it, hours in behind) - edge.waiting.total) < 1e-6


def test_the_stops_of_a_task_are_told_apart_from_its_handling(town: Database):
    flow = mapped(town).flow
    stopped = {it.task for it in flow.nodes if it.handling.total < it.with_stops.total}
    assert stopped == {"fire"}
    assert "stopped" in {it.part for it in flow.bottlenecks if it.before == "fire"}
    fire = flow.node("fire")
    assert fire
    assert fire.stops == 6


def test_items_versions_and_departments_are_those_of_what_may_be_seen(town: Database):
    with town.reading() as tx:
        assert [(key, count) for key, _title, count in flows.items(tx)] == [(ITEM, NUMBER)]
        assert flows.versions(tx, ITEM) == [1]
        assert "fire" in flows.departments(tx, ITEM)
        assert flows.items(tx, sa.false()) == []


def test_the_mark_of_a_map_changes_when_a_case_is_closed(tmp_path: Path):
    database = Database.open("supervision", data=tmp_path)
    migrate(database)
    marks = []
    for number in (1, 2):
        observe(database, *cases(1, first=number))
        with database.reading() as tx:
            marks.append(flows.mark(tx, Selection(item=ITEM), CHINA))
    database.close()
    assert marks[0] != marks[1]


def test_a_log_in_xes_is_read_again_by_replay_and_gives_the_same_map(
    town: Database, tmp_path: Path
):
    log = written(tmp_path, told(town, Wanted(item=ITEM, since=date(2026, 1, 1))))
    done = replay(xes.read(log), ladder=lambda _department: (), calendar=calendar_of(CHINA))
    assert (done.cases, done.ended, done.open) == (NUMBER, NUMBER, 0)
    with town.reading() as tx:
        late = sa.select(sa.func.count()).where(case_facts.c.promised_late)
        assert done.late == tx.execute(late).scalar_one()
    again, own = flow_of(courses(xes.read(log), CHINA), ELAPSED), mapped(town).flow
    edges = {(it.before, it.after): it.count for it in own.edges}
    assert {(it.before, it.after): it.count for it in again.edges} == edges
    assert abs(again.time.total - own.time.total) < 0.01  # a log has milliseconds
    for node in own.nodes:
        same = again.node(node.task)
        assert same
        assert abs(same.handling.total - node.handling.total) < 0.01
        assert abs(same.with_stops.total - node.with_stops.total) < 0.01


def test_of_completions_alone_the_map_is_the_one_that_pm4py_counts(town: Database, tmp_path: Path):
    log = written(tmp_path, told(town, Wanted(item=ITEM, since=date(2026, 1, 1))))
    ends = {"complete", "ate_abort"}
    alone = (
        replace(it, events=tuple(e for e in it.events if e["lifecycle:transition"] in ends))
        for it in xes.read(log)
    )
    flow = flow_of(courses(alone, CHINA), ELAPSED)
    inner = {
        (it.before, it.after): it.count
        for it in flow.edges
        if it.before != START and it.after != END
    }
    assert (len(inner), sum(inner.values())) == (32, 324)
    assert [
        inner[ends]
        for ends in (
            ("register", "planning"),
            ("fire", "joint"),
            ("environment", "fire"),
            ("planning", "police"),
            ("joint", "fee"),
            ("health", "environment"),
            ("police", "traffic"),
        )
    ] == [30, 26, 26, 24, 20, 19, 16]


def written(folder: Path, cases_told: list[Told]) -> Path:
    log = folder / "log.xes"
    log.write_text("\n".join(as_xes.written(cases_told)), encoding="utf-8")
    return log


def test_a_log_in_xes_is_in_the_order_of_its_schema_and_declares_what_it_uses(town: Database):
    log = ET.fromstring("\n".join(as_xes.written(told(town))))
    tags = [it.tag.removeprefix(XES) for it in log]
    order = ["extension", "global", "classifier", "string", "trace"]
    assert tags == sorted(tags, key=order.index)
    prefixes = {it.attrib["prefix"] for it in log.iter(f"{XES}extension")}
    keys = {it.attrib["key"] for it in log.iter() if "key" in it.attrib}
    assert {it.partition(":")[0] for it in keys if ":" in it} <= prefixes
    required = {it.attrib["key"] for it in log.findall(f"{XES}global[@scope='event']/*")}
    for event in log.iter(f"{XES}event"):
        assert required <= {it.attrib["key"] for it in event}
    assert len(list(log.iter(f"{XES}trace"))) == NUMBER + 4  # the open ones as well


def test_a_log_in_xes_is_written_as_the_schema_of_its_standard_has_it(town: Database):
    """What the XML schema of IEEE 1849-2016 asks for: names, keys, values and their order."""
    log = ET.fromstring("\n".join(as_xes.written(told(town), officers=True)))
    assert log.tag == f"{XES}log"
    float(log.attrib["xes.version"])
    for it in log.iter():
        tag = it.tag.removeprefix(XES)
        own = SCHEMA[tag]
        assert own.needed <= it.attrib.keys() <= own.needed | own.allowed, tag
        for name, value in it.attrib.items():
            assert own.is_value(value) if name == "value" else NAMED[name](value), (tag, value)
        inner = [RANK.get(child.tag.removeprefix(XES), 3) for child in it]
        assert inner == sorted(inner), "attributes before traces, and before events"
        assert {child.tag.removeprefix(XES) for child in it} <= own.holds, tag


@dataclass(frozen=True, kw_only=True)
class Element:
    """What an element of the schema needs, may have and may hold, and what its value is."""

    needed: set[str] = field(default_factory=set)
    allowed: set[str] = field(default_factory=set)
    holds: frozenset[str] = frozenset()
    is_value: Callable[[str], object] = lambda _text: True


def _is(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).fullmatch


NC_NAME = _is(r"[^\W\d][\w.\-]*")
NAMED = {
    "name": NC_NAME,
    "prefix": NC_NAME,
    "scope": NC_NAME,
    "key": _is(r"[^\W\d][\w.\-]*(:[\w.\-]+)?"),
    "keys": _is(r"\S+( \S+)*"),
    "uri": _is(r"http://\S+"),
    "xes.version": _is(r"\d+(\.\d+)?"),
    "xes.features": _is(r"(\S+( \S+)*)?"),
}
VALUES = frozenset({"string", "date", "int"})
KEYED = {"key", "value"}
SCHEMA = {
    "log": Element(
        needed={"xes.version"},
        allowed={"xes.features"},
        holds=VALUES | {"extension", "global", "classifier", "trace"},
    ),
    "extension": Element(needed={"name", "prefix", "uri"}),
    "global": Element(needed={"scope"}, holds=VALUES),
    "classifier": Element(needed={"name", "keys"}, allowed={"scope"}),
    "trace": Element(holds=VALUES | {"event"}),
    "event": Element(holds=VALUES),
    "string": Element(needed=KEYED),
    "date": Element(
        needed=KEYED,
        is_value=_is(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)"),
    ),
    "int": Element(needed=KEYED, is_value=_is(r"-?\d{1,18}")),
}
RANK = {"extension": 0, "global": 1, "classifier": 2, "trace": 4, "event": 4}


def test_a_log_in_ocel_names_only_types_and_objects_that_are_there(town: Database):
    log = json.loads("".join(as_ocel.written(told(town))))
    assert list(log) == ["objectTypes", "eventTypes", "objects", "events"]
    types = {
        kind: {it["name"]: {a["name"]: a["type"] for a in it["attributes"]} for it in log[kind]}
        for kind in ("objectTypes", "eventTypes")
    }
    ids = [it["id"] for it in log["objects"]]
    assert len(ids) == len(set(ids))
    for it in log["objects"]:
        assert {a["name"] for a in it["attributes"]} <= types["objectTypes"][it["type"]].keys()
        assert all(a["time"].startswith("1970-01-01T") for a in it["attributes"])
    for it in log["events"]:
        assert {a["name"] for a in it["attributes"]} <= types["eventTypes"][it["type"]].keys()
        assert it["time"].endswith("Z")
    for it in chain(log["objects"], log["events"]):
        assert all(isinstance(a["value"], str) for a in it["attributes"])  # as its schema asks
    of_type = types["objectTypes"]["case"], types["objectTypes"]["material"]
    assert (of_type[0]["item_version"], of_type[1]["size"]) == ("integer", "integer")
    related = [r for it in chain(log["objects"], log["events"]) for r in it["relationships"]]
    assert {it["objectId"] for it in related} <= set(ids)
    assert {it["qualifier"] for it in related} == {
        "of",
        "held by",
        "about",
        "task",
        "by",
        "to",
        "handed in",
    }


def test_of_thirty_cases_ocel_has_the_objects_and_events_that_pm4py_counts(
    town: Database, tmp_path: Path
):
    closed = told(town, Wanted(item=ITEM, since=date(2026, 1, 1)))
    log = json.loads("".join(as_ocel.written(closed)))
    assert Counter(it["type"] for it in log["objects"]) == {
        "task": 354,
        "case": 30,
        "department": 10,
        "material": 6,
    }
    as_sqlite.write(tmp_path / "log.sqlite", closed)
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as database:
        counts = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("event", "object", "event_object", "object_object")
        ]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assigned = database.execute("SELECT count(*) FROM event_TaskAssigned").fetchone()[0]
    assert counts == [1146, 400, 3300, 714]
    assert assigned == 354
    assert len(log["events"]) == 1146
    assert sum(len(it["relationships"]) for it in log["events"]) == 3300


def test_nothing_of_the_applicant_and_nothing_that_somebody_wrote_leaves_with_a_log(town: Database):
    cases_told = told(town)
    texts = ["\n".join(as_xes.written(cases_told)), "".join(as_ocel.written(cases_told))]
    for text in texts:
        for private in (
            "某某有限公司",
            "somebody's opinion",
            "not ours",
            "papers are missing",
            "officer of",
        ):
            assert private not in text
    assert "officer of fire" in "\n".join(as_xes.written(cases_told, officers=True))


def test_cases_are_read_a_few_at_a_time_each_once(town: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "AT_ONCE", 7)
    found = [it.case.code for it in told(town, Wanted(item=ITEM))]
    assert found == [code(it + 1) for it in range(NUMBER + 1)]
    with town.reading() as tx:
        closed = Wanted(item=ITEM, until=date(2026, 12, 31))
        assert reading.count(tx, closed, CHINA) == NUMBER
