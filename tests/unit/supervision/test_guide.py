"""What the guide shows is what holds."""

import re
from pathlib import Path

import yaml

from services.supervision.alerts import RUNGS
from services.supervision.ladder import rule
from services.supervision.policies import policy_from

GUIDE = (Path(__file__).parents[3] / "services" / "supervision" / "README.md").read_text("utf-8")


def test_the_policy_of_the_guide_is_sound():
    (shown,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    policy = policy_from(yaml.safe_load(shown))
    assert policy.ladder("handling", item="any", department="fire-rescue") == ()


def test_the_words_of_the_guide_are_understood():
    words = re.findall(r"^\| `([^`]+)` \| .*(?:consumed|hour|ended)", GUIDE, re.MULTILINE)
    assert len(words) == 4
    assert [rule(it) for it in words][1:] == [-3, 0, 2]


def test_the_guide_names_every_rung_in_both_languages():
    named = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", GUIDE, re.MULTILINE))
    assert named == {rung: title.zh for rung, title in RUNGS.items()}
