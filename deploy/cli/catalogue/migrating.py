"""`catalogue migrate`: running cases to another version of their item."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from deploy.cli.catalogue.options import EXAMPLE, AsJson, Departments, Folder, ItemName
from deploy.cli.ordering import faults_in, now, place
from deploy.local.databases import database_of
from services.intake import orders
from services.routing.catalogue import item_of, read_departments
from services.routing.new_version import Difference, Passage, passage
from services.routing.plan import Item
from services.routing.store import DatabaseStore
from shared.errors import Fault, Invalid, NotFound

REFUSED = 1

Codes = Annotated[list[str], typer.Argument(metavar="CODE...", help="The cases, by code.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="A data folder other than the local stack's.")
]


def migrate(
    name: ItemName,
    codes: Codes,
    *,
    version: Annotated[int, typer.Option("--to", metavar="VERSION", min=1)],
    by: Annotated[str, typer.Option("--by", help="Who orders it, by name.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why. It stays in the trace.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    catalogue: Folder = EXAMPLE,
    departments: Departments = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Carry running cases of ITEM to another version that routing has published.

    Shows what changes for each case. Where one of them cannot be carried none is ordered, and the
    exit status is 1. What was answered stays, and what is out stays as it was given out; the limits
    of the whole case stay those of its acceptance. Routing checks each order anew.
    """
    if not dry_run:
        _check(by, reason)
    at = now()
    known = read_departments(catalogue, departments)
    wanted = list(dict.fromkeys(code.strip() for code in codes))
    with database_of("routing", os.environ, data) as database, database.reading() as tx:
        store = DatabaseStore(tx)
        new = _published(store, name, version)
        cases = store.look(wanted)
        _all_there(wanted, list(cases))
        found = [
            passage(case, _published(store, case.item, case.version), new, known, at)
            for case in cases.values()
        ]
    ordered = not dry_run and not any(it.refusals for it in found)
    if ordered:
        said = {"version": version, "by": by, "reason": reason}
        place(orders.migrate, wanted, said, at=at, data=data)
    _print(found, ordered=ordered, as_json=as_json)
    if any(it.refusals for it in found):
        raise typer.Exit(REFUSED)


def _check(by: str, reason: str) -> None:
    faults = faults_in({"by": by, "reason": reason})
    if faults:
        dry = "; or say --dry-run"
        raise Invalid(*(Fault(f"--{it.field}", f"{it.problem}{dry}") for it in faults))


def _published(store: DatabaseStore, name: str, version: int) -> Item:
    document = store.document(name, version)
    if document is None:
        raise NotFound(
            f"routing never published version {version} of {name!r}: put it into the catalogue and"
            " start routing"
        )
    return item_of(document)


def _all_there(wanted: Sequence[str], there: Sequence[str]) -> None:
    missing = [code for code in wanted if code not in there]
    if missing:
        raise NotFound(f"routing knows no case {', '.join(missing)}")


def _print(found: Sequence[Passage], *, ordered: bool, as_json: bool) -> None:
    if as_json:
        cases = [_plain(it) for it in found]
        print(json.dumps({"ordered": ordered, "cases": cases}, ensure_ascii=False, indent=2))
        return
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    for it in found:
        verdict = "cannot be carried" if it.refusals else "can be carried"
        console.print(f"{it.case}: version {it.before} -> {it.after}, {verdict}")
        for difference in it.differences:
            console.print(f"  {_told(difference)}")
        for name, task in _at_once(it):
            console.print(f"  at once: {name} {task}")
        for refusal in it.refusals:
            console.print(f"  REFUSED: {refusal}")
    said = "Ordered; `onewindow trace CODE` shows what routing makes of it."
    console.print(said if ordered else "Nothing was ordered.")


def _told(it: Difference) -> str:
    change = f"{it.before or 'none'} -> {it.after or 'none'}"
    words = {
        "added": f"task added: {it.of} ({it.after})",
        "dropped": f"task dropped: {it.of} ({it.before})",
        "taken_back": f"task taken back from {it.before}: {it.of}",
        "limit_of_new_cases": f"{it.of} limit {change}, for new cases only",
    }
    return words.get(it.what, f"{it.what.replace('_', ' ')} of {it.of}: {change}")


def _at_once(it: Passage) -> list[tuple[str, str]]:
    changes = it.stepped.changes if it.stepped else ()
    return [(type(one).__name__.lower(), getattr(one, "task", "")) for one in changes]


def _plain(it: Passage) -> dict[str, Any]:
    return {
        "case": it.case,
        "before": it.before,
        "after": it.after,
        "differences": [asdict(one) for one in it.differences],
        "at_once": [{"change": name, "task": task} for name, task in _at_once(it)],
        "refusals": list(it.refusals),
    }
