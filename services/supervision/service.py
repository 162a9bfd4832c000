"""The supervision service: wiring only. What it does stands in `handlers` and `channels`."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import eventlet
from marshmallow import Schema, fields, validate

from services.supervision import (
    acting,
    actstore,
    channels,
    deliveries,
    handlers,
    record,
    store,
    view,
)
from services.supervision.appeals import Appeals
from services.supervision.board.alerts import AlertPages
from services.supervision.board.base import FOLDER
from services.supervision.board.case import CasePages
from services.supervision.board.flow import FlowPages
from services.supervision.board.sheets import SheetPages
from services.supervision.board.tasks import TaskPages
from services.supervision.board.wall import WallPages
from services.supervision.notices import view as notices
from services.supervision.notices.service import Notices
from services.supervision.programacts import ProgramActs
from services.supervision.rulebook import Rulebook
from services.supervision.rulings import Rulings
from shared.accounts.pages import AccountPages
from shared.accounts.service import Accounts
from shared.delivery.entrypoints import UNHURRIED, Delivery, keeps_time, receives
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.web.http import Request, http
from shared.web.pages import Link, Pages

BATCH = 500
CATCHING_UP = 0.2
"""Seconds after which to look again whether the stream is caught up."""
LONGEST_CALL = 15
"""Seconds in which a webhook must have answered; then its alerts wait for their next attempt."""


class AlertsAsked(Schema):
    """Which alerts: of one case, from a moment on, at most so many."""

    case = fields.String(load_default="", validate=validate.Length(max=300))
    since = fields.AwareDateTime(load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1_000))


class CheckpointsAsked(Schema):
    """Which checkpoints: those after a number, at most so many."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1_000))


class Service(
    Notices,
    Rulings,
    Appeals,
    ProgramActs,
    WallPages,
    TaskPages,
    CasePages,
    AlertPages,
    SheetPages,
    FlowPages,
    AccountPages,
):
    """Supervision: the clocks, the alerts and the trace of every case."""

    name = "supervision"
    delivery = Delivery()
    book = Rulebook()
    accounts = Accounts()
    pages = Pages(
        FOLDER,
        home="start",
        title="board.title",
        navigation=(
            Link(page="wall", text="wall.title", key="1"),
            Link(page="tasks", text="tasks.title", key="2"),
            Link(page="alerts", text="alerts.title", key="3"),
            Link(page="sheets", text="sheets.title", key="4"),
            Link(page="flow", text="flow.title", key="5"),
            Link(page="unit_accounts", text="account.unit_accounts", key="6"),
        ),
    )

    @receives(gather=UNHURRIED)  # type: ignore[untyped-decorator]
    def observe(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        oldest = min(envelope.sent_at for envelope in envelopes)
        tide, now = self.book.tide, work.now
        if tide.read(oldest, now=now, at=time.monotonic()):
            since = tide.quiet_since(now)
            store.note_tide(work.transaction, self.book.process, oldest, now=now, since=since)
        handlers.observe(work, envelopes, rules=self.book.rules, channels=self.book.channels)

    @keeps_time  # type: ignore[untyped-decorator]
    def fire(self) -> float:
        """Fire what is due, batch after batch; the seconds until the next rung is."""
        return self._in_time(store.next_moment, handlers.fire_due)

    @keeps_time  # type: ignore[untyped-decorator]
    def follow_up(self) -> float:
        """Fire the next rung of what nobody has acknowledged; the seconds until that may be."""
        return min(1.0, self._in_time(actstore.next_wait, acting.escalate))

    def _in_time(self, next_of: Callable[..., datetime | None], do: Callable[..., int]) -> float:
        """Do what is due, as far as the stream was read; the seconds until more is."""
        business, tide = self.delivery.settings.time, self.book.tide
        now = business.now()
        before = tide.limit(now=now, at=time.monotonic())
        with self.delivery.database.glance() as tx:
            coming, slowest = next_of(tx), store.slowest_tide(tx, tide.quiet_since(now))
        if before and slowest:
            before = min(before, slowest)
        if before is None or coming is None or coming >= before:
            return (business.delay_until(coming) or CATCHING_UP) if coming else 1.0
        book = self.book
        with self.delivery.work() as work:
            some = do(work, rules=book.rules, channels=book.channels, before=before, limit=BATCH)
        return 0.0 if some else CATCHING_UP  # another process has them

    @keeps_time  # type: ignore[untyped-decorator]
    def keep_wall_ready(self) -> float:
        """Read open cases beside all else, so that the first look at the wall need not."""
        if not self.book.open_cases.rests:
            with self.delivery.database.reading() as tx:
                self.book.open_cases.keep_ready(tx, self.book.rules)
        return self.book.open_cases.rests

    @keeps_time  # type: ignore[untyped-decorator]
    def follow_rules(self) -> float:
        self.book.refresh()
        return 1.0

    @keeps_time  # type: ignore[untyped-decorator]
    def sign_day(self) -> float:
        """Sign the traces once a day, and publish what was signed."""
        settings = self.delivery.settings
        with self.delivery.database.glance() as tx:
            due = record.is_due(tx, settings.time.now())
        if due:
            with self.delivery.work() as work:
                record.sign(work, self.book.signer)
        if due or not self.book.published:
            with self.delivery.database.reading() as tx:
                self.book.published = record.publish(tx, settings.data) == 0
        return 1.0

    @keeps_time  # type: ignore[untyped-decorator]
    def write_alerts(self) -> float:
        path = self.delivery.settings.data / "alerts.jsonl"
        with self.delivery.database.glance() as tx:
            if not deliveries.waiting(tx, channels.FILE):
                return 0.5
        with self.delivery.work() as work:
            return 0.0 if channels.write_lines(work, path) == channels.LINES else 0.5

    @keeps_time  # type: ignore[untyped-decorator]
    def call_webhook(self) -> float:
        url = self.delivery.settings.webhook
        if not url:
            return 1.0
        with eventlet.Timeout(LONGEST_CALL, channels.NotTold("the alert webhook took too long")):
            channels.call_webhook(self.delivery.work, url, channels.tell)
        return 1.0

    @http("GET", "/alerts", query=AlertsAsked, near=True)
    def list_alerts(self, request: Request) -> Any:
        """Alerts, newest first, each with who was told of it."""
        asked, zone = request.query, self.delivery.settings.time.zone
        with self.delivery.database.reading() as tx:
            bodies = store.alerts_since(tx, asked["since"], asked["case"], asked["limit"])
            found = [json.loads(body) for body in bodies]
            told = notices.of_alerts(tx, [it["alert"] for it in found], zone)
            backlog = deliveries.backlog(tx)
        alerts = [it | {"notices": told.get(it["alert"], [])} for it in found]
        return {"alerts": alerts, "untold": backlog}

    @http("GET", "/checkpoints", query=CheckpointsAsked)
    def list_checkpoints(self, request: Request) -> Any:
        """What was signed of all traces, a day at a time, and the key that checks it."""
        asked = request.query
        with self.delivery.database.reading() as tx:
            found = record.checkpoints_after(tx, asked["after"], asked["limit"])
        return {"key": self.book.signer.key, "checkpoints": [record.plain(it) for it in found]}

    @http("GET", "/cases/<code>/export", near=True)
    def export_trace(self, _request: Request, code: str) -> Any:
        """A trace with all that is needed to check it elsewhere, by the verifier's one file."""
        with self.delivery.database.reading() as tx:
            return record.exported(tx, code, self.delivery.settings.time.now())

    @http("GET", "/cases/<code>/trace", near=True)
    def show_trace(self, _request: Request, code: str) -> Any:
        """Everything that ever happened to a case, and whether it is as it was written."""
        with self.delivery.database.reading() as tx:
            return view.trace(code, *view.read_trace(tx, code))

    @http("GET", "/cases/<code>/clocks", near=True)
    def show_clocks(self, _request: Request, code: str) -> Any:
        """The clocks of a case, and why each is due when it is."""
        now = self.delivery.settings.time.now()
        with self.delivery.database.reading() as tx:
            return view.clocks(tx, code, self.book.calendars, now)
