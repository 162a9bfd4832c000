"""Durations of timers (ISO 8601) as limits."""

import re

_DAYS = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?")
_HOURS = re.compile(r"PT(\d+)H")


def limit_of(duration: str) -> tuple[int, str] | None:
    """Amount and unit; None for what no limit can say, as months, minutes or days and hours."""
    if found := _HOURS.fullmatch(duration):
        return (int(found[1]), "working_hours") if int(found[1]) else None
    found = _DAYS.fullmatch(duration)
    days = int(found[1] or 0) * 7 + int(found[2] or 0) if found else 0
    return (days, "calendar_days") if days else None
