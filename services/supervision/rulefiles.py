"""policies.yaml, people.yaml and sheets.yaml as supervision goes by them now."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from services.supervision import peoplefile, policies
from services.supervision.people import People
from services.supervision.policies import Policy, policy_of
from services.supervision.rulefile import RuleFile
from services.supervision.sheets.rules import FILE as SHEETS
from services.supervision.sheets.rules import Rules as SheetRules
from services.supervision.sheets.rules import rules_of

NONE = "{}"
"""The text of people.yaml or sheets.yaml where there is none: nobody is told, nothing scored."""

log = structlog.get_logger()


class RuleFiles:
    """The files of a catalogue. Raises Invalid where one cannot be followed and never was."""

    def __init__(self, catalogue: Path, *, data: Path, environ: Mapping[str, str]) -> None:
        self._policies = RuleFile(catalogue / policies.FILE, policy_of, data=data)
        self._people = RuleFile(
            catalogue / peoplefile.FILE,
            partial(peoplefile.people_of, environ=environ),
            data=data,
            beside=lambda it: it[0].held_in,
            absent=NONE,
        )
        self._sheets = RuleFile(catalogue / SHEETS, rules_of, data=data, absent=NONE)
        self._files = (self._policies, self._people, self._sheets)
        self._warn()

    @property
    def policy(self) -> Policy:
        """The policy of now."""
        return self._policies.meant

    @property
    def text(self) -> str:
        """The policy of now as it is written."""
        return self._policies.text

    @property
    def people(self) -> People:
        """The people of now."""
        return self._people.meant[0]

    @property
    def sheets(self) -> SheetRules:
        """The rules and weights of now of the performance sheets."""
        return self._sheets.meant

    def refresh(self) -> None:
        """Follow what is written now."""
        self._policies.refresh()
        self._sheets.refresh()
        if self._people.refresh():
            self._warn()

    @property
    def remarks(self) -> list[str]:
        """Which file is not followed as it is written, without what it says."""
        return [
            f"{it.name} is wrong: version {it.version} is followed, GET /rules says what is wrong"
            for it in self._files
            if it.fault
        ]

    @property
    def plain(self) -> dict[str, Any]:
        """Which version of each file is followed, what is wrong with what was written since, and
        which addresses are left out."""
        files = [{"file": it.name, "version": it.version, "fault": it.fault} for it in self._files]
        return {"files": files, "left_out": list(self._people.meant[1])}

    @property
    def metrics(self) -> bytes:
        """Which file is wrong, in the text format of Prometheus."""
        registry = CollectorRegistry()
        wrong = Gauge(
            "onewindow_rules_wrong",
            "Whether a file is not followed as it is written",
            ["file"],
            registry=registry,
        )
        for it in self._files:
            wrong.labels(it.name).set(bool(it.fault))
        return bytes(generate_latest(registry))

    def _warn(self) -> None:
        for address in self._people.meant[1]:
            log.warning("an address is left out", address=address)
