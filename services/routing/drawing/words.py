"""What stands in the box of a task."""

from services.routing.departments import Departments
from services.routing.plan import Item, Task
from services.routing.way import days_of, longest_way
from shared.messages import Limit

UNITS = {
    "working_days": ("个工作日", " working days"),
    "working_hours": ("个工作小时", " working hours"),
    "calendar_days": ("个自然日", " calendar days"),
}

AFTERWARDS = ("决定后", "after the decision")
LEGEND = (
    "红色粗线：最长路径，约{days}个工作日；虚线框：有条件才办理",
    "Thick red: the longest way, about {days} working days. Dashed: only on a condition.",
)


def title_of(task: Task, language: str) -> str:
    """The task's title in `language`, zh or en."""
    return task.title.zh if language == "zh" else task.title.en


def who_of(task: Task, language: str, departments: Departments | None = None) -> str:
    """Who does it: the departments that usually fill its roles, or the roles."""
    roles = (task.department, *task.joint_with)
    who = " + ".join(_name(role, language, departments) for role in roles)
    return f"{who} × {task.for_each}" if task.for_each else who


def how_long(task: Task, language: str) -> str:
    """How long it may take, and whether only after the decision."""
    limit = limit_of(task.handling, language)
    later = "" if task.decides else AFTERWARDS[language != "zh"]
    return ", ".join(filter(None, (later, limit)))


def legend(item: Item, language: str) -> str:
    """What the kinds of line mean, and about how long the longest way is."""
    days, _ = longest_way(item, days_of)
    return LEGEND[language != "zh"].format(days=f"{days:.4g}")


def _name(role: str, language: str, departments: Departments | None) -> str:
    found = departments.get(departments.usually(role)) if departments else None
    return role if found is None else found.title.zh if language == "zh" else found.title.en


def limit_of(limit: Limit | None, language: str) -> str:
    """A limit in words; empty where there is none."""
    return f"{limit.amount}{UNITS[limit.unit][language != 'zh']}" if limit else ""
