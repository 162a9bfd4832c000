"""The intake service: wiring only. What it does stands in `handlers`."""

import os
from collections.abc import Sequence
from typing import Any

import eventlet.tpool
from nameko.extensions import DependencyProvider
from werkzeug.wrappers import Response

from services.intake import domain, handlers, reviewing, reviews, schemas, store, view
from services.intake.codes import Codes
from services.intake.content import content
from services.intake.domain import CaseClosed, KeyReused, NotTheApplicant, Office
from services.intake.handlers import HandedIn
from services.intake.rating import NotOver, RatedAlready, rate
from services.intake.receipt import Receipt
from services.intake.reviewroutes import ReviewRoutes
from shared.casecode import CodeParts, Scheme, month_of, scheme_named
from shared.delivery.backbone import Backbone
from shared.delivery.entrypoints import UNHURRIED, Delivery, keeps_time, receives
from shared.delivery.envelope import Envelope
from shared.delivery.together import Together
from shared.delivery.work import Work
from shared.links import KEY_BYTES, BadLink, checked
from shared.messages import ItemPublished
from shared.messages.schema import schema_of
from shared.shelf import Shelf
from shared.web.http import Reply, Request, http
from shared.web.problems import CONFLICT, FORBIDDEN, INVALID
from shared.worktime import PresentCalendars

SHORTLY = 0.1
"""Seconds."""
LARGEST_FILE = 100_000_000
"""Bytes. An item may ask for smaller files, not for larger ones."""


class Window(DependencyProvider):  # type: ignore[misc]
    """What hand-in needs once for a process: the office, its case codes, the folder of files."""

    backbone = Backbone()
    office: Office
    counted = False
    scheme: Scheme
    codes: Codes
    shelf: Shelf
    counter: Together[HandedIn, Receipt]
    link_key: bytes

    def start(self) -> None:
        settings = self.backbone.settings
        self._present = PresentCalendars(settings.catalogue)
        self._go_by_calendars()
        self.scheme = scheme_named(settings.code_scheme, key=settings.code_key.encode())
        parts = CodeParts(
            region=settings.region,
            month=month_of(settings.time.now()),
            serial=0,
            central_department=settings.central_department,
            project_type=settings.project_type,
        )
        self.scheme.compose(parts)  # a setting of which no code can be made is refused now
        self.codes = Codes(self.backbone.database, self.scheme, parts)
        self.shelf = Shelf(settings.shelf, sync=_synced)
        self.link_key = settings.link_key() or os.urandom(KEY_BYTES)  # without one no link is good
        self.counter = Together(self.backbone.workplace.work, self._hand_in_all)

    @property
    def remarks(self) -> list[str]:
        """What is not as somebody has written it; shown by /health."""
        return self._present.remarks

    def recount(self) -> None:
        """Go by the calendars of now, and count reviews anew at the start and after a change."""
        if self._present.refresh():
            self._go_by_calendars()
        after = ""
        while not self.counted:
            with self.backbone.workplace.work() as work:
                after = reviewing.recount(work, office=self.office, after=after)
            self.counted = not after

    def _go_by_calendars(self) -> None:
        region, calendars = self.backbone.settings.region, self._present.calendars
        self.office = Office(region=region, calendar=calendars.of(region), calendars=calendars)
        self.counted = False

    def _hand_in_all(self, work: Work, handed: Sequence[HandedIn]) -> list[Receipt | Exception]:
        return handlers.hand_in_all(work, handed, office=self.office)

    def get_dependency(self, _context: Any) -> "Window":
        return self


def _synced(descriptor: int) -> None:
    """fsync in a thread, so that other requests go on."""
    eventlet.tpool.execute(os.fsync, descriptor)


def _secret(_service: "Service", digest: str) -> str:
    """The digest of the receipt's secret; the case says whether it is the right one."""
    return digest


class Service(ReviewRoutes):
    """Intake: where an application is handed in, completed, withdrawn and followed."""

    name = "intake"
    delivery = Delivery()
    window = Window()

    @receives(gather=UNHURRIED)  # type: ignore[untyped-decorator]
    def follow(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        handlers.follow(work, envelopes)

    @keeps_time  # type: ignore[untyped-decorator]
    def accept_silence(self) -> float:
        """Accept what nobody looked at in time; the seconds until the next one is due."""
        self.window.recount()
        time = self.delivery.settings.time
        with self.delivery.database.glance() as tx:
            coming = reviews.next_due(tx)
        if coming is None or coming >= time.now():
            return (time.delay_until(coming) or SHORTLY) if coming else 1.0
        with self.delivery.work() as work:
            some = reviewing.accept_silence(work, office=self.window.office)
        return 0.0 if some else SHORTLY  # another process has them

    @http("GET", "/items", answer=schemas.ItemList)
    def list_items(self, _request: Request) -> Any:
        """What can be applied for."""
        with self.delivery.database.reading() as tx:
            return {"items": store.current_items(tx)}

    @http("GET", "/items/<key>", answer=schema_of(ItemPublished))
    def show_item(self, _request: Request, key: str) -> Any:
        """A service item: its form, materials, tasks and limits."""
        with self.delivery.database.reading() as tx:
            return handlers.current_item(tx, key)

    @http("PUT", "/materials", takes=("*/*",), limit=LARGEST_FILE, answer=schemas.Stored)
    def store_material(self, request: Request) -> Any:
        """Upload a file, to be named by its digest in an application."""
        upload = self.window.shelf.put(request.chunks(), request.media_type)
        with self.delivery.work() as work:
            handlers.keep_material(work, upload)
        return upload

    @http("GET", "/materials/<digest>", query=schemas.LinkFollowed, problems={BadLink: FORBIDDEN})
    def read_material(self, request: Request, digest: str) -> Response:
        """Read a file, by a link that a department was handed with its task."""
        now = self.delivery.settings.time.now()
        checked(self.window.link_key, digest, **request.query, now=now)
        return content(self.window.shelf, digest, request.query["media_type"])

    @http(
        "POST",
        "/cases",
        headers=schemas.IdempotencyKey,
        body=schemas.ApplicationHandedIn,
        collects=True,
        answer=schemas.ReceiptGiven,
        status=201,
        problems={KeyReused: INVALID},
    )
    def hand_in(self, request: Request) -> Reply:
        """Hand in an application and get its case code.

        The same Idempotency-Key with the same application gets the same receipt again.
        """
        window, now = self.window, self.delivery.settings.time.now()
        region = domain.region_of(request.body, window.office)
        with window.codes.held(region, now) as held:
            receipt = window.counter.do(
                HandedIn(
                    application=request.body,
                    faults=request.faults,
                    key=request.headers["key"],
                    held=held,
                )
            )
        return Reply(body=receipt, headers={"Location": receipt.tracking})

    @http("GET", "/cases/<code>", answer=schemas.CaseTracked)
    def track(self, _request: Request, code: str) -> Any:
        """Where a case stands."""
        code = self.window.scheme.verify(code)
        with self.delivery.database.reading() as tx:
            return view.tracked(*handlers.track(tx, code), self.window.office)

    @http(
        "GET",
        "/cases/<code>/notices",
        answer=schemas.NoticeList,
        problems={NotTheApplicant: FORBIDDEN},
        bearer=_secret,
    )
    def list_notices(self, request: Request, code: str) -> Any:
        """What the applicant was told: what is missing, why the clock stopped, the decision.

        The token is the receipt_secret.
        """
        code = self.window.scheme.verify(code)
        with self.delivery.database.reading() as tx:
            told = handlers.notices(tx, code, request.bearer)
        return {"notices": view.notices(told, self.window.office)}

    @http(
        "POST",
        "/cases/<code>/supplements",
        headers=schemas.RetryKey,
        body=schemas.SupplementHandedIn,
        collects=True,
        answer=schemas.Taken,
        status=202,
        problems={CaseClosed: CONFLICT, NotTheApplicant: FORBIDDEN, KeyReused: INVALID},
        bearer=_secret,
    )
    def supplement(self, request: Request, code: str) -> Any:
        """Hand in what was missing, or correct an application that is not accepted yet.

        The token is the receipt_secret.

        With an Idempotency-Key it may be sent again: it counts once.
        """
        code, key = self.window.scheme.verify(code), request.headers.get("key", "")
        with self.delivery.work() as work:
            handlers.supplement(
                work,
                code,
                request.bearer,
                request.body,
                request.faults,
                office=self.window.office,
                key=key,
            )
        return {"case": code, "at": work.now}

    @http(
        "POST",
        "/cases/<code>/withdrawal",
        body=schemas.WithdrawalHandedIn,
        answer=schemas.Taken,
        status=202,
        problems={CaseClosed: CONFLICT, NotTheApplicant: FORBIDDEN},
        bearer=_secret,
    )
    def withdraw(self, request: Request, code: str) -> Any:
        """Take an application back. The token is the receipt_secret."""
        code = self.window.scheme.verify(code)
        with self.delivery.work() as work:
            handlers.withdraw(
                work, code, request.bearer, request.body["reason"], office=self.window.office
            )
        return {"case": code, "at": work.now}

    @http(
        "POST",
        "/cases/<code>/rating",
        body=schemas.RatingSaid,
        answer=schemas.Taken,
        status=202,
        problems={NotOver: CONFLICT, RatedAlready: CONFLICT, NotTheApplicant: FORBIDDEN},
        bearer=_secret,
    )
    def rate(self, request: Request, code: str) -> Any:
        """Rate the handling of a case that is over, once. The token is the receipt_secret."""
        code = self.window.scheme.verify(code)
        with self.delivery.work() as work:
            case = handlers.own_case(work.transaction, code, request.bearer, to_change=True)
            rate(work, case, **request.body)
        return {"case": code, "at": work.now}
