"""Run linter, formatter, types and import rules.

One line each, and the details where one fails.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import typer

from deploy.local.places import ROOT

LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"
TOOLS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy", "shared", "services", "deploy"],
    "lint-imports": ["-c", LINT_IMPORTS, "--no-cache"],
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a tool said, and in how many seconds."""

    tool: str
    passed: bool
    seconds: float
    text: str

    def __str__(self) -> str:
        return f"{self.tool:<14}{'ok' if self.passed else 'FAILED':<8}{self.seconds:5.1f} s"


def command() -> None:
    with ThreadPoolExecutor(max_workers=2) as at_once:
        findings = list(at_once.map(_run, TOOLS))
    for finding in findings:
        print(finding)
        if not finding.passed:
            print("\n".join(f"    {line}" for line in finding.text.splitlines()))
    if not all(finding.passed for finding in findings):
        raise typer.Exit(1)


def _run(tool: str) -> Finding:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *TOOLS[tool]], check=False, cwd=ROOT, capture_output=True, text=True
    )
    return Finding(
        tool=tool,
        passed=done.returncode == 0,
        seconds=time.monotonic() - began,
        text=(done.stdout + done.stderr).strip(),
    )
