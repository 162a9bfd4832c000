"""What `calendar publish` is told on the command line, as a version of a region's calendar."""

import os
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from shared.errors import Fault, Invalid, OneWindowError
from shared.worktime import Calendars, Version
from shared.worktime.reading import date_of
from shared.worktime.regions import path_of
from shared.worktime.table import read_yaml
from shared.worktime.versions import text_of, version_from


class Overtaken(OneWindowError):
    """Somebody published a version of the same number first; look at it, and publish again."""


def said(
    *,
    file: Path | None,
    off: Sequence[str],
    worked: Sequence[str],
    half: Sequence[str],
    hours: Sequence[str],
    years: Sequence[int],
    zone: str,
) -> dict[str, Any]:
    """The parts of a version: those of the file, if there is one, and the options beside them.

    Raises Invalid naming the option that cannot be read.
    """
    read = read_yaml(file) if file else {}
    if not isinstance(read, dict):
        raise Invalid(Fault(str(file), "must be a mapping of days, years, hours and zone"))
    days = [
        *({"date": day, "kind": "holiday"} for day in _dates("--off", off)),
        *({"date": day, "kind": "workday"} for day in _dates("--worked", worked)),
        *(
            {"date": day, "kind": "workday", "hours": spans}
            for text in half
            for day, spans in [_pair("--half", text, "2026-12-31=09:00-12:00")]
        ),
    ]
    parts = {
        "days": [*(read.get("days") or []), *days],
        "hours": [*(read.get("hours") or []), *map(_season, hours)],
        "years": [*(read.get("years") or []), *map(str, years)],
        "zone": zone or read.get("zone"),
    }
    return read | {name: value for name, value in parts.items() if value}


def next_version(calendars: Calendars, region: str, parts: dict[str, Any]) -> Version:
    """The version that comes next for a region. Raises Invalid, also for one that says nothing."""
    if not parts.keys() & {"days", "hours", "years", "zone"}:
        raise Invalid(Fault("calendar", "says nothing; give days, hours, a year or a zone"))
    number = len(calendars.of_region(region)) + 1
    return version_from(parts, region=region, number=number)


def write(catalogue: Path, version: Version) -> Path:
    """Write the file of a version, whole or not at all; raises Overtaken where there is one."""
    file = path_of(catalogue, version.region, version.number)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.new")
    draft.write_text(text_of(version), encoding="utf-8")
    try:
        os.link(draft, file)
    except FileExistsError:
        raise Overtaken(f"{file} was published meanwhile; look at it, and publish again") from None
    finally:
        draft.unlink()
    return file


def _dates(option: str, texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        first, _, last = text.partition("..")
        begin, end = date_of(first), date_of(last or first)
        if begin is None or end is None or end < begin:
            problem = f"{text!r} is no date such as 2027-10-01 or 2027-10-01..2027-10-07"
            raise Invalid(Fault(option, problem))
        yield from (str(day) for day in _between(begin, end))


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def _season(text: str) -> dict[str, str]:
    days, spans = _pair("--hours", text, "2027-05-01..2027-09-30=08:30-12:00,14:30-18:00")
    first, _, last = days.partition("..")
    return {"from": first, "spans": spans} | ({"to": last} if last else {})


def _pair(option: str, text: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Invalid(Fault(option, f"{text!r} is not of the form {example}"))
    return name, value
