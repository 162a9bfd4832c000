"""Cells that a spreadsheet program shows, and does not work out."""

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that is taken for a formula (OWASP, "CSV Injection")."""


def harmless(cell: Any) -> Any:
    """The same cell; a text that looks like a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
