"""Rows of text in a file: CSV for spreadsheets, or a JSON object a line."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.cli.wholefile import whole
from shared.errors import Fault, Invalid
from shared.spreadsheets import harmless


def write_rows(
    path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], field: str
) -> None:
    """Write rows, by the name of the file. Raises Invalid naming `field` where it cannot be."""
    try:
        with whole(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            if path.suffix == ".csv":
                written = csv.DictWriter(file, columns)
                written.writeheader()
                written.writerows(map(_harmless, rows))
            else:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    except OSError as error:
        raise Invalid(Fault(field, f"{path} cannot be written: {error.strerror}")) from error


def _harmless(row: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in an event log, somebody else wrote."""
    return {name: harmless(cell) for name, cell in row.items()}
