"""The import rules of pyproject.toml hold, and each of them can fail."""

import ast
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, SDK, trees

RULES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
LAYERS, APART, CONTRACT, PURE, WIRING, SENT = (rule["name"] for rule in RULES["contracts"])

VIOLATIONS = [
    (LAYERS, "shared.errors", "deploy"),
    (LAYERS, "shared.messages.parts", "services.intake.domain"),
    (LAYERS, "services.routing.case", "deploy"),
    (APART, "services.intake.domain", "services.routing.plan"),
    (CONTRACT, "shared.messages.schema", "shared.delivery.topology"),
    (CONTRACT, "shared.delivery.work", "shared.contract.document"),
    (PURE, "services.routing.domain", "sqlalchemy"),
    (PURE, "services.routing.plan", "amqp"),
    (PURE, "shared.worktime.days", "nameko"),
    (WIRING, "services.intake.handlers", "eventlet"),
    (WIRING, "shared.database", "kombu"),
    (SENT, "services.routing.handlers", "shared.delivery.publisher"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command as run; run()"
    arguments = [sys.executable, "-c", command, "--no-cache"]
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)


def test_every_import_rule_holds():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(RULES['contracts'])} kept, 0 broken." in done.stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """What is said of a copy of the project in which every rule is broken; by rule."""
    copy = tmp_path_factory.mktemp("project")
    leave = shutil.ignore_patterns("sdk", "__pycache__", "node_modules")
    for package in ("shared", "services", "deploy"):
        shutil.copytree(ROOT / package, copy / package, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for _rule, module, target in VIOLATIONS:
        with (copy / module.replace(".", "/")).with_suffix(".py").open("a") as file:
            file.write(f"\nimport {target}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    _kept, _heading, broken = done.stdout.partition("Broken contracts")
    names = [rule["name"] for rule in RULES["contracts"]]
    starts = sorted(broken.index(f"\n{name}\n") for name in names)
    pieces = [broken[i:j] for i, j in pairwise([*starts, len(broken)])]
    return {name: piece for name in names for piece in pieces if piece.startswith(f"\n{name}\n")}


@pytest.mark.parametrize(("rule", "module", "target"), VIOLATIONS, ids=lambda it: it[:40])
def test_a_broken_import_rule_is_found(rule, module, target, report):
    assert f"{module} -> {target} (l." in report[rule]


def imported(tree: ast.Module) -> set[str]:
    """The top-level packages that a file imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_the_sdk_stands_on_pika_and_the_standard_library_alone():
    found = {path: imported(tree) for path, tree in trees(SDK.as_posix())}
    assert found, "the SDK has moved"
    allowed = sys.stdlib_module_names | {"pika", "onewindow_worker"}
    assert {path: names - allowed for path, names in found.items() if names - allowed} == {}


def test_nothing_of_the_services_imports_the_sdk():
    for path, tree in trees("services", "shared"):
        if not path.startswith(SDK.as_posix()):
            assert "onewindow_worker" not in imported(tree), path
