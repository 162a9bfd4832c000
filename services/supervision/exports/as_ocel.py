"""Cases as an OCEL 2.0 log in JSON. Objects are written as they come; events wait in a file of
their own until all objects are there, since the format has the one list after the other."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

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
from shared.jsontext import text_of

ALWAYS = "1970-01-01T00:00:00Z"
"""The time of an attribute that an object has from its beginning, as the standard says."""


def written(cases: Iterable[Told]) -> Iterator[str]:
    """The parts of the document, in order."""
    with TemporaryFile("w+", encoding="utf-8") as waiting:
        yield f'{{"objectTypes": {_types(OBJECTS)},\n"eventTypes": {_types(EVENTS)},\n"objects": ['
        yield from _listed(map(_object, _objects(cases, waiting)))
        yield '\n],\n"events": ['
        waiting.seek(0)
        yield from _listed(line.rstrip("\n") for line in waiting)
        yield "\n]}\n"


def _objects(cases: Iterable[Told], waiting: IO[str]) -> Iterator[Object]:
    known: set[str] = set()
    for it in cases:
        for name in dict.fromkeys(departments(it)):
            if name not in known:
                known.add(name)
                yield Object(id=department(name), type="department")
        yield from objects(it)
        waiting.writelines(f"{_event(event)}\n" for event in events(it))


def _listed(parts: Iterable[str]) -> Iterator[str]:
    for number, part in enumerate(parts):
        yield f"{',' if number else ''}\n{part}"


def _types(types: Mapping[str, Mapping[str, str]]) -> str:
    return json.dumps(
        [
            {"name": name, "attributes": [{"name": it, "type": own[it]} for it in own]}
            for name, own in types.items()
        ]
    )


def _object(it: Object) -> str:
    own = [
        {"name": name, "time": ALWAYS, "value": _value(value)}
        for name, value in it.attributes.items()
    ]
    return _json({"id": it.id, "type": it.type, "attributes": own, **_related(it)})


def _event(it: Event) -> str:
    own = [{"name": name, "value": _value(value)} for name, value in it.attributes.items()]
    known = {"id": it.id, "type": it.type, "time": time_text(it.at), "attributes": own}
    return _json({**known, **_related(it)})


def _related(it: Object | Event) -> dict[str, Any]:
    return {
        "relationships": [{"objectId": id, "qualifier": qualifier} for id, qualifier in it.related]
    }


def _value(value: Value) -> str:
    """Every value is a text, as the schema of OCEL 2.0 has it; of which type it is says its type's
    declaration."""
    return time_text(value) if isinstance(value, datetime) else str(value)


def _json(value: dict[str, Any]) -> str:
    return text_of(value)
