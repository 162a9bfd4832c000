"""Files of rules are followed while supervision runs, and a wrong one is not."""

import os
import shutil
from pathlib import Path

import pytest
import yaml

from services.supervision.rulefiles import RuleFiles
from services.supervision.sheets.rules import NO_RULES
from shared.errors import Invalid
from tests.unit.supervision.steps import LADDERS

STRICTER = {**LADDERS, "refusals": {"rule": "alert"}}
ON_DUTY = "people: {{{0}: {{name: {0}, posts: [centre], addresses: {{mail: file:{1}}}}}}}"


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    folder.mkdir()
    write(folder / "policies.yaml", yaml.safe_dump(LADDERS))
    return folder


def write(path: Path, text: str, number: int = 0) -> None:
    """Write a file whose time is its own, however fast the test is."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(number, number))


def started(catalogue: Path) -> RuleFiles:
    return RuleFiles(catalogue, data=catalogue.parent / "data", environ={})


def looked_twice(files: RuleFiles) -> RuleFiles:
    files.refresh()
    files.refresh()
    return files


def test_a_policy_that_was_changed_is_followed_and_has_another_version(catalogue: Path):
    files = started(catalogue)
    before = files.policy
    write(catalogue / "policies.yaml", yaml.safe_dump(STRICTER), 1)
    looked_twice(files)
    assert "rule" in files.policy.refusals
    assert files.policy.version != before.version
    assert files.policy.of("330100").version == files.policy.version
    assert files.text == yaml.safe_dump(STRICTER)
    same = files.policy
    assert looked_twice(files).policy is same


def test_what_an_editor_is_still_writing_is_not_followed(catalogue: Path):
    files = started(catalogue)
    write(catalogue / "policies.yaml", yaml.safe_dump(STRICTER), 1)
    files.refresh()
    write(catalogue / "policies.yaml", yaml.safe_dump(STRICTER), 2)
    files.refresh()
    assert "rule" not in files.policy.refusals
    files.refresh()
    assert "rule" in files.policy.refusals


def test_who_is_on_duty_changes_with_the_file_and_with_what_holds_their_address(
    catalogue: Path, tmp_path: Path
):
    held = tmp_path / "address"
    files = started(catalogue)
    assert not files.people.persons
    write(catalogue / "people.yaml", ON_DUTY.format("li", held), 1)
    assert [*looked_twice(files).people.persons] == ["li"]
    assert files.plain["left_out"] == [
        f"people.li.addresses.mail: {held} cannot be read, or is empty"
    ]
    write(held, "mailtos://u:p@smtp.example", 1)
    (address,) = looked_twice(files).people.persons["li"].addresses
    assert address.url == "mailtos://u:p@smtp.example"
    write(catalogue / "people.yaml", ON_DUTY.format("wang", held), 2)
    assert [*looked_twice(files).people.persons] == ["wang"]


@pytest.mark.parametrize("wrong", ["ladders: {", "clocks: {}", "\xff"])
def test_a_wrong_file_is_said_and_the_last_sound_one_holds_also_after_a_restart(
    catalogue: Path, wrong: str
):
    files = started(catalogue)
    sound = files.policy
    (catalogue / "policies.yaml").write_bytes(wrong.encode("latin-1"))
    for found in (looked_twice(files), started(catalogue)):
        assert found.policy == sound
        (policies, people, _sheets) = found.plain["files"]
        assert policies["version"] == sound.version
        assert "policies" in policies["fault"] or "clocks" in policies["fault"]
        assert people["fault"] == ""
        assert found.remarks == [
            f"policies.yaml is wrong: version {sound.version} is followed, "
            "GET /rules says what is wrong"
        ]
        assert b'onewindow_rules_wrong{file="policies.yaml"} 1.0' in found.metrics
        assert b'onewindow_rules_wrong{file="people.yaml"} 0.0' in found.metrics
    write(catalogue / "policies.yaml", yaml.safe_dump(STRICTER), 3)
    assert looked_twice(files).remarks == []
    assert "rule" in files.policy.refusals


def test_people_who_are_gone_with_their_file_are_still_told(catalogue: Path, tmp_path: Path):
    write(catalogue / "people.yaml", ON_DUTY.format("li", tmp_path / "address"), 1)
    files = started(catalogue)
    (catalogue / "people.yaml").unlink()
    for found in (looked_twice(files), started(catalogue)):
        assert [*found.people.persons] == ["li"]
        assert "cannot be read" in found.plain["files"][1]["fault"]
    write(catalogue / "people.yaml", "{}", 2)
    assert not looked_twice(files).people.persons


def scoring(version: str, weight: int) -> str:
    weighed = f"{{weight: {weight}, full: 100%, none: 50%}}"
    return f'version: "{version}"\nscore: {{on_time_rate: {weighed}}}'


def test_sheets_are_scored_by_the_weights_of_now_which_say_their_version(catalogue: Path):
    write(catalogue / "sheets.yaml", scoring("2026-1", 60), 1)
    files = started(catalogue)
    write(catalogue / "sheets.yaml", scoring("2026-2", 70), 2)
    files.refresh()
    assert files.sheets.version == "2026-1", "somebody may still be writing"
    files.refresh()
    assert (files.sheets.version, files.sheets.score["on_time_rate"].weight) == ("2026-2", 70)
    assert files.sheets.text == scoring("2026-2", 70)


@pytest.mark.parametrize("wrong", [scoring("2026-2", 0), "score: {", ""])
def test_weights_that_are_wrong_are_said_and_the_last_sound_ones_score(catalogue: Path, wrong: str):
    write(catalogue / "sheets.yaml", scoring("2026-1", 60), 1)
    files = started(catalogue)
    write(catalogue / "sheets.yaml", wrong, 2)
    for found in (looked_twice(files), started(catalogue)):
        assert found.sheets.version == "2026-1"
        assert found.plain["files"][2]["fault"]
        (remark,) = found.remarks
        assert remark.startswith("sheets.yaml is wrong")
    (catalogue / "sheets.yaml").unlink()
    assert "cannot be read" in looked_twice(files).plain["files"][2]["fault"]


def test_without_weights_nothing_is_scored_until_there_are_some(catalogue: Path):
    files = started(catalogue)
    assert files.sheets is NO_RULES
    write(catalogue / "sheets.yaml", scoring("2026-1", 60), 1)
    assert looked_twice(files).sheets.score
    write(catalogue / "sheets.yaml", "{}", 2)
    assert looked_twice(files).sheets is NO_RULES


def test_another_catalogue_has_nothing_of_the_first(catalogue: Path, tmp_path: Path):
    write(catalogue / "people.yaml", ON_DUTY.format("li", tmp_path / "address"), 1)
    started(catalogue)
    other = catalogue.with_name("other")
    other.mkdir()
    write(other / "policies.yaml", yaml.safe_dump(LADDERS))
    assert not started(other).people.persons


def test_what_was_never_sound_stops_the_start(catalogue: Path):
    write(catalogue / "policies.yaml", "clocks: {}", 1)
    with pytest.raises(Invalid, match="ladders: must be a mapping"):
        started(catalogue)
    (catalogue / "policies.yaml").unlink()
    with pytest.raises(Invalid, match="cannot be read"):
        started(catalogue)


def test_a_policy_is_followed_also_where_no_copy_of_it_can_be_written(catalogue: Path):
    files = started(catalogue)
    kept = catalogue.parent / "data" / "rules"
    shutil.rmtree(kept)
    kept.write_text("in the way of the folder", encoding="utf-8")
    write(catalogue / "policies.yaml", yaml.safe_dump(STRICTER), 1)
    assert "rule" in looked_twice(files).policy.refusals
    assert files.remarks == []
