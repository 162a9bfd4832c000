"""Rows of text in columns, also where letters are two cells wide; nothing is cut off, for what is
printed may go through a pipe."""

from collections.abc import Sequence

from rich.cells import cell_len

GAP = "  "


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row; all rows have as many cells."""
    widths = [max(map(cell_len, cells)) for cells in zip(*rows, strict=True)]
    return [
        GAP.join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
