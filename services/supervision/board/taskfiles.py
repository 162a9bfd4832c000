"""Lists of open tasks as the rows of a file for a spreadsheet. Pure."""

from collections.abc import Callable, Sequence
from functools import cache
from zoneinfo import ZoneInfo

from services.supervision.board.names import Names
from services.supervision.tasklist import Listed

COLUMNS = (
    "department",
    "light",
    "left",
    "late",
    "unit",
    "due",
    "case",
    "item",
    "task",
    "waits_for",
    "region",
)


def rows_of(
    some: Sequence[Listed], language: str, say: Callable[[str], str], names: Names, zone: ZoneInfo
) -> list[list[str]]:
    """The heading and a row for each task; `say` gives a text of the pages by its key. What is left
    and by how much a task is late are two columns: a minus would be taken for a formula."""
    heading = [say(f"tasks.column.{name}") for name in COLUMNS]
    department = cache(lambda key: names.department(key, language))
    region = cache(lambda code: names.region(code, language))
    said = cache(say)  # there are ten thousand rows, and few words

    def row(it: Listed) -> list[str]:
        own = _row(it, language, said, zone)
        return [department(it.task.department), *own, region(it.case.region)]

    return [heading, *map(row, some)]


def _row(row: Listed, language: str, say: Callable[[str], str], zone: ZoneInfo) -> list[str]:
    case, task, due = row.case, row.task, row.task.timing.due_at
    return [
        say(f"light.{row.light}"),
        f"{row.left:.2f}" if row.light != "red" else "",
        f"{abs(row.left):.2f}" if row.light == "red" else "",
        say(f"sheets.unit.{task.limit.unit}"),
        f"{due.astimezone(zone):%Y-%m-%d %H:%M}" if due else "",
        case.code,
        getattr(case.title, language),
        getattr(task.title, language),
        say(f"wall.awaits.{task.awaited}"),
    ]
