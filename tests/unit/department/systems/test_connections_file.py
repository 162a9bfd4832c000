"""connections.yaml: what is read, and that every fault names its field."""

import json

import pytest
from jsonschema import Draft202012Validator

from services.department.systems.checking import SCHEMA
from services.department.systems.connections import read_connections
from shared.errors import Invalid
from tests.unit.department.systems.theirs import SECRET

GOOD = """
departments:
  archives:
    officer: 档案馆业务系统
    accept: delivered
    http:
      tasks:
        url: https://archives.example/tasks
        fields:
          caseNo: case
          type: {from: kind, table: {assigned: NEW, supplemented: UPD}, default: X}
      results:
        fields:
          assignment: taskId
          act: {from: status, table: {1: completion, 2: completion, 0: nothing}}
          outcome: {from: status, table: {1: approved, 2: rejected}}
          results.file_number: {from: fileNo, as: text}
        poll: {url: "https://archives.example/tasks/{assignment}", every_seconds: 30}
      secrets: {file: secrets}
      timeout_seconds: 5
  tax:
    pull: {lease_minutes: 5}
  neighbourhood:
    folder:
      tasks: {folder: out, format: xlsx}
      results: {folder: /srv/in, encoding: gb18030}
"""


def write(folder, text):
    (folder / "secrets").write_text(f"k1 {SECRET}\n")
    path = folder / "connections.yaml"
    path.write_text(text)
    return path


def faults(folder, text):
    with pytest.raises(Invalid) as raised:
        read_connections(write(folder, text))
    return {fault.field: fault.problem for fault in raised.value.faults}


def test_each_way_is_read_with_what_was_not_said(tmp_path):
    found = read_connections(write(tmp_path, GOOD))
    archives, tax, folder = found["archives"], found["tax"], found["neighbourhood"]
    assert (archives.officer, archives.accepts) == ("档案馆业务系统", True)
    assert (archives.way.timeout, archives.way.window, archives.way.poll.every) == (5, 300, 30)
    assert archives.results.applied({"taskId": "a", "status": 1, "fileNo": 7}) == {
        "assignment": "a",
        "act": "completion",
        "outcome": "approved",
        "results": {"file_number": "7"},
    }
    assert (tax.officer, tax.way.lease) == ("tax", 300)
    assert folder.way.tasks == tmp_path / "out"
    assert str(folder.way.results) == "/srv/in"
    assert (folder.way.format, folder.way.tasks_encoding) == ("xlsx", "utf-8")


def test_without_a_file_nobody_is_connected():
    assert len(read_connections(None)) == 0


def test_a_secret_is_not_in_what_is_logged_of_a_connection(tmp_path):
    assert SECRET not in repr(read_connections(write(tmp_path, GOOD)))


ARCHIVES = "departments.archives"


@pytest.mark.parametrize(
    ("old", "new", "field", "problem"),
    [
        ("url: https://archives.example/tasks\n", "ur: x\n", f"{ARCHIVES}.http.tasks.url", "miss"),
        ("timeout_seconds: 5", "timeout: 5", f"{ARCHIVES}.http.timeout", "timeout_seconds?"),
        ("timeout_seconds: 5", "timeout_seconds: 0", f"{ARCHIVES}.http.timeout_seconds", "0.1"),
        ("timeout_seconds: 5", "timeout_seconds: x", f"{ARCHIVES}.http.timeout_seconds", "number"),
        ("accept: delivered", "accept: yes", f"{ARCHIVES}.accept", "delivered, result"),
        ("https://archives.example/tasks\n", "ftp://x/\n", f"{ARCHIVES}.http.tasks.url", "https"),
        ("https://archives.example/tasks\n", "http://x/\n", f"{ARCHIVES}.http.tasks.url", "plain"),
        (
            "https://archives.example/tasks\n",
            "https://u:p@x/\n",
            f"{ARCHIVES}.http.tasks.url",
            "user",
        ),
        ("https://archives.example/tasks\n", "https://x:y/\n", f"{ARCHIVES}.http.tasks.url", "add"),
        ("secrets: {file: secrets}", "secrets: {}", f"{ARCHIVES}.http.secrets", "one of"),
        (
            "secrets: {file: secrets}",
            "secrets: {file: none}",
            f"{ARCHIVES}.http.secrets.file",
            "cannot be read",
        ),
        (
            "secrets: {file: secrets}",
            "secrets: {env: NOT_SET}",
            f"{ARCHIVES}.http.secrets.env",
            "has 0",
        ),
        ("from: kind", "from: kint", f"{ARCHIVES}.http.tasks.fields.type.from", "kind?"),
        ("act: {", "at: {", f"{ARCHIVES}.http.results.fields.act", "missing"),
        ("1: approved", "1: ok", f"{ARCHIVES}.http.results.fields.outcome", "approved"),
        ("0: nothing", "0: none", f"{ARCHIVES}.http.results.fields.act", "nothing"),
        ("as: text", "as: txt", f"{ARCHIVES}.http.results.fields.results.file_number.as", "text"),
        ("pull: {lease_minutes: 5}", "push: {}", "departments.tax.push", "is not known here"),
        ("pull: {lease_minutes: 5}", "officer: x", "departments.tax", "http, pull, folder"),
        ("  tax:", "  Tax:", "departments", "is not the key of a department"),
        ("  tax:", "  archives:", "archives", "stands twice (line 21)"),
        ("folder: /srv/in", "folder: out", "departments.neighbourhood.folder.results.folder", "an"),
        (
            "departments:\n",
            "a: &a [x]\nb: [*a]\ndepartments:\n",
            "connections",
            "write the value",
        ),
        ("format: xlsx", "format: xls", "departments.neighbourhood.folder.tasks.format", "xlsx"),
        ("departments:\n", "department:\n", "department", "departments?"),
    ],
)
def test_a_fault_names_its_field(tmp_path, old, new, field, problem):
    assert old in GOOD
    told = faults(tmp_path, GOOD.replace(old, new))
    assert field in told, told
    assert problem in told[field]


@pytest.mark.parametrize("text", ["", "[]", "departments: 5", "a: [", "departments: {a: 1}", "\0"])
def test_what_is_no_such_file_at_all_is_told(tmp_path, text):
    assert faults(tmp_path, text)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Invalid, match="cannot be read"):
        read_connections(tmp_path / "none.yaml")


def test_the_published_schema_is_one():
    Draft202012Validator.check_schema(json.loads(SCHEMA.read_text("utf-8")))
