"""The sheets of a period as PDF. Pure; it takes its time.

Its library is 45 MiB, which most processes never need: `told.load` loads it when it is asked for.
"""

from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import FontFace

from services.supervision.sheets.files import Rows
from shared.errors import Unavailable

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


class FontMissing(Unavailable):
    """No font with Chinese characters is installed: install fonts-wqy-microhei."""


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
