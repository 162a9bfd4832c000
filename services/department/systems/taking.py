"""A result that a department's system states, and how it is handed to the rules of the desk.

In our names it is `assignment`, `act`, `version` and `officer` where it has them, and what the desk
takes with this act over HTTP. `act` may be `nothing`: there is no result yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from marshmallow import RAISE, Schema, ValidationError, fields

from services.department import handlers, schemas
from services.department.domain import OPEN, Act, Overtaken, Task
from services.department.store import tasks_under
from services.department.systems import store
from services.department.systems.mapping import FieldMapping
from shared.delivery.work import Work
from shared.errors import Fault, Invalid
from shared.web.faults import faults_of

ACTS: Mapping[str, type[Schema]] = {
    "acceptance": schemas.Acceptance,
    "completion": schemas.Completion,
    "return": schemas.Return,
    "decline": schemas.Decline,
    "suspension": schemas.Suspension,
    "resumption": schemas.Resumption,
    "extension": schemas.Extension,
}
NOTHING = "nothing"
PLACES = frozenset(
    {"assignment", "act", *(name for schema in ACTS.values() for name in schema().fields)}
)
LONGEST_ASSIGNMENT = 300


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a system states about a task. `version` is None where it names none."""

    assignment: str
    act: str
    version: int | None
    said: Mapping[str, Any]


def mapped(document: Any, mapping: FieldMapping | None) -> Any:
    """A document of the other side in our names; raises Invalid naming its own fields.

    Once the act is known, only what belongs to it is looked at: a status that means rejected for a
    completion may mean nothing for a return.
    """
    if mapping is None:
        return document
    act = mapping.only({"act"}).applied(document).get("act")
    schema = ACTS.get(act) if isinstance(act, str) else None
    places = schema().fields.keys() if schema else ()
    return mapping.only({"assignment", "act", *places}).applied(document)


def read(plain: Any, *, officer: str, loose: bool = False, assignment: str = "") -> Result | None:
    """The result in a plain document, None for `nothing`; raises Invalid naming every field.

    `loose`: fields that do not belong to the act are passed over, as in the row of a table that has
    a column for each. `assignment` stands for one that is not named.
    """
    if not isinstance(plain, dict):
        raise Invalid(Fault("body", "is not an object"))
    rest = dict(plain)
    act = rest.pop("act", None)
    if act == NOTHING:
        return None
    schema = ACTS.get(act) if isinstance(act, str) else None
    if schema is None:
        problem = "is missing" if act is None else f"must be one of {', '.join(ACTS)}"
        raise Invalid(Fault("act", problem))
    named = rest.pop("assignment", assignment)
    version = rest.pop("version", None)
    rest.setdefault("officer", officer)
    if loose:
        rest = loosely(rest, schema())
        version = _number(version)
    try:
        said = schema(unknown=RAISE).load({**rest, "version": 0 if version is None else version})
    except ValidationError as error:
        raise Invalid(*faults_of(error.messages, schema())) from None
    if not (isinstance(named, str) and 0 < len(named) <= LONGEST_ASSIGNMENT):
        raise Invalid(Fault("assignment", "is missing" if not named else "is not an assignment"))
    return Result(
        assignment=named,
        act=cast(str, act),
        version=None if version is None else said["version"],
        said=said,
    )


def loosely(rest: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The fields of an act from a row of a table: numbers may be texts and the other way round, and
    a list a text of several lines. What is missing is stated in lines of `subject: problem`."""
    known = {name: value for name, value in rest.items() if name in schema.fields}
    return {name: _loose(name, value, schema.fields[name]) for name, value in known.items()}


def _loose(name: str, value: Any, declared: fields.Field[Any]) -> Any:
    if isinstance(declared, fields.Integer):
        return _number(value)
    if isinstance(declared, fields.String) and type(value) in (int, float):
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    if isinstance(declared, fields.List) and isinstance(value, str):
        lines = [line.strip() for line in value.splitlines() if line.strip()]
        return [_shortfall(line) for line in lines] if name == "missing" else lines
    return value


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _shortfall(line: str) -> dict[str, str]:
    subject, _, problem = line.replace("：", ":", 1).partition(":")
    return {"subject": subject.strip(), "problem": problem.strip()}


def take(work: Work, department: str, result: Result) -> Task:
    """The task after a result; one that was taken before has no effect again.

    Without a version, it counts if the system was told everything about the task that there is to
    tell. Raises NotFound, Overtaken, NotPossible, Invalid.
    """
    under = tasks_under(work.transaction, [result.assignment], to_change=True)
    task = under.get(result.assignment)
    if task is not None and task.department == department and _taken(task, result):
        return task
    version = result.version
    if version is None and task is not None:
        if task.state in OPEN:
            _check_told(work, task)
        version = task.version
    return handlers.act(
        work,
        department,
        result.assignment,
        cast(Act, result.act),
        {**result.said, "version": version},
    )


def _check_told(work: Work, task: Task) -> None:
    waiting = store.not_heard(work.transaction, task.assignment)
    if waiting is not None:
        raise Overtaken(
            f"the system has not been told yet that the task is {waiting.kind};"
            " answer once it has been, or name the version that the answer is about"
        )


def _taken(task: Task, result: Result) -> bool:
    if task.answer is None or task.answer["act"] != result.act:
        return False
    # Who settles a task is part of the answer: an officer at the desk may have said the same.
    apart = ("version",) if task.state in ("completed", "declined") else ("version", "officer")
    said = {name: it for name, it in result.said.items() if name not in apart}
    return all(task.answer.get(name) == value for name, value in said.items())
