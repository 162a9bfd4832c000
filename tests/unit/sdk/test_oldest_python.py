"""The SDK says that it runs on Python 3.9, so nothing in it may be newer; also where there is none.

tests/broker/test_sdk_package.py runs it on every Python that the machine has.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import onewindow_worker

PACKAGE = Path(onewindow_worker.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))
NEWER_NAMES = {
    *("aiter", "anext", "pairwise", "aclosing", "UnionType", "NoneType", "EllipsisType"),
    *("ParamSpec", "TypeAlias", "TypeGuard", "Concatenate", "stdlib_module_names", "bit_count"),
    *("UTC", "StrEnum", "ExceptionGroup", "tomllib", "Self", "assert_never", "batched", "override"),
}
"""What came with Python 3.10 and later, as far as it could come in handy here."""

NEWER_ARGUMENTS = {("zip", "strict"), ("dataclass", "slots"), ("dataclass", "kw_only")}


def newer(tree):
    """What of a module Python 3.9 does not know, by its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = {(node.func.id, each.arg) for each in node.keywords}
            yield from given & NEWER_ARGUMENTS
        if isinstance(node, ast.Name) and node.id in NEWER_NAMES:
            yield node.id
        if isinstance(node, ast.Attribute) and node.attr in NEWER_NAMES:
            yield node.attr
        if isinstance(node, ast.ImportFrom):
            yield from {each.name for each in node.names} & NEWER_NAMES
    yield from unions(tree)


def hints(tree):
    """The annotations of a module."""
    given = [(node, name) for node in ast.walk(tree) for name in ("annotation", "returns")]
    return [hint for node, name in given if (hint := getattr(node, name, None)) is not None]


def unions(tree):
    """`X | Y` between types where it is evaluated: outside annotations, which are only kept."""
    kept = {id(part) for hint in hints(tree) for part in ast.walk(hint)}
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and id(node) not in kept:
            sides = {ast.unparse(node.left).lower(), ast.unparse(node.right).lower()}
            if sides & {"none", "str", "int", "float", "bytes"} or any("[" in it for it in sides):
                yield ast.unparse(node)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_is_written_in_the_language_of_python_3_9(module):
    tree = ast.parse(module.read_text("utf-8"), feature_version=(3, 9))
    imported = [ast.unparse(node) for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not hints(tree) or "from __future__ import annotations" in imported
    assert sorted(map(str, newer(tree))) == []


@pytest.mark.parametrize(
    "line",
    [
        "zip(a, b, strict=True)",
        "@dataclass(slots=True)\nclass A: pass",
        "from itertools import pairwise",
        "datetime.UTC",
        "Answer = str | None",
        "Answers = dict[str, int] | list[int]",
    ],
)
def test_what_is_newer_is_seen(line):
    assert list(newer(ast.parse(line)))


def test_nothing_newer_than_python_3_10_is_taken_from_the_standard_library():
    # the oldest that mypy still knows; what came with 3.10 itself is looked for above
    command = [sys.executable, "-m", "mypy", "--python-version", "3.10", str(PACKAGE)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PACKAGE.parent, check=False)
    assert done.returncode == 0, done.stdout
