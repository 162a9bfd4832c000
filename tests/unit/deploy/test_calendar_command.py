"""./onewindow calendar, as a person calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.cli.calendars import Overtaken, write
from shared.worktime import read_calendars

AT_NOON = "2026-11-20T12:00:00+08:00@1/9999999999"


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ONEWINDOW_TIME", AT_NOON)
    monkeypatch.delenv("ONEWINDOW_REGION", raising=False)
    return tmp_path


def run(catalogue: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["calendar", *arguments, "--catalogue", str(catalogue)])


def publish(catalogue: Path, *arguments: str, region: str = "330100") -> Result:
    said = ["--region", region, "--source", "notice 12", "--by", "王明", *arguments]
    return run(catalogue, "publish", *said)


def shown(catalogue: Path, region: str, year: int) -> dict[str, object]:
    done = run(catalogue, "show", "--region", region, "--year", str(year), "--json")
    return json.loads(done.stdout)


def test_a_year_is_shown_with_its_holidays_and_its_notice(catalogue: Path):
    said = run(catalogue, "show", "--year", "2026").stdout
    assert said.startswith("2026, nation: 248 working days (国办发明电〔2025〕7号)")
    assert "2026-02-15  2026-02-23  off                   Spring Festival" in said
    assert "2026-10-10  2026-10-10  worked                National Day" in said


def test_a_year_that_nobody_has_decided_is_shown_as_provisional(catalogue: Path):
    assert shown(catalogue, "330100", 2027)["provisional"] is True
    said = run(catalogue, "show", "--year", "2027").stdout
    assert "(PROVISIONAL: no notice has decided it)" in said
    assert "2027 is provisional, no notice has decided it: nation" in run(catalogue, "check").stdout


def test_an_extra_day_off_is_published_for_a_city_and_its_districts(catalogue: Path):
    done = publish(catalogue, "--off", "2026-11-27", "--half", "2026-12-31=09:00-12:00")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == ["2026-11-27 off", "2026-12-31 worked 09:00-12:00"]
    (version,) = read_calendars(catalogue).versions
    assert (version.region, version.number, version.by) == ("330100", 1, "王明")
    assert version.published_at.isoformat() == "2026-11-20T12:00:00+08:00"
    assert shown(catalogue, "330106", 2026)["working_days"] == 247
    assert shown(catalogue, "330200", 2026)["working_days"] == 248


def test_a_year_is_published_from_a_file(catalogue: Path, tmp_path: Path):
    file = tmp_path / "2027.yaml"
    file.write_text(
        "years: [2027]\ndays:\n- {date: 2027-01-01, kind: holiday}\n"
        "- {date: 2027-01-02, kind: workday}\n",
        encoding="utf-8",
    )
    done = publish(catalogue, "--file", str(file), region="nation")
    assert done.stdout.splitlines() == [
        "2027-01-01 off",
        "2027-01-02 worked 09:00-12:00,13:00-17:00",
        "2027 is no longer provisional",
    ]
    assert shown(catalogue, "330106", 2027)["provisional"] is False


def test_a_span_of_days_and_a_season_of_hours_are_published(catalogue: Path):
    summer = "2027-05-01..2027-09-30=08:30-12:00,14:30-18:00"
    done = publish(catalogue, "--off", "2026-11-26..2026-11-27", "--hours", summer, "--json")
    told = json.loads(done.stdout)
    assert told["changes"][0] == "2026-11-26 to 2026-11-27 off"
    assert told["changes"][1] == "2027-05-03 to 2027-05-07 worked 08:30-12:00,14:30-18:00"
    assert shown(catalogue, "330100", 2027)["hours"] == [
        "09:00-12:00,13:00-17:00",
        "08:30-12:00,14:30-18:00",
    ]


def test_a_dry_run_publishes_nothing(catalogue: Path):
    done = publish(catalogue, "--off", "2026-11-27", "--dry-run")
    assert done.stdout.splitlines() == ["2026-11-27 off"]
    assert read_calendars(catalogue).versions == ()


def test_each_version_is_a_file_of_its_own(catalogue: Path):
    publish(catalogue, "--off", "2026-11-27")
    publish(catalogue, "--worked", "2026-11-27")
    assert [it.number for it in read_calendars(catalogue).versions] == [1, 2]
    assert shown(catalogue, "330100", 2026)["working_days"] == 248
    assert "sound; 330100 has version 2" in run(catalogue, "check").stdout


def test_two_who_publish_at_once_do_not_overwrite_each_other(catalogue: Path):
    publish(catalogue, "--off", "2026-11-27")
    (version,) = read_calendars(catalogue).versions
    with pytest.raises(Overtaken, match="was published meanwhile"):
        write(catalogue, version)
    assert [it.name for it in (catalogue / "calendars" / "330100").iterdir()] == ["001.yaml"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "calendar: says nothing; give days, hours, a year or a zone"),
        (("--off", "2026-13-01"), "--off: '2026-13-01' is no date such as 2027-10-01"),
        (("--off", "2026-11-27..2026-11-20"), "--off: "),
        (("--half", "2026-11-27"), "--half: '2026-11-27' is not of the form"),
        (("--half", "2026-11-27=noon"), r"calendar.days[0].hours: must be those of a workday"),
        (("--zone", "Mars"), "calendar.zone: 'Mars' is no time zone"),
        (("--off", "2026-11-27", "--worked", "2026-11-27"), "2026-11-27 is already decided above"),
    ],
)
def test_what_cannot_be_published_is_refused_in_a_sentence(
    catalogue: Path, arguments: tuple[str, ...], sentence: str
):
    assert sentence in str(publish(catalogue, *arguments).exception)
    assert read_calendars(catalogue).versions == ()


@pytest.mark.parametrize("year", ["0", "3000", "9999999"])
def test_a_year_that_nobody_will_see_is_refused(catalogue: Path, year: str):
    assert run(catalogue, "show", "--year", year).exit_code == 2
    assert publish(catalogue, "--year", year).exit_code == 2


def test_a_region_that_is_none_is_refused(catalogue: Path):
    refused = publish(catalogue, "--off", "2026-11-27", region="Hangzhou")
    assert "region: 'Hangzhou' is no code of GB/T 2260 such as 330100" in str(refused.exception)
