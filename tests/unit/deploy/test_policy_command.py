"""./onewindow policy, as whoever writes policies calls it."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from services.supervision import policystore
from shared.database import Database
from shared.errors import Invalid
from shared.migrating import migrate

SHIPPED = Path(__file__).parents[3] / "deploy" / "catalogue"
ASKED = ("--item", "mass-event", "--department", "public-security", "--region", "330106")


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("people.yaml", "policies.yaml", "departments.yaml", "regions.yaml"):
        shutil.copy(SHIPPED / name, tmp_path)
    shutil.copytree(SHIPPED / "items", tmp_path / "items")
    monkeypatch.setenv("ONEWINDOW_MAIL", "mailtos://user:word@smtp.city.example")
    return tmp_path


def run(catalogue: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", *arguments, "--catalogue", str(catalogue)])


def who(catalogue: Path, rung: str, at: str) -> dict[str, object]:
    done = run(catalogue, "who", *ASKED, "--rung", rung, "--at", at, "--json")
    return json.loads(done.stdout)


def test_who_says_whom_by_what_from_when_and_why(catalogue: Path):
    said = run(catalogue, "who", *ASKED, "--rung", "red", "--at", "2026-10-08T23:00+08:00")
    assert said.stdout.splitlines() == [
        "Red card, 1 working day after due, at 2026-10-08T23:00+08:00",
        "  陈静 (chen-jing): mail",
        "      陆伟, head of public-security, is away until 2026-10-09; deputy 陈静",
        "  李娜 (li-na): mail",
        "      supervisor in 330106",
        "  to be acknowledged within 4 working hours, else centre",
    ]


def test_a_program_is_told_of_quiet_hours_and_no_address_is_shown(catalogue: Path):
    said = who(catalogue, "yellow", "2026-10-12T23:00+08:00")
    assert [(it["person"], it["not_before"]) for it in said["people"]] == [
        ("chen-jing", None),
        ("lu-wei", "2026-10-13T07:00+08:00"),
    ]
    assert "word" not in json.dumps(said)
    loud = who(catalogue, "centre", "2026-10-10T23:00+08:00")
    assert [it["person"] for it in loud["people"]] == ["sun-bo"]  # a Saturday
    assert loud["else"] == "leadership"


def test_check_names_what_is_left_out_and_what_may_be_a_mistake(catalogue: Path):
    (catalogue / "items" / "mass-event.yaml").unlink()
    said = run(catalogue, "check").stdout
    assert "left out: people.lu-wei.addresses.dingtalk: the variable ONEWINDOW_TELL_LU_WEI" in said
    assert "items.mass-event: the catalogue has no such item" in said
    assert said.endswith("sound; 7 people\n")


def test_check_says_which_roles_nobody_holds(catalogue: Path):
    people = (catalogue / "people.yaml").read_text("utf-8")
    people = people.replace("posts: [leadership]", "posts: [head of moon]")
    (catalogue / "people.yaml").write_text(people, encoding="utf-8")
    said = run(catalogue, "check").stdout
    assert "nobody is leadership, and a ladder tells them" in said
    assert "people.he-jun.posts: the catalogue has no moon" in said
    (catalogue / "people.yaml").write_text("people: {li: {name: 李娜}}", encoding="utf-8")
    text = (catalogue / "policies.yaml").read_text("utf-8")
    text = text.replace("  mass-event:\n    handling: by-name", "  {}")
    (catalogue / "policies.yaml").write_text(text, encoding="utf-8")
    said = run(catalogue, "check").stdout
    assert "nobody is centre, and alerts of no limit go to them (others)" in said


def test_check_names_regions_that_are_not_there(catalogue: Path):
    policies = (catalogue / "policies.yaml").read_text("utf-8")
    policies += 'regions: {"330116": {clocks: {}}}'
    (catalogue / "policies.yaml").write_text(policies, encoding="utf-8")
    people = (catalogue / "people.yaml").read_text("utf-8")
    people = people.replace("supervisor in 330106", "supervisor in 330117")
    (catalogue / "people.yaml").write_text(people, encoding="utf-8")
    said = run(catalogue, "check").stdout
    assert "regions.330116: there is no such region" in said
    assert "people.li-na.posts: there is no region 330117" in said


def test_no_policy_approves_where_no_item_says_so(catalogue: Path):
    text = (catalogue / "policies.yaml").read_text("utf-8")
    wrong = text.replace("yellow: at due", "yellow: {when: at due, order: deemed_approval}", 1)
    (catalogue / "policies.yaml").write_text(wrong, encoding="utf-8")
    done = run(catalogue, "check")
    assert isinstance(done.exception, Invalid)
    assert "no policy grants an approval: the service item says so" in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--rung", "pink"), "rung: 'pink' is none; there are reminder, yellow"),
        (("--rung", "red", "--kind", "half"), "kind: 'half' is none; there are statutory"),
        (("--rung", "red", "--at", "soon"), "--at: 'soon' is no instant"),
        (("--rung", "red", "--region", "moon"), "region: 'moon' is no code of GB/T 2260"),
        (("--rung", "centre", "--item", "birth"), "rung: 'centre' is none; there are reminder"),
        (
            ("--rung", "red", "--item", "mass-evnt"),
            "--item: the catalogue has no 'mass-evnt'; did you mean mass-event?",
        ),
        (
            ("--rung", "red", "--department", "public-safety"),
            "--department: the catalogue has no 'public-safety'; did you mean public-security?",
        ),
        (("--rung", "red", "--department", ""), "--department: the catalogue has no ''; it has "),
        (
            ("--rung", "red", "--region", "330116"),
            "region: no code of GB/T 2260 is 330116, and regions.yaml does not name it; "
            "did you mean 330114 or ",
        ),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(catalogue: Path, arguments, problem: str):
    done = run(catalogue, "who", *ASKED, *arguments)
    assert isinstance(done.exception, Invalid)
    assert problem in str(done.exception)


def test_a_region_is_known_by_the_published_codes_or_by_the_file_of_the_office(catalogue: Path):
    asked = ("who", "--department", "public-security", "--rung", "red", "--region")
    assert run(catalogue, *asked, "440300").exit_code == 0  # not in regions.yaml
    (catalogue / "regions.yaml").write_text("330116: {zh: 新区, en: New District}", "utf-8")
    assert run(catalogue, *asked, "330116").exit_code == 0


def test_who_says_whom_an_alert_of_no_limit_tells(catalogue: Path):
    said = run(catalogue, "who", "--rung", "parked", "--at", "2026-10-10T10:00+08:00")
    assert said.stdout.splitlines() == [
        "Message parked, of no limit, at 2026-10-10T10:00+08:00",
        "  孙波 (sun-bo): mail",
        "      supervision centre",
    ]
    policies = (catalogue / "policies.yaml").read_text("utf-8")
    policies = policies.replace("parked: [centre]", "parked: []")
    (catalogue / "policies.yaml").write_text(policies, encoding="utf-8")
    said = run(catalogue, "who", "--rung", "parked")
    assert "nobody by name" in said.stdout


def test_no_token_is_made_for_a_department_that_is_not_there(catalogue: Path, tmp_path: Path):
    done = run(catalogue, "token", "plannning", "--data", str(tmp_path))
    assert str(done.exception).endswith("no 'plannning'; did you mean planning?")
    assert not (tmp_path / "appeals.key").exists()


def test_a_program_has_a_token_of_its_own_and_another_one_by_its_number(
    catalogue: Path, tmp_path: Path
):
    people = catalogue / "people.yaml"
    said = "\nprograms: {{duty-room: {{name: 值班平台, may: [comment], token: {}}}}}\n"
    sound, data = people.read_text("utf-8"), ("--data", str(tmp_path / "data"))
    missing = run(catalogue, "token", "planning", *data)
    assert "name that of supervision, whose key makes tokens" in str(missing.exception)
    (tmp_path / "data").mkdir()
    tokens = set()
    for number in (1, 2):
        people.write_text(sound + said.format(number), encoding="utf-8")
        tokens.add(run(catalogue, "token", "--program", "duty-room", *data).stdout)
    assert {len(it) for it in tokens} == {65}
    assert len({*tokens, run(catalogue, "token", "planning", *data).stdout}) == 3
    wrong = run(catalogue, "token", "--program", "duty-rom", *data)
    assert str(wrong.exception).endswith("no 'duty-rom'; did you mean duty-room?")
    assert "and not both" in str(run(catalogue, "token", *data).exception)


def test_the_policy_that_an_alert_names_is_listed_and_printed(tmp_path: Path):
    database = Database.open("supervision", data=tmp_path)
    migrate(database)
    with database.transaction() as tx:
        policystore.note(tx, "3f9c01b27d54", datetime(2026, 9, 18, 2, tzinfo=UTC), "clocks: {}\n")
    database.close()

    def told(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["policy", *arguments, "--data", str(tmp_path)])

    assert told("versions").stdout == "3f9c01b27d54  first followed 2026-09-18T02:00:00+00:00\n"
    assert json.loads(told("versions", "--json").stdout)["versions"][0]["version"] == "3f9c01b27d54"
    assert told("text", "3f9c01b27d54").stdout == "clocks: {}\n"
    assert "no policy 'moon' was ever followed" in str(told("text", "moon").exception)
