"""A case as text in the database: what was handed in, and how far it is.

They are two documents, because the first hardly ever changes and the second with every step.
Defaults are left out: the plan of a large case is mostly tasks whose turn has not come.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from services.routing.case import Application, Past, TaskState
from shared.jsontext import text_of
from shared.messages import Deferral, Material, Person, Text


def application_text(application: Application) -> str:
    """What was handed in, as JSON."""
    return text_of(
        {
            "applicant": asdict(application.applicant),
            "form": application.form,
            "materials": [_material(material) for material in application.materials],
        }
    )


@lru_cache(maxsize=2048)
def application_of(text: str) -> Application:
    """The reverse of `application_text`. A case comes by a dozen times, so it is kept for a while;
    nobody may change what it holds.
    """
    read = json.loads(text)
    return Application(
        applicant=Person(**read["applicant"]),
        form=read["form"],
        materials=tuple(Material(**material) for material in read["materials"]),
    )


def progress_text(
    tasks: Mapping[str, TaskState], deferrals: tuple[Deferral, ...], *, extended: bool = False
) -> str:
    """How far a case is, as JSON."""
    return text_of(
        {
            "tasks": {key: _task(task) for key, task in tasks.items()},
            "deferrals": [_deferral(due) for due in deferrals],
            **({"extended": True} if extended else {}),
        }
    )


def progress_of(text: str) -> tuple[dict[str, TaskState], tuple[Deferral, ...], bool]:
    """The reverse of `progress_text`."""
    read = json.loads(text)
    tasks = {key: _task_of(task) for key, task in read["tasks"].items()}
    deferrals = tuple(_deferral_of(due) for due in read["deferrals"])
    return tasks, deferrals, read.get("extended", False)


_PLAIN = (
    "assignment",
    "department",
    "accepted",
    "outcome",
    "opinion",
    "legal_basis",
    "results",
    "extended",
)
_LISTS = ("missing", "heard", "conditions")


def _task(task: TaskState) -> dict[str, Any]:
    said: dict[str, Any] = {"status": task.status}
    for name in (*_PLAIN, *_LISTS):
        value = getattr(task, name)
        if value:
            said[name] = value
    if task.past:
        said["past"] = [(past.assignment, past.department) for past in task.past]
    return said


def _task_of(read: dict[str, Any]) -> TaskState:
    for name in _LISTS:
        if name in read:
            read[name] = tuple(read[name])
    if "past" in read:
        read["past"] = tuple(Past(assignment=one, department=other) for one, other in read["past"])
    return TaskState(**read)


def _material(material: Material) -> dict[str, Any]:
    # dataclasses.asdict copies deeply, which costs more than all the rest.
    return {name: getattr(material, name) for name in Material.__dataclass_fields__}


def _deferral(due: Deferral) -> dict[str, Any]:
    return {**asdict(due), "due_on": due.due_on.isoformat()}


def _deferral_of(read: dict[str, Any]) -> Deferral:
    return Deferral(
        material=read["material"],
        title=Text(**read["title"]),
        due_on=date.fromisoformat(read["due_on"]),
        promised_by=read["promised_by"],
    )
