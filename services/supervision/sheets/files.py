"""The sheets of a period as files: CSV, XLSX and PDF. Pure; XLSX and PDF take their time."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.fonts import FontFace
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from shared.errors import Unavailable
from shared.spreadsheets import harmless

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF_TYPE = "application/pdf"
FONTS = tuple(
    Path("/usr/share/fonts/truetype") / it
    for it in (
        "wqy/wqy-microhei.ttc",
        "wqy/wqy-zenhei.ttc",
        "droid/DroidSansFallbackFull.ttf",
        "arphic/uming.ttc",
    )
)
"""Fonts of Debian with Chinese characters (fonts-wqy-microhei, fonts-wqy-zenhei, ...)."""

Rows = Sequence[Sequence[str]]


class FontMissing(Unavailable):
    """No font with Chinese characters is installed: install fonts-wqy-microhei."""


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


def pdf_of(title: str, rows: Rows, notes: Sequence[str]) -> bytes:
    """Departments as columns would not fit a page: a row a figure, some departments a page."""
    document = FPDF(orientation="landscape", format="A4")
    document.set_title(title)
    document.add_font("body", fname=str(_font()))
    document.set_auto_page_break(auto=True, margin=12)
    names = [row[0] for row in rows[1:]]
    for first in range(0, max(1, len(names)), 8):
        chosen = [rows[0], *rows[1 + first : 9 + first]]
        document.add_page()
        document.set_font("body", size=15)
        document.cell(text=title, new_x="LMARGIN", new_y="NEXT", h=9)
        document.set_font("body", size=8)
        for note in notes:
            document.multi_cell(0, 4.5, note, new_x="LMARGIN", new_y="NEXT")
        document.ln(2)
        turned = [list(cells) for cells in zip(*chosen, strict=True)]
        widths = (60, *[26] * (len(chosen) - 1))
        with document.table(
            col_widths=widths,
            width=sum(widths),
            align="LEFT",
            text_align=("LEFT", *["RIGHT"] * (len(chosen) - 1)),
            line_height=5,
            padding=0.6,
            headings_style=FontFace(fill_color=(232, 236, 242)),
        ) as drawn:
            for cells in turned:
                drawn.row(cells)
    return bytes(document.output())


def _font() -> Path:
    found = next((it for it in FONTS if it.exists()), None)
    if found is None:
        raise FontMissing("no font with Chinese characters was found: install fonts-wqy-microhei")
    return found


def _number(cell: str) -> Any:
    text, share = cell.removesuffix("%"), cell.endswith("%")
    try:
        return round(float(text) / 100, 6) if share else float(text)
    except ValueError:
        return harmless(cell)
