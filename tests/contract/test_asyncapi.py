"""The AsyncAPI document says what the code does, and can be read by others' tools."""

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from shared.contract.document import ADDRESSES, readers
from shared.contract.rendering import PATH, rendered
from shared.contract.schemas import schemas
from shared.delivery.topology import READS, WRITES
from shared.messages.codec import to_plain
from shared.messages.progress import Refused
from shared.messages.registry import all_types, type_of
from tests.contract.examples import MESSAGES

ROOT = Path(__file__).parents[2]
CHECKER = jsonschema.Draft7Validator.FORMAT_CHECKER


@pytest.fixture(scope="module")
def document():
    return yaml.safe_load((ROOT / PATH).read_text("utf-8"))


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document, reference):
    found = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def validator(document, name):
    whole = {**document, "$ref": f"#/components/schemas/{name}"}
    return jsonschema.Draft7Validator(whole, format_checker=CHECKER)


def test_the_committed_document_is_what_the_code_says():
    committed = (ROOT / PATH).read_text("utf-8")
    assert committed == rendered(), "write it anew: python -m shared.contract --write"


def test_every_reference_leads_somewhere(document):
    found = set(references(document))
    assert len(found) > 50
    for reference in found:
        assert isinstance(resolve(document, reference), dict), reference


def test_every_operation_speaks_of_messages_of_its_own_channel(document):
    for name, operation in document["operations"].items():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        assert operation["messages"], name
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/"), name


def test_every_message_has_headers_a_payload_an_example_and_somebody_who_sends_it(document):
    found = document["components"]["messages"]
    assert set(found) == {entry.name for entry in all_types()}
    for name, message in found.items():
        assert message["headers"]["type"] == "object"
        assert message["headers"]["required"] == ["schema-version"]
        assert message["payload"]["$ref"].startswith("#/components/schemas/")
        assert message["examples"], name
        assert message["x-sent-by"], name
        assert message["summary"], name


def test_every_channel_names_the_parameters_of_its_address_and_its_binding(document):
    for name, channel in document["channels"].items():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"]), name
        assert channel["messages"], name
        assert channel["bindings"]["amqp"]["bindingVersion"] == "0.3.0"


@pytest.mark.parametrize("message", MESSAGES, ids=lambda it: type(it).__name__)
def test_the_document_accepts_every_example_as_the_code_writes_it(document, message):
    validator(document, type(message).__name__).validate(to_plain(message))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda it: type(it).__name__)
def test_the_document_refuses_an_example_without_one_of_its_fields(document, message):
    name, plain = type(message).__name__, to_plain(message)
    for field in document["components"]["schemas"][name]["required"]:
        poorer = {key: value for key, value in plain.items() if key != field}
        assert not validator(document, name).is_valid(poorer), field


def test_a_change_is_told_by_its_kind_alone(document):
    step = next(it for it in MESSAGES if type(it).__name__ == "CaseProgressed")
    plain = to_plain(step)
    plain["changes"][0]["kind"] = "task.declined"
    assert not validator(document, "CaseProgressed").is_valid(plain)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda it: type(it).__name__)
def test_the_address_of_a_channel_is_the_routing_key_of_its_messages(message):
    entry = type_of(type(message))
    address = ADDRESSES[entry.exchange]
    refused = any(isinstance(it, Refused) for it in getattr(message, "changes", ()))
    name = f"{entry.name}.refused" if refused else entry.name
    assert address.format(**{**vars(message), "type": name}) == entry.key(message)


def test_operations_say_what_the_topology_binds_and_the_users_may_write(document):
    received = {name for name in document["operations"] if ".receive." in name}
    bound = {f"{role}.receive.{it}" for role, names in READS.items() for it in names}
    assert received == bound | {"department.receive.tasks", "unit.receive.tasks"}
    sent = {name for name in document["operations"] if ".send." in name}
    written = {f"{role}.send.{it}" for role, names in WRITES.items() for it in names}
    assert sent == written | {"unit.send.results"}
    assert readers()["alerts"] == frozenset()


def test_every_schema_says_what_it_is_for():
    for name, schema in schemas().items():
        assert schema["description"].strip(), name
        assert not schema["description"].startswith(f"{name}("), f"{name} has no docstring"
