"""The rows of a file with results: JSON, CSV or XLSX, from strangers. Pure.

A row is an object in the places of the other side; empty cells are absent.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook

from services.department.systems.folder.files import LARGEST
from shared.errors import Fault, Invalid
from shared.spreadsheets import FORMULA
from shared.web import ijson
from shared.web.problems import Refusal

MOST_ROWS = 10_000
MOST_COLUMNS = 200
UNPACKED = 20 << 20
"""Bytes that an XLSX file may have unpacked: a few kilobytes can unpack to gigabytes."""
MOST_PARTS = 200

Rows = list[tuple[int, dict[str, Any]]]
"""Each with its number as a person counts it: in a table, the heading is row 1."""


def rows_of(name: str, content: bytes, encoding: str) -> Rows:
    """The rows of a file; raises Invalid when it cannot be read as a whole."""
    if len(content) > LARGEST:
        raise _unreadable(f"is larger than {LARGEST} bytes")
    lower = name.lower()
    if lower.endswith(".json"):
        return _json(content)
    return _table(_xlsx(content) if lower.endswith(".xlsx") else _csv(content, encoding))


def _json(content: bytes) -> Rows:
    try:
        found = ijson.load(content.removeprefix(b"\xef\xbb\xbf"))
    except Refusal as error:
        raise _unreadable(str(error)) from None
    listed = found.get("results") if isinstance(found, dict) else found
    if not isinstance(listed, list):
        raise _unreadable("is not a list, nor an object with the list results")
    if len(listed) > MOST_ROWS:
        raise _unreadable(f"has more than {MOST_ROWS} rows")
    return [
        (number, row if isinstance(row, dict) else {"": row})
        for number, row in enumerate(listed, 1)
    ]


def _csv(content: bytes, encoding: str) -> list[Sequence[Any]]:
    try:
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(f"is not {encoding} at byte {error.start}") from None
    try:
        return _some(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _unreadable(f"is not CSV: {error}") from None


def _xlsx(content: bytes) -> list[Sequence[Any]]:
    try:
        _check_size(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            most = {"max_row": MOST_ROWS + 2, "max_col": MOST_COLUMNS + 1}
            return _some(sheet.iter_rows(values_only=True, **most))
        finally:
            book.close()
    except Invalid:
        raise
    except (BadZipFile, OSError) as error:
        raise _unreadable(f"is not XLSX: {error}") from None
    except Exception as error:
        # What is wrong with a stranger's XML, openpyxl says in many ways.
        raise _unreadable(f"is not XLSX: {_first_cause(error)}") from None


def _first_cause(error: BaseException) -> str:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return f"{type(error).__name__}: {str(error)[:200]}"


def _check_size(content: bytes) -> None:
    """A part cannot unpack to more than it states: zipfile reads no further."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED or len(parts) > MOST_PARTS:
        raise _unreadable(f"unpacks to {unpacked} bytes; at most {UNPACKED} are read")


def _some(lines: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    found = []
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS + 1:
            raise _unreadable(f"has more than {MOST_ROWS} rows")
        if len(line) > MOST_COLUMNS and any(it is not None for it in line[MOST_COLUMNS:]):
            raise _unreadable(f"has more than {MOST_COLUMNS} columns")
        found.append(line)
    return found


def _table(lines: Sequence[Sequence[Any]]) -> Rows:
    if not lines:
        raise _unreadable("is empty")
    columns = [str(_plain(cell) or "").strip() for cell in lines[0]]
    named = [name for name in columns if name]
    twice = {name for name in named if named.count(name) > 1}
    if twice:
        raise _unreadable(f"has the column {sorted(twice)[0][:100]} twice")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = {
            name: value
            for name, cell in zip(columns, line, strict=False)
            if name and (value := _plain(cell)) is not None
        }
        beyond = [cell for cell in line[len(columns) :] if _plain(cell) is not None]
        if beyond:
            cells[""] = beyond[0]
        if cells:
            rows.append((number, cells))
    return rows


def _plain(cell: Any) -> Any:
    """A cell as JSON has it; None where it is empty. The apostrophe that we wrote goes again."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        text = cell.strip()
        return (text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text) or None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell if cell is None or isinstance(cell, int | float) else str(cell)


def _unreadable(problem: str) -> Invalid:
    return Invalid(Fault("file", problem))
