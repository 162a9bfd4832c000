"""Who sends and who handles which message, read from the source.

A class of message is sent where it is called, and handled where it is told apart from others: in
`isinstance`, in a `case` pattern, as a key of a table by type. A mention in an annotation counts
for nothing.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from shared.delivery.topology import SERVICES
from tests.architecture.sources import SDK, trees

Edges = dict[str, set[str]]
"""By the name of a class, the services."""


def sent(classes: set[str]) -> Edges:
    """Where messages are made. What the delivery makes, every service sends."""
    return _edges(classes, made)


def handled(classes: set[str]) -> Edges:
    """Where messages are told apart."""
    return _edges(classes, told_apart)


def made(tree: ast.AST) -> Iterator[str]:
    """The names that are called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def told_apart(tree: ast.AST) -> Iterator[str]:
    """The names in isinstance, in class patterns and in the keys of tables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
            yield from _names(node.args[1])
        elif isinstance(node, ast.MatchClass):
            yield from _names(node.cls)
        elif isinstance(node, ast.Dict):
            for key in node.keys:
                yield from _names(key) if key else ()


def _names(node: ast.AST) -> Iterator[str]:
    return (inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _edges(classes: set[str], names_in) -> Edges:
    found: Edges = defaultdict(set)
    for path, tree in trees("services", "shared/delivery"):
        if path.startswith(SDK.as_posix()):
            continue
        known = _imported(tree)
        for name in names_in(tree):
            if known.get(name) in classes:
                found[known[name]] |= _services(path)
    return found


def _imported(tree: ast.Module) -> Mapping[str, str]:
    """What a file calls the classes of shared.messages."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shared.messages")
        for alias in node.names
    }


def _services(path: str) -> set[str]:
    return {path.split("/")[1]} if path.startswith("services/") else set(SERVICES)
