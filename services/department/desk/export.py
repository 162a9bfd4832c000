"""Lists of tasks as files for a spreadsheet: CSV and XLSX. Pure; XLSX takes its time."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from services.department.desk.inbox import Listed
from shared.spreadsheets import harmless

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    "case",
    "item",
    "task",
    "applicant",
    "state",
    "light",
    "left",
    "unit",
    "due",
    "assigned",
    "holder",
    "outcome",
    "opinion",
)
WIDTH = 22


def rows_of(found: Sequence[Listed], language: str, say: Callable[[str], str]) -> list[list[Any]]:
    """The heading and a row for each task; `say` gives a text by its key."""
    return [[say(f"column.{name}") for name in COLUMNS]] + [
        [harmless(value) for value in _row(it, language, say)] for it in found
    ]


def _row(it: Listed, language: str, say: Callable[[str], str]) -> list[Any]:
    task, time = it.task, it.time
    document, answer = task.document, task.answer or {}
    outcome = answer.get("outcome", "")
    return [
        task.case,
        document["item_title"][language],
        document["title"][language],
        (document.get("applicant") or {}).get("name", ""),
        say(f"state.{task.state}"),
        say(f"light.{it.light}") if time else "",
        round(time.left, 1) if time else "",
        say(f"unit.{time.unit}") if time else "",
        f"{time.due_at:%Y-%m-%d %H:%M}" if time and time.due_at else "",
        f"{task.assigned_at:%Y-%m-%d %H:%M}" if task.assigned_at else "",
        task.holder_name,
        say(f"outcome.{outcome}") if outcome else "",
        answer.get("opinion", ""),
    ]


def csv_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """One sheet, its heading fixed and with filters."""
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append([_cell(value) for value in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = WIDTH
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(value: Any) -> Any:
    """Text without the control characters that XML has no way to write."""
    if isinstance(value, str):
        return "".join(letter for letter in value if letter >= " " or letter in "\t\n")
    return value
