"""Show the working days of a region, check its calendar, and publish a version of it.

A district has its city's calendar, that its province's, that the nation's: 330106, 330100, 330000,
nation. A version is published once, as calendars/REGION/NNN.yaml in the catalogue, and never
edited. Supervision reads it within seconds and counts anew what it touches.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli import calendars as publishing
from deploy.cli.catalogue.options import EXAMPLE, AsJson, Folder
from deploy.cli.console import say
from deploy.cli.ordering import now
from services.supervision.view import calendar_version
from shared.worktime import NATION, Calendar, Calendars, Version, read_calendars
from shared.worktime.changes import Span, differences, special_days
from shared.worktime.regions import checked_region

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

FIRST_YEAR, LAST_YEAR = 1900, 2999
"""The years that may be asked for; their days are counted one by one."""

Region = Annotated[
    str,
    typer.Option(
        envvar="ONEWINDOW_REGION", help="A code of GB/T 2260 such as 330106, or `nation`."
    ),
]
Days = Annotated[list[str] | None, typer.Option(metavar="DATE[..DATE]", help="Repeatable.")]


@app.command()
def show(
    *,
    region: Region = NATION,
    year: Annotated[
        int | None, typer.Option(min=FIRST_YEAR, max=LAST_YEAR, help="Else the present one.")
    ] = None,
    as_json: AsJson = False,
    catalogue: Folder = EXAMPLE,
) -> None:
    """Show a year: its holidays, the days worked for them, half days, hours, and the notices."""
    calendars, region = read_calendars(catalogue), checked_region(region)
    told = _year(calendars, region, year or now().year)
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(told)


@app.command()
def check(*, as_json: AsJson = False, catalogue: Folder = EXAMPLE) -> None:
    """Check every region's calendar: what cannot be read, and which years nobody has decided."""
    calendars, year = read_calendars(catalogue), now().year
    remarks = list(_remarks(calendars, year))
    if as_json:
        versions = [calendar_version(it) for it in calendars.versions]
        print(json.dumps({"versions": versions, "remarks": remarks}, ensure_ascii=False, indent=2))
        return
    for remark in remarks:
        print(remark)
    counted = Counter(it.region for it in calendars.versions)
    print("; ".join(["sound", *(f"{region} has version {n}" for region, n in counted.items())]))


@app.command()
def publish(
    *,
    region: Region,
    source: Annotated[str, typer.Option(help="The notice that decided it.")],
    by: Annotated[str, typer.Option(help="Who publishes it, by name.")],
    off: Days = None,
    worked: Days = None,
    half: Annotated[
        list[str] | None, typer.Option(metavar="DATE=09:00-12:00", help="Repeatable.")
    ] = None,
    year: Annotated[
        list[int] | None,
        typer.Option(min=FIRST_YEAR, max=LAST_YEAR, help="All of it is decided now. Repeatable."),
    ] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option(metavar="DATE[..DATE]=SPANS", help="Of business, from a date on. Repeatable."),
    ] = None,
    zone: Annotated[str, typer.Option(help="Such as Asia/Urumqi.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="Days, years, hours and zone in YAML, for whole years.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: AsJson = False,
    catalogue: Folder = EXAMPLE,
) -> None:
    """Publish days off, worked weekends, half days, hours or a whole year for a region."""
    calendars, region = read_calendars(catalogue), checked_region(region)
    parts = publishing.said(
        file=file,
        off=off or (),
        worked=worked or (),
        half=half or (),
        hours=hours or (),
        years=year or (),
        zone=zone,
    )
    stated = {"published_at": now().isoformat(timespec="seconds"), "by": by, "source": source}
    version = publishing.next_version(calendars, region, parts | stated)
    told = _published(calendars, version)
    if not dry_run:
        told["file"] = str(publishing.write(catalogue, version))
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show_published(told)


def _published(calendars: Calendars, version: Version) -> dict[str, Any]:
    before = calendars.of(version.region)
    after = calendars.with_version(version).of(version.region)
    return calendar_version(version) | {
        "years": sorted(after.published.keys() - before.published.keys()),
        "changes": [str(span) for span in differences(before, after)],
    }


def _show_published(told: dict[str, Any]) -> None:
    for change in told["changes"]:
        print(change)
    for year in told["years"]:
        print(f"{year} is no longer provisional")
    if not told["changes"] and not told["years"]:
        print("nothing changes: the days were so before")
    say(
        f"Published as {told['file']}."
        if "file" in told
        else "Nothing was published: this was a dry run."
    )


def _year(calendars: Calendars, region: str, year: int) -> dict[str, Any]:
    calendar, first, last = calendars.of(region), date(year, 1, 1), date(year, 12, 31)
    return {
        "region": region,
        "year": year,
        "provisional": year not in calendar.published,
        "source": calendar.published.get(year, ""),
        "working_days": calendar.working_days_through(last) - calendar.working_days_before(first),
        "zone": calendar.zone.key,
        "hours": _hours(calendar, first, last),
        "days": [_day(span) for span in special_days(calendar, first, last)],
        "versions": [calendar_version(it) for it in calendars.holding(region)],
    }


def _hours(calendar: Calendar, first: date, last: date) -> list[str]:
    """The hours of the year in the order in which they come, those of half days left out."""
    days = (calendar.day(date.fromordinal(it)) for it in range(first.toordinal(), last.toordinal()))
    return list(dict.fromkeys(str(day.hours) for day in days if not day.part))


def _day(span: Span) -> dict[str, Any]:
    return {
        "first": str(span.first),
        "last": str(span.last),
        "working": span.hours is not None,
        "hours": str(span.hours) if span.part else "",
        "source": span.source,
    }


def _show(told: dict[str, Any]) -> None:
    state = "PROVISIONAL: no notice has decided it" if told["provisional"] else told["source"]
    print(f"{told['year']}, {told['region']}: {told['working_days']} working days ({state})")
    print(f"hours {', then '.join(told['hours'])} ({told['zone']})")
    for it in told["days"]:
        what = f"worked {it['hours']}".strip() if it["working"] else "off"
        print(f"  {it['first']}  {it['last']}  {what:<20}  {it['source']}")
    for it in told["versions"]:
        when = f"{it['region']} version {it['version']}, {it['published_at']}"
        print(f"{when}, {it['by']}: {it['source']}")


def _remarks(calendars: Calendars, year: int) -> Iterable[str]:
    regions = sorted({NATION, *(it.region for it in calendars.versions)})
    for coming in (year, year + 1):
        open_in = [it for it in regions if coming not in calendars.of(it).published]
        if open_in:
            yield f"{coming} is provisional, no notice has decided it: {', '.join(open_in)}"
    for earlier, later in pairwise(calendars.versions):
        if earlier.region == later.region and later.published_at < earlier.published_at:
            yield f"{later.region}: version {later.number} is dated before version {earlier.number}"
