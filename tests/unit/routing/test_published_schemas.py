"""The JSON Schemas and the reference page say what the code does."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.routing.catalogue.meanings import MEANINGS
from services.routing.catalogue.published import FILES, documents, name_of, parts_of
from services.routing.catalogue.yamltext import read
from tests.unit.routing.test_the_catalogue_is_checked import DEPARTMENTS, ITEM, PLANTED
from tests.unit.routing.test_the_guide_and_the_example_catalogue import EXAMPLE, ROOT

ROUTING = ROOT / "services" / "routing"


def faults(file: str, text: str) -> list[str]:
    schema = json.loads((ROUTING / file).read_text("utf-8"))
    return [it.message for it in Draft202012Validator(schema).iter_errors(read(text).value)]


@pytest.mark.parametrize("name", documents())
def test_a_committed_document_is_that_of_the_code(name: str) -> None:
    written = "python -m services.routing.catalogue --write"
    assert (ROUTING / name).read_text("utf-8") == documents()[name], written


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(documents()[name]))


def test_every_key_has_a_meaning_and_no_meaning_is_left_over() -> None:
    parts = {part for top in FILES.values() for part in parts_of(top)}
    known = {
        name_of(part): {"", *(it.data_key or name for name, it in part().fields.items())}
        for part in parts
    }
    assert known == {name: set(keys) for name, keys in MEANINGS.items()}


@pytest.mark.parametrize("path", sorted((EXAMPLE / "items").glob("*.yaml")), ids=lambda it: it.stem)
def test_the_example_items_fit_the_schema(path: Path) -> None:
    assert faults("item.schema.json", path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path",
    [EXAMPLE / "departments.yaml", *sorted((EXAMPLE / "organisations").glob("*.yaml"))],
    ids=lambda it: it.stem,
)
def test_the_example_departments_fit_the_schema(path: Path) -> None:
    assert faults("departments.schema.json", path.read_text("utf-8")) == []


OF_FORM = ("is missing", "is not known here", "must be one of", "must be a", "must be lower-case")


@pytest.mark.parametrize(
    "fault",
    [it for it in PLANTED if any(said in it["said"] for said in OF_FORM)],
    ids=lambda it: it["said"],
)
def test_an_editor_would_mark_a_fault_of_form(fault: dict[str, Any]) -> None:
    found = ITEM if fault["found"] == "EVERYTHING" else fault["found"]
    planted = ITEM.replace(found, fault["planted"], 1)
    assert planted != ITEM
    assert faults("item.schema.json", planted) != []


def test_a_field_needs_what_its_type_needs() -> None:
    assert faults("item.schema.json", ITEM) == []
    assert faults("item.schema.json", ITEM.replace(", choices: [A, B]", "")) != []


def test_departments_with_a_misspelt_key_are_marked() -> None:
    assert faults("departments.schema.json", DEPARTMENTS) == []
    assert faults("departments.schema.json", DEPARTMENTS.replace("desk:", "dask:")) != []
