"""One version of a region's calendar: what one notice changed, published once and never edited.

    published_at: 2026-11-20T10:00:00+08:00
    by: Wang Ming, office of the city government
    source: notice 12 of 2026
    years: [2027]                    # decided with this: nothing in them is provisional any more
    days:
      - {date: 2026-11-27, kind: holiday}
      - {date: 2026-12-31, kind: workday, hours: "09:00-12:00"}
    hours:
      - {from: 2027-05-01, to: 2027-09-30, spans: "08:30-12:00,14:30-18:00"}
    zone: Asia/Shanghai

Each file `calendars/REGION/NNN.yaml` of a catalogue is one, numbered from 001. REGION is a code of
GB/T 2260 or `nation`. A day or a season may name a source of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml

from shared.errors import Fault, Invalid
from shared.worktime.reading import moment_of
from shared.worktime.table import Table, table_from

NATION = "nation"
PARTS = ("published_at", "by", "source", "years", "days", "hours", "zone")


@dataclass(frozen=True, kw_only=True)
class Version:
    """What was published for a region, as its `number`-th version, by whom, by which notice."""

    region: str
    number: int
    published_at: datetime
    by: str
    source: str
    table: Table

    def decides(self, first: date, last: date) -> bool:
        """Whether it says anything of the days from `first` to `last`."""
        table = self.table
        return (
            table.zone is not None
            or any(first <= entry.date <= last for entry in table.entries)
            or any(first.year <= year <= last.year for year in table.published)
            or any(it.first <= last and first <= (it.last or last) for it in table.seasons)
        )


def version_from(data: Any, *, region: str, number: int) -> Version:
    """Make a version from what YAML gives. Raises Invalid naming every field that is wrong."""
    if not isinstance(data, dict):
        raise Invalid(Fault("calendar", "must be a mapping of published_at, by, source and days"))
    faults = [Fault(f"calendar.{name}", "is unknown") for name in data if name not in PARTS]
    published_at = moment_of(data.get("published_at"))
    if published_at is None:
        problem = "must be an instant such as 2026-11-20T10:00:00+08:00"
        faults.append(Fault("calendar.published_at", problem))
    for name in ("by", "source"):
        if not (isinstance(data.get(name), str) and data[name].strip()):
            faults.append(Fault(f"calendar.{name}", "must be given"))
    if not (isinstance(data.get("years", []), list) and all(map(_is_year, data.get("years", [])))):
        faults.append(Fault("calendar.years", "must be a list of years"))
    if faults or published_at is None:
        raise Invalid(*faults)
    return Version(
        region=region,
        number=number,
        published_at=published_at,
        by=data["by"],
        source=data["source"],
        table=_table_of(data),
    )


def text_of(version: Version) -> str:
    """The version as its YAML file."""
    table, source = version.table, version.source
    own = {"source": source}
    plain: dict[str, Any] = {
        "published_at": version.published_at.isoformat(),
        "by": version.by,
        "source": source,
        "years": sorted(table.published),
        "days": [
            {"date": it.date, "kind": it.kind}
            | ({"hours": str(it.hours)} if it.hours else {})
            | _unlike(own, source=it.source)
            for it in table.entries
        ],
        "hours": [
            {"from": it.first}
            | ({"to": it.last} if it.last else {})
            | {"spans": str(it.hours)}
            | _unlike(own, source=it.source)
            for it in table.seasons
        ],
        "zone": table.zone.key if table.zone else "",
    }
    said = {name: value for name, value in plain.items() if value}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100)


def _table_of(data: Mapping[str, Any]) -> Table:
    parts = {
        name: _sourced(data[name], data["source"]) for name in ("days", "hours") if name in data
    }
    zone = {"zone": data["zone"]} if "zone" in data else {}
    published = dict.fromkeys(data.get("years", []), data["source"])
    return table_from(parts | zone | {"published": published})


def _sourced(items: Any, source: str) -> Any:
    """The items of a list, each with the source of its version where it names none of its own."""
    if not isinstance(items, list):
        return items
    return [{"source": source} | it if isinstance(it, dict) else it for it in items]


def _unlike(own: Mapping[str, str], **said: str) -> dict[str, str]:
    return {name: value for name, value in said.items() if own[name] != value}


def _is_year(value: Any) -> bool:
    return str(value).isdecimal() and len(str(value)) == 4
