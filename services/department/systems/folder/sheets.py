"""Tables as bytes: JSON, CSV, XLSX. No spreadsheet takes anything in them for a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from services.department.systems.paths import flat
from shared.jsontext import text_of
from shared.spreadsheets import FORMULA, harmless

LONGEST_CELL = 32_767
"""Characters in a cell of XLSX (ECMA-376; Excel's limits)."""
_UNWRITABLE = {code: " " for code in range(32) if chr(code) not in "\t\n\r"}

Row = Mapping[str, Any]


def written(rows: Sequence[Row], form: str, encoding: str) -> bytes:
    """The rows as a file of this form. `encoding` is for CSV: utf-8 is marked by a BOM."""
    if form == "json":
        return (text_of(list(rows)) + "\n").encode()
    table = [flat(row) for row in rows]
    columns = list(dict.fromkeys(name for row in table for name in row))
    lines = [[_cell(row.get(name)) for name in columns] for row in table]
    return _xlsx(columns, lines) if form == "xlsx" else csv_of(columns, lines, encoding)


def csv_of(columns: Sequence[str], lines: Iterable[Sequence[Any]], encoding: str) -> bytes:
    """A table as CSV (RFC 4180). What its encoding lacks becomes a question mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(name) for name in columns])
    for line in lines:
        writer.writerow([harmless(cell) for cell in line])
    return text.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float | str):
        return value
    return text_of(value)


def _xlsx(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("tasks")
    for line in [columns, *lines]:
        sheet.append([_as_text(sheet, it) if isinstance(it, str) else it for it in line])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _as_text(sheet: Any, text: str) -> Any:
    """A cell that is a text whatever it begins with, and looks it when it is edited."""
    cell = WriteOnlyCell(sheet, value=text.translate(_UNWRITABLE)[:LONGEST_CELL])
    cell.data_type = "s"
    cell.style = "Normal"
    if text.startswith(FORMULA):
        cell.quotePrefix = True
    return cell
