"""What stands in the box of a task."""

from services.routing.plan import Task
from shared.messages import Limit

UNITS = {
    "working_days": ("个工作日", " working days"),
    "working_hours": ("个工作小时", " working hours"),
    "calendar_days": ("个自然日", " calendar days"),
}


def title_of(task: Task, language: str) -> str:
    """The task's title in `language`, zh or en."""
    return task.title.zh if language == "zh" else task.title.en


def below(task: Task, language: str) -> str:
    """Who does it, and how long it may take."""
    limit = limit_of(task.handling, language)
    who = " + ".join((task.department, *task.joint_with))
    who += f" × {task.for_each}" if task.for_each else ""
    return f"{who}, {limit}" if limit else who


def limit_of(limit: Limit | None, language: str) -> str:
    """A limit in words; empty where there is none."""
    return f"{limit.amount}{UNITS[limit.unit][language != 'zh']}" if limit else ""
