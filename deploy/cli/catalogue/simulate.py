"""`catalogue simulate`: what would happen to a case, or what limits would have meant for a log."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli import forecasting, hindsights
from deploy.cli.catalogue.options import (
    EXAMPLE,
    AsJson,
    Departments,
    Folder,
    ItemName,
    calendar_of,
    item_in,
    mapping_in,
)
from deploy.cli.reading import progress_of, zone_of
from deploy.forecast import Supposed, forecast
from deploy.hindsight import Hindsight, Reading, hindsight, tasks_of
from services.routing.catalogue import load_catalogue
from services.routing.plan import Item
from services.supervision import xes
from services.supervision.replay import calendar_of as weekends_off
from shared.errors import Fault, Invalid
from shared.worktime import Calendar

Form = Annotated[Path | None, typer.Option(metavar="FILE", help="The form, as YAML or JSON.")]
Results = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What departments state: {task: {field: value}}."),
]
Begin = Annotated[
    datetime | None, typer.Option(help="When it is accepted; now unless said otherwise.")
]
Log = Annotated[
    Path | None,
    typer.Option(metavar="FILE.xes[.gz]", help="An event log, in the place of a form."),
]
Activities = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Which activity of the log is which task: {activity: task}. Those that are called as"
        " a task or its title need not be there.",
    ),
]
Zone = Annotated[
    str, typer.Option(help="The zone of the log's office, elsewhere: then only weekends are off.")
]


def simulate(
    name: ItemName,
    *,
    form: Form = None,
    results: Results = None,
    begin: Begin = None,
    region: Annotated[str, typer.Option(help="GB/T 2260; it may choose departments.")] = "",
    log: Log = None,
    activities: Activities = None,
    zone: Zone = "",
    start: Annotated[str, typer.Option(help="The log's name for a case's begin.")] = "startdate",
    end: Annotated[str, typer.Option(help="The log's name for a case's end.")] = "enddate",
    catalogue: Folder = EXAMPLE,
    departments: Departments = None,
    as_json: AsJson = False,
) -> None:
    """Say what would happen to a case of ITEM, with dates, without doing anything.

    With --form: everybody is taken to approve on the last day of their limits. With --log: how many
    cases of an event log would have missed the limits of ITEM, and where their time went.
    """
    known = load_catalogue(catalogue, departments)
    item, calendar = item_in(known, name), calendar_of(catalogue)
    if (form is None) == (log is None):
        raise Invalid(Fault("--form", "give either a form or, with --log, an event log"))
    if log is not None:
        calendar = weekends_off(zone_of(zone)) if zone else calendar
        reading = Reading(tasks=_tasks(item, activities), start=start, end=end)
        past = _over(log, item, reading, calendar)
        if as_json:
            _print(hindsights.plain(item, log, past))
        else:
            hindsights.show(past, calendar)
        return
    assert form is not None, "one of the two is there"
    moment = begin or datetime.now(calendar.zone)
    supposed = Supposed(
        form=mapping_in(form),
        results=mapping_in(results) if results else {},
        begins=moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone),
        region=region,
    )
    found = forecast(item, known.departments, supposed, calendar)
    if as_json:
        _print(forecasting.plain(item, found, calendar))
    else:
        forecasting.show(found, calendar)


def _tasks(item: Item, activities: Path | None) -> dict[str, str]:
    given = mapping_in(activities) if activities else {}
    return tasks_of(item, {str(activity): str(task) for activity, task in given.items()})


def _over(log: Path, item: Item, reading: Reading, calendar: Calendar) -> Hindsight:
    with progress_of(log, "Reading") as advance:
        return hindsight(item, xes.read(log, advance), reading, calendar)


def _print(plain: dict[str, Any]) -> None:
    print(json.dumps(plain, ensure_ascii=False, indent=2))
