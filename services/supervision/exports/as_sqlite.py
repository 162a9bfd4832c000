"""Cases as an OCEL 2.0 log in a SQLite file: a table for each type of objects and of events, and
the relations between them."""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from services.supervision.exports.objects import (
    EVENTS,
    OBJECTS,
    Event,
    Object,
    Value,
    department,
    departments,
    events,
    objects,
    time_text,
)
from services.supervision.exports.told import Told

TYPES = {"string": "TEXT", "integer": "INTEGER", "time": "TIMESTAMP"}
ALWAYS = "1970-01-01T00:00:00Z"

_TABLES = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL
  REFERENCES event_map_type (ocel_type));
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL
  REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (ocel_event_id TEXT NOT NULL REFERENCES event (ocel_id),
  ocel_object_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_qualifier TEXT NOT NULL,
  PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));
CREATE TABLE object_object (ocel_source_id TEXT NOT NULL REFERENCES object (ocel_id),
  ocel_target_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_qualifier TEXT NOT NULL,
  PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));
"""


def write(path: Path, cases: Iterable[Told]) -> None:
    """Write the log into a file that is not there yet."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_TABLES)
        _make(database, "object", OBJECTS, "", ("ocel_time TIMESTAMP", "ocel_changed_field TEXT"))
        _make(database, "event", EVENTS, "PRIMARY KEY ", ("ocel_time TIMESTAMP",))
        known: set[str] = set()
        for it in cases:
            for name in set(departments(it)) - known:
                known.add(name)
                _object(database, Object(id=department(name), type="department"))
            for one in objects(it):
                _object(database, one)
            for event in events(it):
                _event(database, event)


def _make(
    database: sqlite3.Connection,
    what: str,
    types: Mapping[str, Mapping[str, str]],
    key: str,
    more: tuple[str, ...],
) -> None:
    for name, attributes in types.items():
        own = (f"{it} {TYPES[kind]}" for it, kind in attributes.items())
        columns = ", ".join(
            (f"ocel_id TEXT {key}NOT NULL REFERENCES {what} (ocel_id)", *more, *own)
        )
        database.execute(f"CREATE TABLE {what}_{_mapped(name)} ({columns})")
        database.execute(
            f"INSERT INTO {what}_map_type VALUES (?, ?)",  # noqa: S608 - one of two words
            (name, _mapped(name)),
        )


def _object(database: sqlite3.Connection, it: Object) -> None:
    database.execute("INSERT INTO object VALUES (?, ?)", (it.id, it.type))
    own = [it.attributes.get(name) for name in OBJECTS[it.type]]
    _row(database, f"object_{_mapped(it.type)}", [it.id, ALWAYS, None, *own])
    database.executemany(
        "INSERT INTO object_object VALUES (?, ?, ?)",
        [(it.id, id, qualifier) for id, qualifier in it.related],
    )


def _event(database: sqlite3.Connection, it: Event) -> None:
    database.execute("INSERT INTO event VALUES (?, ?)", (it.id, it.type))
    own = [it.attributes.get(name) for name in EVENTS[it.type]]
    _row(database, f"event_{_mapped(it.type)}", [it.id, time_text(it.at), *own])
    database.executemany(
        "INSERT INTO event_object VALUES (?, ?, ?)",
        [(it.id, id, qualifier) for id, qualifier in it.related],
    )


def _row(database: sqlite3.Connection, table: str, values: list[Value | None]) -> None:
    told = [time_text(it) if isinstance(it, datetime) else it for it in values]
    marks = ", ".join("?" * len(told))
    database.execute(f"INSERT INTO {table} VALUES ({marks})", told)  # noqa: S608 - of OBJECTS, EVENTS


def _mapped(name: str) -> str:
    """A type's name as a part of a table's: `task.assigned` is `TaskAssigned`."""
    return "".join(part.capitalize() for part in re.split(r"\W", name))
