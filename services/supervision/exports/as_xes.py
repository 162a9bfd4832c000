"""Cases as an IEEE XES event log (IEEE 1849-2016): a trace for each case, an event for each thing
that happened to a task, by the standard extensions concept, lifecycle, organizational and time.

    task.assigned    assign       clock.suspended  suspend      task.declined     ate_abort
    task.accepted    start        clock.resumed    resume       task.cancelled    withdraw
    task.completed   complete     task.skipped     autoskip     task.transferred  reassign

`concept:name` is the task (parts of a task stand under it), `concept:instance` the assignment,
`org:group` the department. Of a trace, `startdate`, `enddate` and `deadline` are what `replay`
reads.

What came before acceptance is one activity, `case.review`, of the department that leads the case.

    case.received         start     correction.received   resume
    correction.notified   suspend   review.ended          complete, withdraw (by the applicant)
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from xml.sax.saxutils import quoteattr

from services.supervision.exports import before
from services.supervision.exports.happened import Happened
from services.supervision.exports.told import Told
from shared.messages.parts import Text

TRANSITIONS = {
    "task.assigned": "assign",
    "task.accepted": "start",
    "task.completed": "complete",
    "clock.suspended": "suspend",
    "clock.resumed": "resume",
    "task.skipped": "autoskip",
    "task.declined": "ate_abort",
    "task.cancelled": "withdraw",
    "task.transferred": "reassign",
    before.RECEIVED: "start",
    before.NOTIFIED: "suspend",
    before.CORRECTED: "resume",
    before.ENDED: "complete",
}
REVIEW, REVIEWED = "case.review", Text(zh="受理审查", en="Review before acceptance")
"""The activity that ends with the acceptance of a case; no task has a name with a dot."""
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0 (section 2.2)."""
Attribute = tuple[str, str, object]
"""The kind of an XES attribute, its key and its value; one that is None or empty is left out."""

_EXTENSIONS = (
    ("Concept", "concept", "concept"),
    ("Lifecycle", "lifecycle", "lifecycle"),
    ("Organizational", "org", "org"),
    ("Time", "time", "time"),
)
_GLOBAL_EVENT: tuple[Attribute, ...] = (
    ("string", "concept:name", "-"),
    ("string", "lifecycle:transition", "complete"),
    ("date", "time:timestamp", datetime(1970, 1, 1, tzinfo=UTC)),
)


def written(cases: Iterable[Told], *, officers: bool = False) -> Iterator[str]:
    """The lines of a log; with who acted for their department where `officers` are asked for."""
    yield from _head()
    for it in cases:
        yield "  <trace>"
        yield from _attributes(_of_case(it), 4)
        for happened in it.happened:
            if happened.kind in TRANSITIONS:
                of = _of_review if happened.kind in before.KINDS else _of_task
                yield "    <event>"
                yield from _attributes(of(it, happened, officers), 6)
                yield "    </event>"
        yield "  </trace>"
    yield "</log>"


def _head() -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">'
    for name, prefix, file in _EXTENSIONS:
        uri = f"http://www.xes-standard.org/{file}.xesext"
        yield f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>'
    yield '  <global scope="trace">'
    yield from _attributes([("string", "concept:name", "-")], 4)
    yield "  </global>"
    yield '  <global scope="event">'
    yield from _attributes(_GLOBAL_EVENT, 4)
    yield "  </global>"
    yield '  <classifier name="Task" keys="concept:name"/>'
    yield '  <classifier name="Task-and-transition" keys="concept:name lifecycle:transition"/>'
    yield from _attributes(
        [("string", "concept:name", "OneWindow"), ("string", "lifecycle:model", "standard")], 2
    )


def _of_case(it: Told) -> Iterator[Attribute]:
    case = it.case
    yield "string", "concept:name", case.code
    yield "string", "item", case.item
    yield "int", "item_version", case.item_version
    yield "string", "title_zh", case.title.zh
    yield "string", "title_en", case.title.en
    yield "string", "region", case.region
    yield "string", "department", case.lead
    yield "string", "channel", it.channel
    yield "string", "outcome", it.outcome
    yield "date", "startdate", case.opened_at
    yield "date", "enddate", case.closed_at
    yield "date", "deadline", it.deadline


def _of_task(told: Told, it: Happened, officers: bool) -> Iterator[Attribute]:
    task = told.tasks.get(it.assignment)
    yield "string", "concept:name", task.node if task else it.said["task"]
    yield "string", "concept:instance", it.assignment
    yield "string", "lifecycle:transition", TRANSITIONS[it.kind]
    yield "date", "time:timestamp", it.at
    yield "string", "org:group", it.department or (task.department if task else "")
    yield "string", "org:resource", it.said.get("officer") if officers else None
    yield "string", "task", it.said["task"]
    yield "string", "title_zh", task.zh if task else None
    yield "string", "title_en", task.en if task else None
    yield "string", "outcome", it.said.get("outcome")


def _of_review(told: Told, it: Happened, officers: bool) -> Iterator[Attribute]:
    outcome = it.said.get("outcome")
    yield "string", "concept:name", REVIEW
    yield (
        "string",
        "lifecycle:transition",
        ("withdraw" if outcome == "withdrawn" else TRANSITIONS[it.kind]),
    )
    yield "date", "time:timestamp", it.at
    yield "string", "org:group", told.case.lead
    yield "string", "org:resource", it.said["officer"] if officers else None
    yield "string", "title_zh", REVIEWED.zh
    yield "string", "title_en", REVIEWED.en
    yield "string", "outcome", outcome


def _attributes(attributes: Iterable[Attribute], indent: int) -> Iterator[str]:
    for kind, key, value in attributes:
        if value not in (None, ""):
            yield f'{" " * indent}<{kind} key="{key}" value={_quoted(_text(value))}/>'


def _text(value: object) -> str:
    """A value as text; times are in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    return str(value)


@lru_cache(maxsize=16_384)  # most values are keys and titles, which come again and again
def _quoted(text: str) -> str:
    """A text as an attribute; what XML has no way to write is left out."""
    return quoteattr(_UNWRITABLE.sub("", text))
