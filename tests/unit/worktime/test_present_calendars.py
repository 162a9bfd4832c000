"""Calendars that are read again while a process runs."""

import os
from datetime import date
from pathlib import Path

from shared.worktime import PresentCalendars
from shared.worktime.regions import path_of
from shared.worktime.versions import text_of
from tests.unit.worktime.test_regions import FRIDAY, off, version, worked


def publish(catalogue: Path, number: int, **table: object) -> None:
    file = path_of(catalogue, "330100", number)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text_of(version("330100", number, **table)), encoding="utf-8")


def looked_twice(present: PresentCalendars) -> bool:
    return any([present.refresh(), present.refresh()])


def test_nothing_is_read_again_while_nothing_changes(tmp_path: Path):
    publish(tmp_path, 1, entries=off(FRIDAY))
    present = PresentCalendars(tmp_path)
    before = present.calendars
    assert not looked_twice(present)
    assert present.calendars is before


def test_a_version_that_is_published_meanwhile_holds(tmp_path: Path):
    present = PresentCalendars(tmp_path)
    publish(tmp_path, 1, entries=off(FRIDAY))
    assert looked_twice(present)
    assert not present.calendars.of("330106").is_working(FRIDAY)
    publish(tmp_path, 2, entries=worked(FRIDAY))
    assert looked_twice(present)
    assert present.calendars.of("330106").is_working(FRIDAY)


def test_the_nations_table_is_read_again_as_well(tmp_path: Path):
    table = tmp_path / "calendar.yaml"
    table.write_text("- {date: 2026-11-27, kind: holiday, source: x}", encoding="utf-8")
    present = PresentCalendars(tmp_path)
    table.write_text("- {date: 2026-11-26, kind: holiday, source: x}", encoding="utf-8")
    os.utime(table, ns=(1, 1))
    assert looked_twice(present)
    assert present.calendars.of("nation").is_working(FRIDAY)
    assert not present.calendars.of("nation").is_working(date(2026, 11, 26))


def test_a_version_that_cannot_be_read_is_not_taken_over(tmp_path: Path):
    publish(tmp_path, 1, entries=off(FRIDAY))
    present = PresentCalendars(tmp_path)
    path_of(tmp_path, "330100", 2).write_text("by: nobody", encoding="utf-8")
    assert not looked_twice(present)
    assert not present.calendars.of("330100").is_working(FRIDAY)
    publish(tmp_path, 2, entries=worked(FRIDAY))
    assert looked_twice(present)


def test_what_somebody_is_still_writing_is_not_counted_by_but_shown_to_who_asks(tmp_path: Path):
    present, asked = PresentCalendars(tmp_path), PresentCalendars(tmp_path, asked=True)
    publish(tmp_path, 1, entries=off(FRIDAY))
    assert not present.refresh()
    assert present.calendars.of("330100").is_working(FRIDAY)
    assert asked.refresh()
    assert not asked.calendars.of("330100").is_working(FRIDAY)
