"""What all services know of a case in the end, in a form in which two journeys can be compared.

Left out is what may differ between two journeys that came to the same: ids, secrets and hashes,
the minutes at which things happened, and how the steps of departments that work side by side were
batched and interleaved. Due dates stay: an end of business, to the minute. Lists are compared as
multisets; that things are in the right order, the tests of single stories say.
"""

import json
import re
from typing import Any

from deploy.local.services import SERVICES
from services.supervision.packing import TITLE
from tests.journey.journey import Case, Journey
from tests.journey.town import Town

EndState = dict[str, list[Any]]

NOT_OF_CASES = (
    "alembic_version",
    "inbox",
    "outbox",
    "items",
    "serials",
    "materials",
    "tokens",
    "anchors",
)
"""Also what was signed: which entries a checkpoint found depends on the moment."""

OWNER = ("case_code", "case", "code")
"""The column that names the case, in tables of all services."""

NUMBERS = ("number", "entries", "head", "hash", "previous", "position")
SECRETS = ("secret", "key", "salt", "fingerprint", "message_id", "heard")
LEFT_OUT = frozenset({*NUMBERS, *SECRETS})

END_OF_BUSINESS = ("09:00:00.000000+00:00", "17:00:00+08:00")
"""17:00 in China, as databases keep it in UTC, and as messages say it."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ALERT = re.compile(r"(?<=refused/)[0-9a-f]{32}")


def end_state(journey: Journey) -> dict[str, EndState]:
    """For each story, what each table of each service says."""
    return {case.story.name: _of(journey.town, case) for case in journey.cases}


def _of(town: Town, case: Case) -> EndState:
    names = {case.code: "CASE", **_assignments(town, case)}
    found = {"services": [case.fate]}
    for service in SERVICES:
        for table, owner in _tables(town, service):
            rows = town.query(service, f"SELECT * FROM {table} WHERE {owner} = ?", case.code)
            found[f"{service}.{table}"] = _sorted([_plain(_told_apart(row), names) for row in rows])
    found["supervision.trace"] = _changes(found["supervision.trace"])
    return found


def _told_apart(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its clocks, if it has any, one by one: in the row they refer to what they have in
    common by its place, and the places depend on the order of the steps."""
    if "ladders" not in str(row.get("clocks")):
        return row
    plain = json.loads(row["clocks"])
    shared = [plain[name] for name in ("titles", "limits", "ladders")]
    lines = [
        [*line[:TITLE], *(texts[place] for texts, place in zip(shared, line[TITLE:], strict=True))]
        for line in plain["clocks"]
    ]
    return {**row, "clocks": [{str(at): it for at, it in enumerate(line)} for line in lines]}


def _assignments(town: Town, case: Case) -> dict[str, str]:
    """Every assignment of the case, named by its task and department."""
    assigned = (it for it in town.changes(case.code) if it["kind"] == "task.assigned")
    return {it["assignment"]: f"{it['task']} to {it['department']}" for it in assigned}


def _tables(town: Town, service: str) -> list[tuple[str, str]]:
    """The tables in which something about cases stands, and the column that names the case."""
    return [
        (table, next(name for name in OWNER if name in columns))
        for table, columns in town.tables(service).items()
        if table not in NOT_OF_CASES and columns.intersection(OWNER)
    ]


def _changes(entries: list[Any]) -> list[Any]:
    """The trace without its division into steps."""
    said = [it.get("body", {}) for it in entries]
    steps = [change for body in said for change in body.get("changes", ())]
    return _sorted([*steps, *(body for body in said if "changes" not in body)])


def _plain(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        kept = {key: it for key, it in value.items() if key not in LEFT_OUT}
        return {_named(key, names): _plain(it, names) for key, it in kept.items()}
    if isinstance(value, list):
        return _sorted([_plain(it, names) for it in value])
    if isinstance(value, str):
        return _read(value, names)
    return value


def _read(text: str, names: dict[str, str]) -> Any:
    if text[:1] in ("{", "["):
        return _plain(json.loads(text), names)
    return _named(text, names)


def _named(text: str, names: dict[str, str]) -> str:
    for name, stands_for in names.items():
        text = text.replace(name, stands_for)
    text = ALERT.sub("ID", UUID.sub("ID", text))
    return MOMENT.sub(_moment, text)


def _moment(found: re.Match[str]) -> str:
    return found[0] if found[0].endswith(END_OF_BUSINESS) else "THEN"


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(values, key=lambda it: json.dumps(it, sort_keys=True, ensure_ascii=False))
