"""The operator's own table of days, which overrides the seed.

    published:                       # years that are decided: nothing in them is provisional
      2027: State Council notice of 4 November 2026
    days:
      - {date: 2027-01-01, kind: holiday, source: State Council notice of 4 November 2026}
      - {date: 2027-01-03, kind: workday, source: State Council notice of 4 November 2026}
      - {date: 2027-02-05, kind: workday, hours: "09:00-12:00", source: the city}   # a half day
    hours:                           # of business, where they are not 09:00-12:00,13:00-17:00
      - {from: 2027-05-01, to: 2027-09-30, spans: "08:30-12:00,14:30-18:00", source: the city}
    zone: Asia/Shanghai

A bare list of days is a table that publishes no year. A day that is entered is decided, also in a
year that is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import yaml

from shared import yamlfile
from shared.errors import Fault, Invalid
from shared.worktime.days import Entry, EntryKind
from shared.worktime.hours import Season
from shared.worktime.reading import date_of, faults_of_span, hours_of, zone_of

PARTS = ("published", "days", "hours", "zone")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Days that the operator decides, the years (with their notice) that are published, the seasons
    of business hours, and the zone where it is another."""

    entries: tuple[Entry, ...] = ()
    published: Mapping[int, str] = field(default_factory=dict)
    seasons: tuple[Season, ...] = ()
    zone: ZoneInfo | None = None


def merged(tables: Iterable[Table]) -> Table:
    """One table of several: what a later one says of a day, a year or the zone replaces what an
    earlier one said."""
    entries: dict[date, Entry] = {}
    published: dict[int, str] = {}
    seasons: tuple[Season, ...] = ()
    zone = None
    for table in tables:
        entries |= {entry.date: entry for entry in table.entries}
        published |= table.published
        seasons += table.seasons
        zone = table.zone or zone
    return Table(entries=tuple(entries.values()), published=published, seasons=seasons, zone=zone)


def read_table(path: Path) -> Table:
    """Read a table from a YAML file. Raises Invalid naming every field that is wrong."""
    return table_from(read_yaml(path))


def read_yaml(path: Path) -> Any:
    """What a YAML file of the calendar says, dates and numbers as text. Raises Invalid."""
    return yamlfile.read_yaml(path, "calendar", yaml.BaseLoader)


def from_yaml(text: str) -> Any:
    """What a text says in YAML, dates and numbers as text: the safe loader would refuse 30 February
    without saying where it stands."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506


def table_from(data: Any) -> Table:
    """Make a table from what YAML gives. Raises Invalid naming every field that is wrong."""
    parts = {"days": data} if isinstance(data, list) else data
    if not isinstance(parts, dict):
        raise _wrong(Fault("", "must be a list of days, or a mapping of published and days"))
    days, published = parts.get("days") or [], parts.get("published") or {}
    seasons, zone = parts.get("hours") or [], parts.get("zone") or ""
    faults = [
        *(Fault(str(name), "is unknown") for name in parts if name not in PARTS),
        *_faults_of_published(published),
        *_faults_of_days(days),
        *_faults_of_seasons(seasons),
        *([Fault("zone", f"{zone!r} is no time zone")] if zone and not zone_of(zone) else []),
    ]
    if faults:
        raise _wrong(*faults)
    return Table(
        entries=tuple(_entry(day) for day in days),
        published={int(year): notice for year, notice in published.items()},
        seasons=tuple(_season(season) for season in seasons),
        zone=zone_of(zone),
    )


def _faults_of_published(published: Any) -> list[Fault]:
    if isinstance(published, dict) and all(
        str(year).isdecimal() and isinstance(notice, str) for year, notice in published.items()
    ):
        return []
    return [Fault("published", "must map each year to the notice that decided it")]


def _faults_of_days(days: Any) -> list[Fault]:
    if not isinstance(days, list):
        return [Fault("days", "must be a list")]
    faults: list[Fault] = []
    seen: set[date] = set()
    for index, item in enumerate(days):
        faults += _faults_of_day(item, f"days[{index}]", seen)
    return faults


def _faults_of_day(item: Any, name: str, seen: set[date]) -> list[Fault]:
    if not isinstance(item, dict):
        return [Fault(name, "must be a mapping of date, kind and source")]
    faults = []
    day = date_of(item.get("date"))
    if day is None:
        faults.append(Fault(f"{name}.date", "must be a date such as 2027-01-01"))
    elif day in seen:
        faults.append(Fault(f"{name}.date", f"{day} is already decided above"))
    else:
        seen.add(day)
    if item.get("kind") not in get_args(EntryKind):
        faults.append(Fault(f"{name}.kind", "must be holiday or workday"))
    elif item.get("hours") and (item["kind"] == "holiday" or not hours_of(item["hours"])):
        faults.append(Fault(f"{name}.hours", "must be those of a workday, such as 09:00-12:00"))
    if not (isinstance(item.get("source"), str) and item["source"].strip()):
        faults.append(Fault(f"{name}.source", "must name the notice that decided the day"))
    return faults


def _faults_of_seasons(seasons: Any) -> list[Fault]:
    if not isinstance(seasons, list):
        return [Fault("hours", "must be a list")]
    return [
        fault
        for at, season in enumerate(seasons)
        for fault in faults_of_span(season, f"hours[{at}]")
    ]


def _entry(item: dict[str, Any]) -> Entry:
    day = date_of(item["date"])
    assert day is not None
    hours = hours_of(item.get("hours", ""))
    return Entry(date=day, kind=item["kind"], source=item["source"], hours=hours)


def _season(item: dict[str, Any]) -> Season:
    first, hours = date_of(item["from"]), hours_of(item["spans"])
    assert first is not None and hours is not None
    source = item.get("source", "")
    return Season(first=first, last=date_of(item.get("to")), hours=hours, source=source)


def _wrong(*faults: Fault) -> Invalid:
    return Invalid(
        *(Fault(".".join(filter(None, ("calendar", f.field))), f.problem) for f in faults)
    )
