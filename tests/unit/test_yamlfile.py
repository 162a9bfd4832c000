"""What is wrong with a YAML file is one sentence, with the file and the place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.department.systems.connections import read_connections
from services.supervision.peoplefile import read_people
from services.supervision.policies import read_policy
from services.supervision.sheets.rules import read_rules
from shared.errors import Invalid
from shared.lights import PresentLadders
from shared.worktime.table import read_table
from shared.yamlfile import plain_of, read_yaml

WRONG = {
    "a: b: c": " in line 1, column 5: mapping values are not allowed here",
    "people:\n  li: {name: 李\n": (
        " in line 3, column 1: expected ',' or '}', but got '<stream end>'"
    ),
    "a: 1\nb\nc: 2": " in line 3, column 1: could not find expected ':'",
    "a: *b": " in line 1, column 4: found undefined alias 'b'",
    "a: 1\n---\nb: 2": (
        " in line 2, column 1: expected a single document in the stream, but found another document"
    ),
    "a: 1\nb: \x01": r" in line 2, column 4: the character '\x01' is not allowed",
    "a: 2026-02-30": ": day is out of range for month",
    "[" * 700: ": it is nested too deeply",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=[it[:9] for it in WRONG])
def test_what_is_no_yaml_says_where(text: str, said: str) -> None:
    with pytest.raises(Invalid) as error:
        plain_of(text, field="people", file="people.yaml")
    assert str(error.value) == f"people: people.yaml is not YAML{said}"


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    with pytest.raises(Invalid, match=r"^people: .*people.yaml cannot be read: No such file"):
        read_yaml(file, "people")
    file.write_bytes(b"ab\xff")
    with pytest.raises(Invalid, match=r"people.yaml is not UTF-8 from byte 3 on"):
        read_yaml(file, "people")
    file.write_text("people: {}", "utf-8")
    assert read_yaml(file, "people") == {"people": {}}


READERS: dict[str, Callable[[Path], object]] = {
    "policies.yaml": read_policy,
    "people.yaml": lambda file: read_people(file, {}),
    "sheets.yaml": read_rules,
    "connections.yaml": read_connections,
    "calendar.yaml": read_table,
}


@pytest.mark.parametrize("name", READERS)
def test_every_file_of_the_catalogue_says_it_in_one_sentence(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("a: 1\nb: [\n", "utf-8")
    with pytest.raises(Invalid) as error:
        READERS[name](file)
    said = str(error.value)
    assert f"{name} is not YAML in line 3, column 1: expected the node content" in said
    assert "\n" not in said


def test_the_ladders_of_lights_say_it_as_well(tmp_path: Path) -> None:
    (tmp_path / "policies.yaml").write_text("b: [", "utf-8")
    assert "policies.yaml is not YAML in line 1, column 5" in PresentLadders(tmp_path).fault
