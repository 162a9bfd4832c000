"""Counting as a clerk does it, day after day and minute after minute.

It knows the notices as they were copied by hand and the calendars of the regions as they stand in
their files, and nothing of the code that it checks.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

HERE = Path(__file__).parent
DAY, STEP = timedelta(days=1), timedelta(seconds=30)
Example = dict[str, Any]


def read(name: str) -> Any:
    return yaml.load((HERE / name).read_text("utf-8"), Loader=yaml.BaseLoader)


@cache
def examples() -> list[Example]:
    return read("due.yaml")


def dates(first: str, last: str) -> Iterator[date]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day
        day += DAY


@cache
def notices() -> dict[date, bool]:
    """Whether a day is worked, for each day that a notice names."""
    decided = {}
    for notice in read("notices.yaml").values():
        for holiday in notice["holidays"]:
            decided |= dict.fromkeys(dates(*holiday["off"]), False)
            decided |= {date.fromisoformat(day): True for day in holiday.get("worked", ())}
    return decided


class Office:
    """The days and hours of an office of a region."""

    def __init__(self, region: str = "") -> None:
        self.decided = dict(notices())
        self.half: dict[date, str] = {}
        self.seasons: list[tuple[str, str, str]] = []
        self.zone = ZoneInfo("Asia/Shanghai")
        for wider in (region[:2] + "0000", region[:4] + "00", region):
            for file in sorted((HERE / "calendars" / wider).glob("*.yaml")):
                self._heed(read(f"calendars/{wider}/{file.name}"))

    def _heed(self, said: dict[str, Any]) -> None:
        for it in said.get("days", ()):
            day = date.fromisoformat(it["date"])
            self.decided[day] = it["kind"] == "workday"
            if "hours" in it:
                self.half[day] = it["hours"]
        self.seasons += [
            (it["from"], it.get("to", "9"), it["spans"]) for it in said.get("hours", ())
        ]
        self.zone = ZoneInfo(said["zone"]) if "zone" in said else self.zone

    def works(self, day: date) -> bool:
        return self.decided.get(day, day.weekday() < 5)

    def spans(self, day: date) -> list[tuple[time, time]]:
        text = "09:00-12:00,13:00-17:00"
        for first, last, spans in self.seasons:
            if first <= str(day) <= last:
                text = spans
        edges = [span.split("-") for span in self.half.get(day, text).split(",")]
        return [(time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in edges]

    def close(self, day: date) -> datetime:
        return datetime.combine(day, self.spans(day)[-1][1], self.zone)

    def open(self, moment: datetime) -> bool:
        """Whether business goes on just after a moment."""
        spans = self.spans(moment.date())
        return self.works(moment.date()) and any(a <= moment.time() < b for a, b in spans)


def moment(text: str, zone: ZoneInfo) -> datetime:
    at = datetime.fromisoformat(text)
    return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)


def due(example: Example) -> datetime:
    office = Office(example.get("region", ""))
    start = moment(example["from"], office.zone)
    stops = [[moment(at, office.zone) for at in stop] for stop in example.get("stops", ())]
    budget = int(example["amount"]) + sum(map(int, example.get("more", ())))
    unit = example.get("unit", "working_days")
    count = _hours if unit == "working_hours" else _days
    return count(office, start, stops, budget, unit)


def _days(office: Office, start: datetime, stops: Any, budget: int, unit: str) -> datetime:
    def runs_at_close(day: date) -> bool:
        return not any(begin < office.close(day) <= end for begin, end in stops)

    day, left = start.date(), budget
    while left:
        day += DAY
        counts = unit == "calendar_days" or office.works(day)
        left -= counts and runs_at_close(day)
    while not (office.works(day) and runs_at_close(day)):
        day += DAY
    return office.close(day)


def _hours(office: Office, start: datetime, stops: Any, budget: int, _unit: str) -> datetime:
    at, left = start, timedelta(hours=budget)
    while left:
        stopped = any(begin <= at < end for begin, end in stops)
        left -= STEP if office.open(at) and not stopped else timedelta()
        at += STEP
    return at
