"""The operator's own table of days, which overrides the seed.

    published:                       # years that are decided: nothing in them is provisional
      2027: State Council notice of 4 November 2026
    days:
      - {date: 2027-01-01, kind: holiday, source: State Council notice of 4 November 2026}
      - {date: 2027-01-03, kind: workday, source: State Council notice of 4 November 2026}

A bare list of days is a table that publishes no year. A day that is entered is decided, also in a
year that is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_args

import yaml

from shared.errors import Fault, Invalid
from shared.worktime.days import Entry, EntryKind


@dataclass(frozen=True, kw_only=True)
class Table:
    """Days that the operator decides, and the years (with their notice) that are published."""

    entries: tuple[Entry, ...] = ()
    published: Mapping[int, str] = field(default_factory=dict)


def read_table(path: Path) -> Table:
    """Read a table from a YAML file. Raises Invalid naming every field that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        # text only: the safe loader would refuse 30 February without saying where it stands
        return table_from(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506
    except OSError as error:
        raise Invalid(Fault("calendar", f"{path} cannot be read: {error.strerror}")) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(Fault("calendar", f"{path} is not YAML: {error}")) from error


def table_from(data: Any) -> Table:
    """Make a table from what YAML gives. Raises Invalid naming every field that is wrong."""
    parts = {"days": data} if isinstance(data, list) else data
    if not isinstance(parts, dict):
        raise _wrong(Fault("", "must be a list of days, or a mapping of published and days"))
    unknown = [Fault(str(name), "is unknown") for name in parts.keys() - {"published", "days"}]
    days, published = parts.get("days") or [], parts.get("published") or {}
    faults = [*unknown, *_faults_of_published(published), *_faults_of_days(days)]
    if faults:
        raise _wrong(*faults)
    return Table(
        entries=tuple(_entry(day) for day in days),
        published={int(year): notice for year, notice in published.items()},
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
    day = _date(item.get("date"))
    if day is None:
        faults.append(Fault(f"{name}.date", "must be a date such as 2027-01-01"))
    elif day in seen:
        faults.append(Fault(f"{name}.date", f"{day} is already decided above"))
    else:
        seen.add(day)
    if item.get("kind") not in get_args(EntryKind):
        faults.append(Fault(f"{name}.kind", "must be holiday or workday"))
    if not (isinstance(item.get("source"), str) and item["source"].strip()):
        faults.append(Fault(f"{name}.source", "must name the notice that decided the day"))
    return faults


def _entry(item: dict[str, Any]) -> Entry:
    day = _date(item["date"])
    assert day is not None
    return Entry(date=day, kind=item["kind"], source=item["source"])


def _date(value: Any) -> date | None:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _wrong(*faults: Fault) -> Invalid:
    return Invalid(
        *(Fault(".".join(filter(None, ("calendar", f.field))), f.problem) for f in faults)
    )
