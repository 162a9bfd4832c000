"""What stands in a file of days, read leniently: None for what cannot be."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.errors import Fault, Invalid
from shared.worktime.hours import BusinessHours


def date_of(value: Any) -> date | None:
    """A date, or text such as 2027-01-01."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def moment_of(value: Any) -> datetime | None:
    """An instant with its offset, such as 2026-11-04T15:00:00+08:00."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.utcoffset() is not None else None


def hours_of(value: Any) -> BusinessHours | None:
    """Hours of business, such as 09:00-12:00,13:00-17:00."""
    try:
        return BusinessHours.parse(value)
    except (AttributeError, Invalid):
        return None


def zone_of(value: Any) -> ZoneInfo | None:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(value) if value else None
    except (TypeError, ValueError, KeyError, OSError):
        return None


def faults_of_span(item: Any, name: str) -> list[Fault]:
    """What is wrong with a season of business hours: `{from, to, spans, source}`."""
    if not isinstance(item, dict):
        return [Fault(name, "must be a mapping of from, to, spans and source")]
    first, last = date_of(item.get("from")), date_of(item.get("to"))
    faults = [] if first else [Fault(f"{name}.from", "must be a date such as 2027-05-01")]
    if item.get("to") and not (last and (first is None or last >= first)):
        faults.append(Fault(f"{name}.to", "must be a date that is not before `from`"))
    if not hours_of(item.get("spans")):
        faults.append(Fault(f"{name}.spans", "must be of the form 09:00-12:00,13:00-17:00"))
    return faults
