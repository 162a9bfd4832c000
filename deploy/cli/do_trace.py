"""Show everything that ever happened to a case, in order; --verify checks every hash of it.

Exit status 1 if the trace is not as it was written.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.console import say
from deploy.cli.ordering import now
from deploy.local.databases import database_of
from services.supervision import record, view
from services.supervision.telling import lines
from services.supervision.trace import Entry, Finding, Head
from shared.businesstime import CHINA
from shared.casecode import RegionalCode

TAMPERED = 1


def command(
    code: Annotated[str, typer.Argument(metavar="CODE", help="As it stands on the receipt.")],
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Check every hash.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it with what was signed, to check it elsewhere."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="A data folder other than the local stack's.")
    ] = None,
) -> None:
    code = checked(code, os.environ)
    with database_of("supervision", os.environ, data) as database, database.reading() as tx:
        entries, head, findings = view.read_trace(tx, code)
        if export:
            told = record.exported(tx, code, now())
            export.write_text(json.dumps(told, ensure_ascii=False, indent=2), encoding="utf-8")
    if export:
        signed = max((it["count"] for it in told["anchors"]), default=0)
        say(f"Written to {export}: {head.count} entries, signed through entry {signed}.")
    elif as_json:
        print(json.dumps(view.trace(code, entries, head, findings), ensure_ascii=False, indent=2))
    else:
        _show(entries)
        if verify:
            _show_verdict(head, findings)
    if verify and findings:
        raise typer.Exit(TAMPERED)


def checked(code: str, environ: Mapping[str, str]) -> str:
    """The code in its one spelling. Codes of other schemes have check digits under a key that only
    intake has, so those are looked up as they are typed."""
    regional = environ.get("ONEWINDOW_CODE_SCHEME", RegionalCode.name) == RegionalCode.name
    return RegionalCode().verify(code) if regional else code.strip()


def _show(entries: Sequence[Entry]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("#", "at", "where"):
        table.add_column(column, no_wrap=True)
    table.add_column("what", overflow="fold")
    for entry in entries:
        for line in lines(entry):
            at = f"{line.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
            table.add_row(str(line.position), at, line.where, line.what)
    Console(markup=False, highlight=False, emoji=False).print(table)


def _show_verdict(head: Head, findings: Sequence[Finding]) -> None:
    print()
    if not findings:
        print(f"verified: {head.count} entries, head {head.hash}")
    for finding in findings:
        print(f"NOT AS WRITTEN, entry {finding.position}: {finding.problem}")
