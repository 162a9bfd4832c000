"""./onewindow trace and ./onewindow replay, as a person calls them."""

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from deploy.cli import app
from services.supervision import handlers, tables, telling
from services.supervision.telling import CHANGES
from services.supervision.verifier import verify_trace
from shared.casecode import CodeParts, RegionalCode
from shared.database import Database
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.work import Work
from shared.messages import CaseProgressed
from shared.messages.progress import Change
from shared.messages.registry import kind_of
from shared.migrating import migrate
from tests.unit.supervision.steps import RULES, assigned, at, completed, decided, opened, step

CODE = RegionalCode().compose(CodeParts(region="330100", month="2609", serial=12))
SMALL = Path(__file__).parent / "small.xes"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which supervision has seen one case."""
    database = Database.open("supervision", data=tmp_path)
    migrate(database)
    steps = [
        step(1, "09-18 10:00", opened("09-18 09:30"), assigned("a.1"), case=CODE),
        step(2, "09-21 10:00", completed("a.1"), decided(), case=CODE),
    ]
    with database.transaction() as tx:
        work = Work(tx, at("09-21 10:00"), "supervision")
        handlers.observe(work, [enveloped(it) for it in steps], rules=RULES, channels=())
    database.close()
    return tmp_path


def enveloped(message: CaseProgressed) -> Envelope:
    return Envelope(
        message_id=str(message.number),
        type="case.progressed",
        version=1,
        sender=Sender(role="routing"),
        sent_at=message.at,
        traceparent="",
        message=message,
    )


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout


def test_a_trace_is_told_in_order_and_verified(data: Path):
    status, said = run("trace", CODE, "--verify", "--data", data)
    assert status == 0
    order = [said.index(word) for word in ("opened:", "assigned:", "completed,", "decided:")]
    assert order == sorted(order)
    assert "verified: 2 entries, head " in said


def test_a_trace_that_was_tampered_with_is_told_with_exit_status_1(data: Path):
    database = Database.open("supervision", data=data)
    with database.transaction() as tx:
        tx.execute(
            sa.update(tables.trace).values(source="nobody").where(tables.trace.c.position == 1)
        )
    database.close()
    status, said = run("trace", CODE, "--verify", "--data", data)
    assert status == 1
    assert "NOT AS WRITTEN, entry 1: the entry was changed after it was written" in said


def test_a_trace_for_a_program_has_every_message_whole(data: Path):
    status, said = run("trace", CODE, "--json", "--data", data)
    told = json.loads(said)
    assert (status, told["verified"], told["head"]["count"]) == (0, True, 2)
    assert [it["message"]["number"] for it in told["entries"]] == [1, 2]


def test_a_trace_is_exported_and_verified_elsewhere(data: Path, tmp_path: Path):
    status, _said = run("trace", CODE, "--export", tmp_path / "trace.json", "--data", data)
    assert status == 0
    told = json.loads((tmp_path / "trace.json").read_text("utf-8"))
    assert verify_trace.verify(told) == []
    del told["entries"][0]
    assert verify_trace.verify(told) != []


def test_a_clock_is_explained_line_by_line(data: Path):
    status, said = run("clock", CODE, "--kind", "handling", "--data", data)
    assert status == 0
    first, *lines = said.splitlines()
    assert first == "Planning review, handling limit (planning), ended"
    assert lines[0] == (
        "  5 working days from 2026-09-18 10:00; the day of the event does not count"
    )
    assert lines[-1] == "  ended 2026-09-21 10:00"


def test_a_clock_is_explained_in_chinese_as_well(data: Path):
    status, said = run("clock", CODE, "--kind", "statutory", "--language", "zh", "--data", data)
    assert (status, said.splitlines()[0]) == (
        0,
        "企业投资项目核准，法定时限（development），已终止",
    )
    assert "  到期 2026-10-22 17:00" in said.splitlines()


def test_the_clocks_of_a_case_for_a_program_have_their_lines_in_both_languages(data: Path):
    status, said = run("clock", CODE, "--json", "--data", data)
    told = json.loads(said)
    assert (status, told["case"], told["region"]) == (0, CODE, "330100")
    assert [it["kind"] for it in told["clocks"]] == ["handling", "promised", "statutory"]
    granted = told["clocks"][2]["lines"][0]
    assert (granted["kind"], granted["units"]) == ("granted", 20)
    assert granted["zh"].startswith("自 2026-09-18 09:30 起 20 个工作日")


def test_the_commands_of_the_guide_about_clocks_do_what_it_says(data: Path):
    guide = Path(telling.__file__).with_name("README.md").read_text("utf-8")
    commands = re.findall(r"^\./onewindow (clock CODE.*?)(?:  |$)", guide, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        status, said = run(*command.replace("CODE", CODE).split(), "--data", data)
        assert (status, bool(said)) == (0, True), command


def test_a_clock_is_explained_as_it_stood_at_a_moment(data: Path):
    then = "2026-09-18T18:00+08:00"
    status, said = run("clock", CODE, "--kind", "promised", "--at", then, "--data", data)
    assert status == 0
    assert "  used by 2026-09-18 18:00: 0 working days; 10 working days left" in said.splitlines()
    done = CliRunner().invoke(app, ["clock", CODE, "--at", "yesterday", "--data", str(data)])
    assert str(done.exception).startswith("--at: 'yesterday' is no instant such as 2026-")


def test_the_clocks_of_a_case_that_nobody_knows_are_refused_in_a_sentence(data: Path):
    other = RegionalCode().compose(CodeParts(region="330100", month="2609", serial=13))
    done = CliRunner().invoke(app, ["clock", other, "--data", str(data)])
    assert str(done.exception) == f"supervision knows no case {other}"


def test_every_part_of_the_case_stream_has_its_sentence():
    assert set(CHANGES) == {kind_of(cls) for cls in Change.__args__}


def test_a_replay_says_its_counts_in_words_and_for_a_program(tmp_path: Path):
    status, said = run("replay", SMALL)
    assert status == 0
    assert "5 cases" in said
    assert "3 ended, 1 of them late" in said
    assert "2 open, 1 of them past their deadline" in said
    status, said = run("replay", SMALL, "--json")
    told = json.loads(said)
    assert (told["cases"], told["ended"], told["late"], told["open"]) == (5, 3, 1, 2)
    usual = {"reminder": 3, "yellow": 2, "red": 2, "head": 1}
    assert told["alerts"] == {**usual, "centre": 0, "leadership": 0}


def test_a_replay_shows_how_far_it_is_apart_from_its_result():
    done = CliRunner().invoke(app, ["replay", str(SMALL), "--json"])
    assert "Replaying small.xes" in done.stderr
    assert "100%" in done.stderr
    assert json.loads(done.stdout)["file"] == "small.xes"


@pytest.mark.parametrize("name", ["alerts.csv", "alerts.jsonl"])
def test_a_replay_writes_each_alert_to_a_file(tmp_path: Path, name: str):
    status, _said = run("replay", SMALL, "--alerts", tmp_path / name)
    written = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    assert status == 0
    assert len(written) == 8 + (name == "alerts.csv")
    assert "2026-09-10T17:00:00+02:00" in written[name == "alerts.csv"]
