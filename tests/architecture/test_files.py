"""What holds for every file: no trace of a machine, no wall clock in the rules, no long files."""

import ast
import re

import pytest

from shared.delivery.topology import SERVICES
from tests.architecture.sources import ROOT, SDK, texts, trees

LONGEST = 400
CODE = (".py", ".html", ".css", ".js", ".sh")
MACHINE = re.compile(r"(?<![\w.$}])/(work|home|root|Users)/\w")
REGISTRY = re.compile(r"--(extra-)?index-url|\b(pypi|pythonhosted|npmjs)\.(org|com)|deb\.debian")
CLOCKS = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "time_ns"}}
MAY_READ_CLOCKS = re.compile(
    rf"shared/businesstime\.py|shared/delivery/|services/department/examples/|{SDK.as_posix()}/"
)
"""Where business time is made, where real waiting is measured, and departments' own processes."""


def found_in(pattern, text):
    return [number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY], ids=["machine", "registry"])
def test_no_file_names_a_folder_of_a_machine_or_a_package_registry(pattern):
    here = "tests/architecture/test_files.py"
    places = {path: found_in(pattern, text) for path, text in texts() if path != here}
    assert len(places) > 100
    assert {path: lines for path, lines in places.items() if lines} == {}


@pytest.mark.parametrize(
    ("pattern", "line"),
    [(MACHINE, "see /home/li/notes"), (MACHINE, 'Path("/root/x")'), (REGISTRY, "--index-url x")],
)
def test_a_trace_of_a_machine_would_be_found(pattern, line):
    assert found_in(pattern, f"first\n{line}") == [2]
    assert found_in(pattern, "https://example.org/home/page") == []


def reads_clock(tree):
    """The lines on which the wall clock is read."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS.get(_last_name(node.func.value), ())
    ]


def _last_name(node):
    return getattr(node, "id", getattr(node, "attr", ""))


def test_business_code_is_handed_the_time_and_never_reads_a_clock():
    places = {
        path: reads_clock(tree)
        for path, tree in trees("services", "shared")
        if not MAY_READ_CLOCKS.match(path)
    }
    assert {path: lines for path, lines in places.items() if lines} == {}


def test_every_way_to_read_the_clock_would_be_found():
    lines = ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()"]
    assert reads_clock(ast.parse("\n".join(lines))) == [1, 2, 3, 4]
    assert reads_clock(ast.parse("self.time.now()\ntime.monotonic()\nwork.now")) == []


def test_no_file_of_code_is_too_long():
    lengths = {path: text.count("\n") for path, text in texts() if path.endswith(CODE)}
    long = {path: length for path, length in lengths.items() if length > LONGEST}
    assert long == {}


def offers_http(service):
    """Whether the nameko class of a service has a method under @http."""
    tree = ast.parse((ROOT / "services" / service / "service.py").read_text("utf-8"))
    calls = [
        decorator.func
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
    ]
    return any(_last_name(call) == "http" for call in calls)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_with_http_has_its_committed_openapi_document(service):
    assert (ROOT / "services" / service / "service.py").exists(), f"{service} has no service.py"
    document = ROOT / "services" / service / "openapi.json"
    assert document.exists() == offers_http(service), f"python -m shared.web.openapi {service}"
