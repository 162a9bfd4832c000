"""What the code reads from the environment, found by reading the code itself."""

import ast
import re
from pathlib import Path

from deploy.local.places import ROOT, SDK

NAME = re.compile(r"AMQP_URI|ONEWINDOW_[A-Z_]*[A-Z]")
READERS = ("str", "int", "bool", "path", "float")
WITHIN = ("bench", "chaos")
"""Programs of deploy/ that set variables for their own processes; an operator sets none of them."""


def strings(*folders: Path) -> set[str]:
    """Every variable of ours that stands as a string of its own somewhere in the code."""
    found: set[str] = set()
    for folder in folders:
        for file in folder.rglob("*.py"):
            if file.relative_to(ROOT).parts[1] in WITHIN:
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.update(NAME.findall(node.value) if NAME.fullmatch(node.value) else ())
    return found


def service_settings() -> dict[str, bool]:
    """Every variable of shared/settings.py, and whether it must be given."""
    tree = ast.parse((ROOT / "shared" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        call.args[0].value: len(call.args) == 1
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in READERS
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
        and NAME.fullmatch(call.args[0].value)
    }


def worker_settings() -> set[str]:
    """Every variable of the worker SDK: the names that stand after its prefix."""
    found = {"ONEWINDOW_WORKER_LOG"}
    tree = ast.parse((SDK / "onewindow_worker" / "settings.py").read_text())
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for part in call.args:
            if isinstance(part, ast.Constant) and re.fullmatch(r"[A-Z_]+", str(part.value)):
                found.add(f"ONEWINDOW_WORKER_{part.value}")
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
            found.add(f"ONEWINDOW_WORKER_{node.right.value}")
    return found


def all_settings() -> set[str]:
    """Everything that an operator may set, for services, commands and workers."""
    return strings(ROOT / "shared", ROOT / "services", ROOT / "deploy") | worker_settings()
