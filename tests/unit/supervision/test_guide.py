"""What the guide shows is what holds."""

import re
import shlex
from pathlib import Path

import yaml
from typer.testing import CliRunner, Result

from deploy.cli import app
from services.supervision.alerts import RUNGS
from services.supervision.peoplefile import people_from
from services.supervision.policies import policy_from
from services.supervision.rungs import written
from shared.lights import Hours, rule
from tests.unit.supervision.test_explaining import STORY, lines

GUIDE = (Path(__file__).parents[3] / "services" / "supervision" / "README.md").read_text("utf-8")

YAML = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def test_the_policy_of_the_guide_is_sound():
    (shown,) = (it for it in YAML if "ladders" in it)
    policy = policy_from(yaml.safe_load(shown))
    assert policy.ladder("handling", item="any", department="fire-rescue") == ()


def test_the_words_of_the_guide_are_understood():
    policies = GUIDE.partition("\n## For whoever writes policies")[2]
    words = re.findall(r"^\| `([^`]+)` \| .*(?:consumed|hour|ended)", policies, re.MULTILINE)
    assert len(words) == 5
    assert [rule(it) for it in words][1:] == [-3, Hours(-4), 0, 2]


def test_the_guide_names_every_rung_in_both_languages():
    named = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", GUIDE, re.MULTILINE))
    assert named == {rung: title.zh for rung, title in RUNGS.items()}


def test_the_year_of_the_guide_can_be_published(tmp_path: Path):
    (shown,) = (it for it in YAML if "years" in it)
    (tmp_path / "days.yaml").write_text(shown, encoding="utf-8")
    asked = ["--region", "nation", "--source", "n", "--by", "l", "--file", f"{tmp_path}/days.yaml"]
    done = run("calendar", "publish", *asked, "--catalogue", str(tmp_path))
    assert done.stdout.endswith("2027 is no longer provisional\n")


def test_the_commands_of_the_guide_about_calendars_do_what_it_says(tmp_path: Path):
    commands = re.findall(r"^\./onewindow (calendar .*)$", GUIDE, re.MULTILINE)
    said = [run(*shlex.split(it), "--catalogue", str(tmp_path)).stdout for it in commands]
    shown, checked, published = said
    assert shown.startswith("2026, 330106: 248 working days")
    assert checked.endswith("sound\n")
    assert published == "2026-11-27 off\n"


def test_the_clock_that_the_guide_explains_is_explained_so():
    (shown,) = (it for it in re.findall(r"```\n(.*?)```", GUIDE, re.DOTALL) if "extended by" in it)
    told = [f"  {line.text.en}" for line in lines("statutory", "10-13 09:00", *STORY)]
    assert shown.splitlines()[1:] == told


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_the_rung_and_the_people_of_the_guide_are_sound():
    (rung,) = (yaml.safe_load(it) for it in YAML if it.startswith("red:"))
    ladder = written({**rung, "centre": {"to": ["centre"]}}, "l")
    assert ladder.rung("red").to == ("head", "supervisor")
    assert ladder.after("red").name == "centre"
    (people,) = (yaml.load(it, yaml.BaseLoader) for it in YAML if it.startswith("mail_server"))
    assert set(people_from(people, {})[0].persons) == {"wang-ming", "li-na"}
    (acting,) = (yaml.load(it, yaml.BaseLoader) for it in YAML if it.startswith("programs"))
    assert people_from(acting, {})[0].programs["duty-room"].area == "3301"


def test_the_commands_of_the_guide_about_policies_say_what_it_shows(monkeypatch):
    monkeypatch.setenv("ONEWINDOW_MAIL", "mailtos://user:word@smtp.city.example")
    asked, parked = re.findall(r"^\./onewindow (policy who .*)$", GUIDE, re.MULTILINE)
    assert run(*shlex.split(asked)).stdout in GUIDE
    assert run(*shlex.split(parked)).stdout.startswith("Message parked, of no limit, at ")
    assert run("policy", "check").stdout.endswith("sound; 7 people\n")
