"""What the README says, held against the project."""

import re
from pathlib import Path

import pytest

from deploy.cli import command_names
from shared.messages.registry import all_types

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "node_modules" for part in page.parts)
)
README = (ROOT / "README.md").read_text()
EVERYWHERE = {
    file.name
    for folder in ("services", "shared", "deploy", "tests")
    for file in (ROOT / folder).rglob("*.*")
} | {file.name for file in ROOT.glob("*.*")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    broken = [it for it in links if "://" not in it and not (page.parent / it).exists()]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path):
    text = page.read_text()
    paths = re.findall(r"(?<![\w./-])(?:services|shared|deploy|tests)/[\w./@-]*[\w/]", text)
    assert not [it for it in paths if not ((ROOT / it).exists() or (page.parent / it).exists())]
    names = re.findall(r"`([\w@-]+\.(?:py|md|toml|lock|service|target|js|css))`", text)
    assert set(names) <= EVERYWHERE


def test_every_command_in_the_table_is_there_and_none_is_left_out():
    table = README.partition("## Commands")[2].partition("## Words")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = {word.split()[0] for row in rows for word in re.findall(r"`([^`]+)`", row)}
    subcommands = {"show", "redrive", "discard", "uri", "token", "simulate", "draw"}
    assert named - subcommands == set(command_names())


def test_the_changelog_names_every_command():
    changes = (ROOT / "CHANGELOG.md").read_text()
    named = set(re.findall(r"`(?:\./onewindow )?([a-z]+)[^`]*`", changes))
    assert set(command_names()) <= named


def test_every_message_in_the_picture_is_a_message():
    known = {entry.name for entry in all_types()}
    drawn = set(re.findall(r"-- (\w+\.[\w-]+)", README))
    assert drawn
    assert drawn <= known
