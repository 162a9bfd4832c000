"""The calendars of regions, and the versions in which they are published."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.errors import Invalid
from shared.worktime import (
    BusinessHours,
    Calendars,
    Entry,
    Season,
    Table,
    Version,
    moment_beside_due,
    read_calendars,
)
from shared.worktime.ledger import Ledger
from shared.worktime.regions import checked_region, lineage, path_of
from shared.worktime.table import table_from
from shared.worktime.versions import text_of, version_from

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def version(region: str, number: int = 1, day: int = 20, **table: object) -> Version:
    published_at = at(f"2026-11-{day:02}T10:00")
    own = Table(**table)  # type: ignore[arg-type]
    return Version(
        region=region, number=number, published_at=published_at, by="Li", source="n", table=own
    )


def off(day: date) -> tuple[Entry, ...]:
    return (Entry(date=day, kind="holiday", source="n"),)


def worked(day: date) -> tuple[Entry, ...]:
    return (Entry(date=day, kind="workday", source="n"),)


@pytest.mark.parametrize(
    ("region", "wider"),
    [
        ("330106", ("nation", "330000", "330100", "330106")),
        ("330100", ("nation", "330000", "330100")),
        ("330000", ("nation", "330000")),
        ("33", ("nation", "330000")),
        ("110101", ("nation", "110000", "110100", "110101")),
        ("nation", ("nation",)),
        ("a town", ("nation",)),
        ("", ("nation",)),
    ],
)
def test_a_district_lies_in_its_city_that_in_its_province_that_in_the_nation(
    region: str, wider: tuple[str, ...]
):
    assert lineage(region) == wider


@pytest.mark.parametrize("region", ["a town", "", "33010", "3301060", "030106"])
def test_what_is_no_region_is_refused(region: str):
    with pytest.raises(Invalid, match=r"region: .* no code of GB/T 2260"):
        checked_region(region)


def test_a_day_that_a_city_declares_holds_in_its_districts_and_nowhere_else():
    calendars = Calendars([version("330100", entries=off(FRIDAY))])
    assert not calendars.of("330100").is_working(FRIDAY)
    assert not calendars.of("330106").is_working(FRIDAY)
    assert calendars.of("330000").is_working(FRIDAY)
    assert calendars.of("330200").is_working(FRIDAY)


def test_what_a_nearer_region_says_goes_before_what_a_wider_one_says_later():
    nation = version("nation", day=21, entries=off(FRIDAY))
    calendars = Calendars([version("330100", entries=worked(FRIDAY)), nation])
    assert calendars.of("330106").is_working(FRIDAY)
    assert not calendars.of("330200").is_working(FRIDAY)


def test_a_later_version_of_a_region_goes_before_an_earlier_one():
    first, second = (
        version("330100", entries=off(FRIDAY)),
        version("330100", 2, entries=worked(FRIDAY)),
    )
    assert Calendars([second, first]).of("330100").is_working(FRIDAY)


def test_a_year_that_the_nation_publishes_is_provisional_in_no_region():
    calendars = Calendars([version("nation", published={2027: "n"})])
    assert not calendars.of("330106").day(date(2027, 3, 3)).provisional
    assert (
        Calendars([version("330100", published={2027: "n"})])
        .of("330200")
        .provisional(date(2027, 3, 3), date(2027, 3, 4))
    )


def test_regions_for_which_the_same_holds_share_one_calendar():
    calendars = Calendars([version("330100", entries=off(FRIDAY))])
    assert calendars.of("330106") is calendars.of("330100")
    assert calendars.of("110101") is calendars.of("nation")
    assert calendars.of("330106") is not calendars.of("330200")


def test_the_cause_of_a_change_is_the_version_last_published_that_decides_the_days():
    city = version("330100", entries=off(FRIDAY), day=20)
    nation = version("nation", entries=off(SATURDAY), day=22)
    calendars = Calendars([city, nation])
    assert calendars.cause("330106", FRIDAY, FRIDAY) == city
    assert calendars.cause("330106", FRIDAY, SATURDAY) == nation
    assert calendars.cause("330200", FRIDAY, FRIDAY) is None


def test_a_season_or_a_year_is_a_cause_as_well():
    summer = Season(
        first=date(2026, 5, 1), last=date(2026, 9, 30), hours=BusinessHours.parse("08:00-12:00")
    )
    assert version("330100", seasons=(summer,)).decides(date(2026, 9, 30), FRIDAY)
    assert not version("330100", seasons=(summer,)).decides(date(2026, 10, 1), FRIDAY)
    assert version("nation", published={2027: "n"}).decides(FRIDAY, date(2027, 1, 4))
    assert not version("nation", published={2027: "n"}).decides(FRIDAY, FRIDAY)


FULL = {
    "published_at": "2026-11-20T10:00:00+08:00",
    "by": "王明",
    "source": "notice 12 of 2026",
    "years": ["2027"],
    "days": [
        {"date": "2026-11-27", "kind": "holiday"},
        {
            "date": "2026-12-31",
            "kind": "workday",
            "hours": "09:00-12:00",
            "source": "a telephone call",
        },
    ],
    "hours": [{"from": "2027-05-01", "to": "2027-09-30", "spans": "08:30-12:00,14:30-18:00"}],
    "zone": "Asia/Urumqi",
}


def test_a_version_is_read_and_each_day_has_its_source():
    read = version_from(FULL, region="330100", number=3)
    assert [it.source for it in read.table.entries] == ["notice 12 of 2026", "a telephone call"]
    assert read.table.published == {2027: "notice 12 of 2026"}
    assert read.table.seasons[0].source == "notice 12 of 2026"
    assert read.table.zone == ZoneInfo("Asia/Urumqi")


def test_a_version_that_is_written_is_read_again(tmp_path: Path):
    written = version_from(FULL, region="330100", number=1)
    file = path_of(tmp_path, "330100", 1)
    file.parent.mkdir(parents=True)
    file.write_text(text_of(written), encoding="utf-8")
    assert read_calendars(tmp_path).versions == (written,)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"published_at": "2026-11-20"}, "calendar.published_at"),
        ({"by": ""}, "calendar.by"),
        ({"source": " "}, "calendar.source"),
        ({"years": ["soon"]}, "calendar.years"),
        ({"years": "2027"}, "calendar.years"),
        ({"zone": "Mars/Olympus"}, "calendar.zone"),
        ({"days": [{"date": "2026-11-27", "kind": "half"}]}, r"calendar.days\[0\].kind"),
        ({"days": [{"date": "2026-11-27", "kind": "holiday", "hours": "09:00-12:00"}]}, "hours"),
        ({"days": "none"}, "calendar.days"),
        ({"hours": [{"from": "2027-05-01", "spans": "all day"}]}, r"calendar.hours\[0\].spans"),
        ({"hours": [{"from": "2027-05-01", "to": "2027-04-01", "spans": "9:00-12:00"}]}, "to"),
        ({"hours": [{"spans": "09:00-12:00"}]}, r"calendar.hours\[0\].from"),
        ({"hours": "09:00"}, "calendar.hours"),
        ({"colour": "red"}, "calendar.colour: is unknown"),
    ],
)
def test_a_version_that_cannot_be_read_names_every_field(change: dict[str, object], named: str):
    with pytest.raises(Invalid, match=named):
        version_from(FULL | change, region="330100", number=1)


def test_a_version_that_is_left_out_is_missed(tmp_path: Path):
    file = path_of(tmp_path, "330100", 2)
    file.parent.mkdir(parents=True)
    file.write_text("published_at: never", encoding="utf-8")
    with pytest.raises(Invalid, match=r"stands where version 001\.yaml should"):
        read_calendars(tmp_path)


def test_a_folder_that_is_no_region_is_refused(tmp_path: Path):
    (tmp_path / "calendars" / "3301").mkdir(parents=True)
    with pytest.raises(Invalid, match="must be called 330100"):
        read_calendars(tmp_path)


def test_a_catalogue_without_calendars_has_that_of_china(tmp_path: Path):
    assert not read_calendars(tmp_path).of("330100").is_working(date(2026, 10, 1))


def test_the_operators_table_holds_below_every_version(tmp_path: Path):
    (tmp_path / "calendar.yaml").write_text(
        "- {date: 2026-11-27, kind: holiday, source: x}", encoding="utf-8"
    )
    assert not read_calendars(tmp_path).of("330100").is_working(FRIDAY)
    table = table_from([{"date": FRIDAY, "kind": "holiday", "source": "x"}])
    assert (
        Calendars([version("330100", entries=worked(FRIDAY))], table=table)
        .of("330106")
        .is_working(FRIDAY)
    )


def test_a_rung_beside_the_due_date_falls_into_the_business_of_a_half_day():
    half = Entry(date=FRIDAY, kind="workday", source="n", hours=BusinessHours.parse("09:00-12:00"))
    calendar = Calendars([version("330100", entries=(half,))]).of("330100")
    ledger = Ledger.starting(at("2026-11-25T10:00"), 3, "working_days")
    assert ledger.due_date(calendar) == at("2026-11-30T17:00")
    assert moment_beside_due(ledger, -1, calendar) == at("2026-11-27T12:00")


def test_business_is_counted_through_days_of_different_length():
    half = Entry(date=FRIDAY, kind="workday", source="n", hours=BusinessHours.parse("09:00-12:00"))
    calendar = Calendars([version("330100", entries=(half,))]).of("330100")
    hour = 3_600_000_000
    before = calendar.business_before(FRIDAY)
    assert calendar.business_before(date(2026, 11, 30)) - before == 3 * hour
    assert calendar.business_at(before + 3 * hour) == (FRIDAY, 3 * hour)
    assert calendar.business_at(before + 3 * hour + 1) == (date(2026, 11, 30), 1)
