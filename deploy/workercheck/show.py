"""Findings for people and for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.workercheck.findings import Finding

STYLES = {"passed": "green", "broken": "bold red", "not tried": "yellow"}


def line(finding: Finding) -> str:
    """One line of progress."""
    took = f"{finding.seconds:5.1f} s" if finding.seconds else ""
    return f"{finding.check:<15} {finding.verdict:<10} {took}".rstrip()


def table(findings: Sequence[Finding]) -> Table:
    """Every check with its verdict, and below each broken one what to do."""
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Check", "Verdict", ""):
        grid.add_column(name, overflow="fold")
    for finding in findings:
        verdict = Text(finding.verdict, style=STYLES[finding.verdict])
        grid.add_row(finding.check, verdict, Text(finding.why or finding.title))
        for trouble in finding.troubles:
            grid.add_row("", "seen", Text(trouble.seen))
            grid.add_row("", "expected", Text(trouble.expected))
            grid.add_row("", "to do", Text(trouble.remedy))
    return grid


def verdict(findings: Sequence[Finding]) -> str:
    """The last sentence."""
    broken = [it.check for it in findings if it.verdict == "broken"]
    if broken:
        return f"The worker breaks the contract: {', '.join(broken)}."
    left = [it.check for it in findings if it.verdict == "not tried"]
    rest = f", but {', '.join(left)} could not be tried" if left else ""
    return f"The worker keeps the contract{rest}."


def people(console: Console, findings: Sequence[Finding]) -> None:
    """The table and the sentence."""
    console.print(table(findings))
    console.print(verdict(findings))


def plain(findings: Sequence[Finding]) -> dict[str, Any]:
    """JSON values: whether the contract is kept, and every check."""
    return {
        "kept": all(it.verdict != "broken" for it in findings),
        "checks": [
            {**asdict(it), "verdict": it.verdict, "seconds": round(it.seconds, 2)}
            for it in findings
        ],
    }


def as_json(findings: Sequence[Finding]) -> str:
    """The same as text."""
    return json.dumps(plain(findings), ensure_ascii=False, indent=1)
