"""What the service goes by: calendars, ladders, people, and how far the stream was read."""

import os
import time
import uuid
from dataclasses import replace
from typing import Any

import structlog
from nameko.extensions import DependencyProvider

from services.supervision import channels, policystore
from services.supervision.board.names import Names
from services.supervision.domain import Rules
from services.supervision.notices.rounds import Rounds
from services.supervision.recounting import recount
from services.supervision.remembered import OpenCases
from services.supervision.rulefiles import RuleFiles
from services.supervision.sheets.rules import Rules as SheetRules
from services.supervision.signing import Signer
from services.supervision.tide import Tide
from shared.delivery.backbone import Backbone
from shared.worktime import Calendars, PresentCalendars

GRACE = 5.0
"""Seconds for which a service that stops lets those be told whom it is telling."""

log = structlog.get_logger()


class Rulebook(DependencyProvider):  # type: ignore[misc]
    """The calendars, the ladders and the people, as they are now, and how far the stream was
    read."""

    backbone = Backbone()
    open_cases: OpenCases
    files: RuleFiles
    names: Names
    rounds: Rounds
    rules: Rules
    signer: Signer
    tide: Tide
    process: str
    published = False
    _noted = ""
    _uncounted: Calendars | None = None

    def start(self) -> None:
        catalogue = self.backbone.settings.catalogue
        self._present = PresentCalendars(catalogue)
        data = self.backbone.settings.data
        self.names = Names(catalogue=catalogue)
        self.files = RuleFiles(catalogue, data=data, environ=os.environ)
        self.rules = Rules(
            calendar=self.calendars.of(self.backbone.settings.region),
            policy=self.files.policy,
            calendars=self.calendars,
            people=self.files.people,
            region=self.backbone.settings.region,
        )
        self.signer = Signer.of(data)
        self.process = str(uuid.uuid4())
        self.open_cases = OpenCases()
        self.tide = Tide(speed=self.backbone.settings.time.speed, started=time.monotonic())
        self.rounds = Rounds(self.backbone, lambda: self.rules, self.channels)
        self._recount(None)  # last: timers run as soon as it waits for the database

    def stop(self) -> None:
        self.rounds.wait(GRACE)

    @property
    def calendars(self) -> Calendars:
        """Those of every region, as they are now."""
        return self._present.calendars

    @property
    def sheet_rules(self) -> SheetRules:
        """By which performance sheets are scored now."""
        return self.files.sheets

    @property
    def channels(self) -> tuple[str, ...]:
        """Where alerts go."""
        return channels.channels(self.backbone.settings.webhook)

    @property
    def remarks(self) -> list[str]:
        """What is not as somebody has written it; shown by /health."""
        return [*self._present.remarks, *self.files.remarks, *self.names.remarks]

    def refresh(self) -> None:
        """Go by the calendars and the files of rules of now."""
        self._refresh_calendars()
        self.files.refresh()
        policy, people = self.files.policy, self.files.people
        if policy.version != self._noted:
            with self.backbone.workplace.work() as work:
                policystore.note(work.transaction, policy.version, work.now, self.files.text)
            self._noted = policy.version
        if self.rules.policy is not policy or self.rules.people is not people:
            self.rules = replace(self.rules, policy=policy, people=people)

    def _refresh_calendars(self) -> None:
        """Count anew, if a version was published."""
        before = self.calendars
        if self._present.refresh():
            calendar = self.calendars.of(self.backbone.settings.region)
            self.rules = replace(self.rules, calendar=calendar, calendars=self.calendars)
            self._uncounted = self._uncounted or before
        if self._uncounted:
            self._recount(self._uncounted)
            self._uncounted = None  # not before: a database that was away is asked again

    def _recount(self, before: Calendars | None) -> None:
        moved = recount(
            self.backbone.workplace.work, self.rules, before=before, channels=self.channels
        )
        if moved:
            log.info("due dates moved with the calendar", clocks=moved)

    def get_dependency(self, _context: Any) -> "Rulebook":
        return self
