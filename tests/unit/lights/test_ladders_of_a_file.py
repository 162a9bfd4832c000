"""The ladders of policies.yaml as lights go by them, and why one is yellow in both languages."""

import os
from pathlib import Path

import pytest

from deploy.local.places import ROOT
from shared.errors import Invalid
from shared.lights import FILE, TODAY, PresentLadders, read_ladders
from shared.web.pages.formats import why

GOOD = "ladders: {a: {yellow: 1 working day before due}}\nclocks: {handling: a}\n"
BETTER = GOOD.replace("1 working day", "2 working days")
WRONG = {
    "no mapping": "- a\n",
    "no YAML": "ladders: {",
    "no ladder of that name": "ladders: {}\nclocks: {handling: a}\n",
    "no such words": "ladders: {a: {yellow: soon}}\nclocks: {handling: a}\n",
}


@pytest.fixture
def catalogue(tmp_path):
    (tmp_path / FILE).write_text(GOOD, "utf-8")
    return tmp_path


def write(catalogue: Path, text: str) -> None:
    """Write the file a second later than whatever was written before."""
    file = catalogue / FILE
    then = file.stat().st_mtime_ns
    file.write_text(text, "utf-8")
    os.utime(file, ns=(then + 10**9, then + 10**9))


def handling(ladders):
    return ladders.now.chosen("handling", item="", department="")


def test_a_file_that_changes_is_followed(catalogue):
    present = PresentLadders(catalogue)
    assert handling(present) == (("yellow", "1 working day before due"),)
    write(catalogue, BETTER)
    assert handling(present) == (("yellow", "2 working days before due"),)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_said_and_the_last_good_one_stays_in_force(catalogue, text):
    present = PresentLadders(catalogue)
    before = handling(present)
    write(catalogue, text)
    assert handling(present) == before
    assert present.fault
    assert present.remarks == ["policies.yaml is wrong: lights do not go by it"]
    write(catalogue, BETTER)
    assert handling(present) != before
    assert not present.remarks


def test_without_a_file_there_are_no_warnings_and_it_is_said(tmp_path):
    present = PresentLadders(tmp_path)
    assert handling(present) is None
    assert "cannot be read" in present.fault


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_sentence(catalogue, text):
    write(catalogue, text)
    with pytest.raises(Invalid, match="policies"):
        read_ladders(catalogue / FILE)


def test_the_policies_that_come_with_the_product_can_be_read():
    for folder in ("deploy/catalogue", "tests/pages/harbour", "tests/journey/features"):
        ladder = read_ladders(ROOT / folder / FILE).chosen("handling", item="", department="")
        assert ladder


@pytest.mark.parametrize(
    ("warning", "limit", "zh", "en"),
    [
        ("80% of the limit", "5 d", "已用5 d的80%", "80% of 5 d used"),
        ("12.5% of the limit", "", "已用时限的12.5%", "12.5% of the limit used"),
        (
            "3 working days before due",
            "",
            "剩余不超过3个工作日",
            "no more than 3 working days left",
        ),
        (
            "1 working hour before due",
            "",
            "剩余不超过1个工作小时",
            "no more than 1 working hour left",
        ),
        (TODAY, "5 d", "今日到期", "due today"),
        ("", "", "", ""),
    ],
)
def test_why_a_light_is_yellow_is_said_in_both_languages(warning, limit, zh, en):
    assert (why("zh", warning, limit), why("en", warning, limit)) == (zh, en)
