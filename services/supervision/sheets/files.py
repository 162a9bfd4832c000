"""The sheets of a period as CSV and XLSX. Pure; XLSX takes its time."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from shared.spreadsheets import harmless

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF_TYPE = "application/pdf"

Rows = Sequence[Sequence[str]]


def csv_of(rows: Rows) -> bytes:
    """CSV in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(rows: Rows, notes: Sequence[str]) -> bytes:
    """The table with a fixed heading, numbers as numbers, and what it is about on a second page."""
    book = Workbook()
    page: Any = book.active
    for row in rows:
        page.append([_number(cell) for cell in row])
    for cell in page[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[cell.column_letter].width = 24 if cell.column == 1 else 14
    for line in page.iter_rows(min_row=2):
        for cell, said in zip(line, rows[line[0].row - 1], strict=True):
            if said.endswith("%") and isinstance(cell.value, float):
                cell.number_format = "0.0%"
    page.freeze_panes = "B2"
    page.auto_filter.ref = page.dimensions
    about: Any = book.create_sheet("about")
    for note in notes:
        about.append([harmless(note)])
    about.column_dimensions["A"].width = 100
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _number(cell: str) -> Any:
    text, share = cell.removesuffix("%"), cell.endswith("%")
    try:
        return round(float(text) / 100, 6) if share else float(text)
    except ValueError:
        return harmless(cell)
