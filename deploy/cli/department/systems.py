"""`department systems`: how it stands with departments' own systems."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.console import say
from deploy.cli.department.options import AsJson, Folder
from deploy.departments.site import catalogue_in_use, connections_in_use
from deploy.local.databases import database_of
from deploy.local.services import departments
from services.department.systems.connections import Connections, read_connections
from services.department.systems.schemas import Standing
from services.department.systems.standing import standing
from shared.businesstime import BusinessTime
from shared.errors import Fault, Invalid

File = Annotated[
    Path | None,
    typer.Option(
        "--connections",
        envvar="ONEWINDOW_CONNECTIONS",
        help="The file connections.yaml; without it, that of the stack or of its catalogue.",
        show_default=False,
    ),
]
Check = Annotated[bool, typer.Option("--check", help="Only check the file.")]


def systems(
    *,
    connections: File = None,
    check: Check = False,
    as_json: AsJson = False,
    catalogue: Folder = None,
) -> None:
    """The way to each department's own system: whether it answers, what waits, what went wrong.

    A fault in connections.yaml is told by its field, with exit status 2.
    """
    file = connections_in_use(connections, catalogue)
    found = read_connections(file)
    if check:
        _check_kept(found, departments(catalogue_in_use(catalogue)))
        say(f"{file}: nothing wrong; departments: {', '.join(found)}")
        return
    shown = _standing(found)
    if as_json:
        print(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        _show(shown)


def _check_kept(found: Connections, desks: Mapping[str, bool]) -> None:
    """The department service keeps the tasks of desk departments, and has none of others."""
    problem = "has no desk: true in departments.yaml, so its tasks go to a worker and not here"
    faults = [Fault(f"departments.{name}", problem) for name in found if not desks.get(name)]
    if faults:
        raise Invalid(*faults)


def _standing(found: Connections) -> list[dict[str, Any]]:

    now = BusinessTime().now()
    with database_of("department", os.environ) as database, database.reading() as tx:
        return [Standing().dump(standing(tx, it, now)) for it in found.values()]


def _show(shown: Sequence[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("department", "way", "line", "waiting", "since", "in vain", "problems"):
        table.add_column(column, no_wrap=True)
    for it in shown:
        counts = [str(len(it[name])) for name in ("in_vain", "problems")]
        since = (it["waiting_since"] or "-")[:16]
        table.add_row(it["department"], it["way"], it["line"], str(it["waiting"]), since, *counts)
    Console(highlight=False, emoji=False).print(table)
    for it in shown:
        if it["error"]:
            print(f"{it['department']}: {it['error']}")
