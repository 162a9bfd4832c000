"""List open tasks over all departments: which are late and by how much, whose they are.

The gravest stand first: red, yellow, green, then those whose time stands still. What is left, or
by how much a task is late, is in the unit of its clock. Lights go by policies.yaml and the
calendars of the catalogue, as those on the wall of supervision do.
"""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from deploy.cli.catalogue.options import EXAMPLE, AsJson, Folder
from deploy.cli.columns import aligned
from deploy.cli.console import say
from deploy.cli.naming import check_known, departments_of, items_of, known_region
from deploy.cli.ordering import now
from deploy.cli.rowfiles import write_rows
from deploy.local.databases import database_of
from services.supervision import tasklist
from services.supervision.domain import Rules
from services.supervision.open_cases import OpenCase, look
from services.supervision.policies import read_policy
from services.supervision.tasklist import EARLIEST, LATEST, Found, Listed, Question, end_of
from shared.errors import Fault, Invalid
from shared.lights import FILE, LIGHTS
from shared.worktime import NATION, Calendar, Calendars, read_calendars
from shared.worktime.words import left

SHOWN = 50
WAITS_FOR = {"acceptance": "acceptance", "handling": "completion"}
"""What ends each clock of a task."""
COLUMNS = (
    *("light", "left", "unit", "due_at", "provisional", "department", "case", "item", "item_title"),
    *("task", "title", "waits_for", "region", "assignment"),
)


def command(
    *,
    light: Annotated[
        Literal["red", "yellow", "today", "green", "none"] | None,
        typer.Option(help="Only these; today: due today and not late."),
    ] = None,
    department: Annotated[str, typer.Option(help="Only this department's.")] = "",
    region: Annotated[str, typer.Option(help="Only of this region and those in it.")] = "",
    item: Annotated[str, typer.Option(help="Only of this service item.")] = "",
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Due on this day or before."),
    ] = None,
    order: Annotated[
        Literal["gravest", "due", "department"], typer.Option(help="What stands first.")
    ] = "gravest",
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"At most so many; else {SHOWN}, in files and JSON all."),
    ] = None,
    language: Annotated[Literal["en", "zh"], typer.Option(help="Of titles: en or zh.")] = "en",
    as_json: AsJson = False,
    csv: Annotated[
        Path | None, typer.Option(help="Write them to this file: .csv, or else JSON lines.")
    ] = None,
    catalogue: Folder = EXAMPLE,
    data: Annotated[
        Path | None, typer.Option(help="A data folder other than the local stack's.")
    ] = None,
) -> None:
    calendars, moment = read_calendars(catalogue), now()
    rules = Rules(
        calendar=calendars.of(os.environ.get("ONEWINDOW_REGION", NATION)),
        policy=read_policy(catalogue / FILE),
        calendars=calendars,
    )
    question = Question(
        light=light or "",
        department=department,
        region=known_region(region, catalogue) if region else "",
        item=item,
        before=_end_of(until, rules.calendar) if until else None,
        order=order,
    )
    with database_of("supervision", os.environ, data) as database, database.reading() as tx:
        cases = list(look(tx, {}, rules).cases.values())
    _check(question, cases, catalogue)
    found = tasklist.find(cases, question, moment)
    most = limit or (None if as_json or csv else SHOWN)
    if csv:
        rows = tasklist.listed(found.tasks[:most], calendars, moment)
        write_rows(csv, [_flat(it, calendars, language) for it in rows], COLUMNS, "--csv")
        say(f"{csv} is written: {len(rows)} tasks.")
    if as_json:
        told = tasklist.told(found, found.tasks[:most], calendars, moment)
        print(json.dumps(told, ensure_ascii=False, indent=2))
    elif not csv:
        rows = tasklist.listed(found.tasks[:most], calendars, moment)
        print("\n".join(_lines(found, rows, calendars, language)))
        if len(rows) < len(found.tasks):
            say(f"The first {len(rows)} of {len(found.tasks)}: see --limit.")


def _end_of(day: datetime, calendar: Calendar) -> datetime:
    if not EARLIEST <= day.date() <= LATEST:
        raise Invalid(Fault("--until", f"must lie between {EARLIEST} and {LATEST}"))
    return end_of(day.date(), calendar.zone)


def _check(question: Question, cases: Sequence[OpenCase], catalogue: Path) -> None:
    """Refuse names that neither the catalogue nor an open case has."""
    if question.department:
        known = {task.department for case in cases for task in case.tasks}
        known.update(departments_of(catalogue))
        check_known("--department", question.department, known, where="the catalogue")
    if question.item:
        known = {case.item for case in cases}.union(items_of(catalogue))
        check_known("--item", question.item, known, where="the catalogue")


def _flat(row: Listed, calendars: Calendars, language: str) -> dict[str, Any]:
    told = tasklist.plain(row, calendars)
    titles = {name: told[name][language] for name in ("title", "item_title")}
    return {name: {**told, **titles}[name] for name in COLUMNS}


def _lines(found: Found, rows: Sequence[Listed], calendars: Calendars, language: str) -> list[str]:
    counts = ", ".join(f"{getattr(found.counts, it)} {it}" for it in LIGHTS)
    heading = f"{found.counts.all} open tasks: {counts}; {found.counts.today} due today"
    return [heading, *aligned([_cells(it, calendars, language) for it in rows])]


def _cells(row: Listed, calendars: Calendars, language: str) -> list[str]:
    case, task, due = row.case, row.task, row.task.timing.due_at
    here = calendars.of(case.region)
    return [
        row.light,
        left(language, row.left, task.limit.unit, passed=row.light == "red"),
        f"due {here.local(due):%Y-%m-%d %H:%M}" if due else "stands still",
        task.department,
        case.code,
        getattr(task.title, language) or task.task,
        f"waits for {WAITS_FOR[task.awaited]}",
    ]
