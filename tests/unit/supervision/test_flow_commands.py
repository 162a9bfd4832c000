"""./onewindow flow, log and replay --people, as a person calls them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from shared.database import Database
from shared.errors import Invalid, NotFound
from shared.migrating import migrate
from tests.contract.watching import observe
from tests.unit.supervision.flow.town import ITEM, cases
from tests.unit.supervision.test_replay import SMALL, WABO

POLICIES = """\
ladders:
  limit:
    reminder: {when: 1 working day before due, to: [handler], channels: [dingtalk, mail]}
    yellow: {when: at due, to: [handler], acknowledge: 4 working hours}
    red: {when: 2 working days after due, to: [head], may_be_skipped: true}
    head: {when: 5 working days after due, to: [head, centre]}
clocks: {statutory: limit, promised: limit, handling: limit, acceptance: limit, deferral: limit}
"""
PEOPLE = """\
mail_server: $ONEWINDOW_MAIL
people:
  jan:
    name: Jan de Vries
    posts: [handler of general]
    addresses: {mail: jan@city.example, dingtalk: $ONEWINDOW_TELL_JAN}
    deputies: [eva]
    away: [2026-09-11..2026-09-30, 2011-07-11..2011-07-29]
    quiet: "16:30-08:00"
  eva:
    name: Eva Bakker
    posts: [head of general]
    addresses: {webhook: "https://city.example/eva"}
"""


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def data(tmp_path_factory: Any) -> Path:
    """Two versions of an item with ten cases each; of the second, the fire inspection is quick."""
    folder: Path = tmp_path_factory.mktemp("data")
    database = Database.open("supervision", data=folder)
    migrate(database)
    observe(database, *cases(10), *cases(10, version=2, first=11))
    database.close()
    return folder


def test_flow_says_what_takes_the_time_and_who_waits_for_whom(data: Path):
    said = run("flow", ITEM, "--data", data)
    assert said.startswith("20 closed cases; from acceptance to close")
    first = said.partition("where time goes")[2].splitlines()[1]
    assert first.startswith("Fire safety inspection")
    assert "planning waits for fire" in said
    assert "declined 2" in said


def test_flow_as_json_has_every_figure_and_the_picture_every_task(data: Path, tmp_path: Path):
    picture = tmp_path / "map.svg"
    said = run("flow", ITEM, "--data", data, "--json", "--svg", picture, "--language", "zh")
    told = json.loads(said)
    assert (told["cases"], told["chosen"], len(told["tasks"])) == (20, 20, 12)
    assert abs(sum(it["share"] for it in told["bottlenecks"]) - 1) < 0.01
    assert all(it["title"] in picture.read_text("utf-8") for it in told["tasks"])


def test_flow_compares_two_versions_and_refuses_half_a_comparison(data: Path):
    told = json.loads(
        run("flow", ITEM, "--data", data, "--before", "v1", "--after", "v2", "--json")
    )
    whole, most = told["differences"][:2]
    assert (whole["kind"], whole["before"]["count"], whole["after"]["count"]) == ("case", 10, 10)
    assert (most["task"], most["median"] < 0, most["few"]) == ("fire", True, False)
    assert "whole cases" in run("flow", ITEM, "--data", data, "--before", "v1", "--after", "2026")
    with pytest.raises(Invalid, match="belong together"):
        run("flow", ITEM, "--data", data, "--before", "v1")


def test_flow_of_an_item_without_a_closed_case_names_those_that_have_some(data: Path):
    with pytest.raises(NotFound, match=f"no case of 'birth' is closed; there are some of: {ITEM}"):
        run("flow", "birth", "--data", data)


def test_flow_draws_any_event_log(tmp_path: Path):
    assert "5 closed cases" not in run("flow", SMALL)
    assert "Receipt → Check" in run("flow", SMALL)


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_an_exported_log_is_read_again_by_flow_and_replay(data: Path, tmp_path: Path, name: str):
    file = tmp_path / name
    run("log", "export", file, "--format", "xes", "--data", data, "--until", "2026-12-31")
    if name.endswith(".gz"):
        assert gzip.decompress(file.read_bytes()).startswith(b"<?xml")
    assert "20 closed cases" in run("flow", file, "--zone", "Asia/Shanghai")
    assert run("replay", file, "--zone", "Asia/Shanghai").startswith("20 cases")
    assert [it.name for it in tmp_path.iterdir()] == [name]


def test_a_log_may_be_of_an_item_or_a_period_alone_and_is_sqlite_by_its_name(
    data: Path, tmp_path: Path
):
    json_file, sqlite = tmp_path / "log.json", tmp_path / "log.sqlite"
    run("log", "export", json_file, "--format", "ocel", "--data", data, "--item", "birth")
    assert json.loads(json_file.read_text("utf-8"))["events"] == []
    run("log", "export", sqlite, "--format", "ocel", "--data", data)
    assert sqlite.read_bytes().startswith(b"SQLite format 3")
    with pytest.raises(Invalid, match="which only OCEL has a form for"):
        run("log", "export", sqlite, "--format", "xes", "--data", data)


@pytest.fixture
def rules(tmp_path: Path) -> tuple[object, ...]:
    """The options of a replay by a policy and its people."""
    (tmp_path / "policies.yaml").write_text(POLICIES)
    (tmp_path / "people.yaml").write_text(PEOPLE)
    return "--policies", tmp_path / "policies.yaml", "--people", tmp_path / "people.yaml"


def test_replay_says_who_is_told_when_with_absences_deputies_channels_and_quiet_hours(
    rules: tuple[object, ...], tmp_path: Path
):
    told = tmp_path / "told.jsonl"
    run("replay", SMALL, *rules, "--told", told)
    lines = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
    of_late = [
        (it["alerted_as"], it["person"], it["at"][5:16], it["channels"])
        for it in lines
        if it["case"] == "late"
    ]
    assert of_late == [
        ("reminder", "jan", "09-11T08:00", "dingtalk mail"),  # reached at 17:00 of the day before
        ("yellow", "eva", "09-11T17:00", "webhook"),  # jan is away
        ("red", "eva", "09-15T17:00", "webhook"),
    ]
    (why,) = {it["why"] for it in lines if it["alerted_as"] == "yellow"}
    assert why.startswith("Jan de Vries, handler in charge of general, is away until 2026-09-30")


def test_replay_counts_who_is_told_by_month_and_what_tells_nobody(rules: tuple[object, ...]):
    told = json.loads(run("replay", SMALL, *rules, "--json"))
    people = {it["person"]: it for it in told["told"]}
    assert people["jan"]["alerts"] == people["jan"]["after_quiet_hours"] == 1
    assert people["eva"]["by_month"]["2026-09"]["rungs"]["red"] == 1
    named = sum(it["alerts"] for it in told["told"]) + told["nobody"]["alerts"]
    assert named == sum(told["alerts"].values())
    assert any("experts" in reason for reason in told["nobody"]["because"])


def test_where_nobody_acknowledges_the_next_rung_follows_once_and_none_after_the_end(
    rules: tuple[object, ...], tmp_path: Path
):
    file = tmp_path / "alerts.jsonl"
    run("replay", SMALL, *rules, "--unacknowledged", "--alerts", file)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    of_late = [(it["rung"], it["at"][5:16]) for it in lines if it["case"] == "late"]
    assert of_late == [
        ("reminder", "09-10T17:00"),
        ("yellow", "09-11T17:00"),  # a Friday; the red card would come on Tuesday at 17:00
        ("red", "09-14T14:00"),  # four hours of business later
    ]
    assert [it["rung"] for it in lines if it["case"] == "to the minute"] == ["reminder"]


def test_a_people_file_that_is_not_there_is_named():
    with pytest.raises(Invalid, match=r"--people: .* is not there"):
        run("replay", SMALL, "--people", "nowhere.yaml")


@pytest.mark.skipif(not WABO.exists(), reason=f"LEFT OUT: the real log {WABO.name} is not here")
def test_of_the_permit_log_everybody_is_told_of_what_the_policy_says(rules: tuple[object, ...]):
    told = json.loads(run("replay", WABO, *rules, "--json"))
    assert (told["cases"], told["ended"], told["late"], told["open"]) == (1434, 1329, 377, 105)
    people = {it["person"]: it for it in told["told"]}
    assert "2011-07" in people["jan"]["by_month"]
    away = people["eva"]["by_month"]["2011-07"]["rungs"]
    assert away["reminder"] > 0  # of three weeks in which jan is away
    assert people["eva"]["by_month"]["2011-06"]["rungs"]["reminder"] == 0
    general = told["by_department"]["General"]
    reminders = people["jan"]["rungs"]["reminder"] + people["eva"]["rungs"]["reminder"]
    assert reminders == general["reminder"]
