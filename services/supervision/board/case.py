"""A case: its timeline, clocks, alerts and trace; why each of its clocks is due when it is."""

from typing import Any

import orjson
import sqlalchemy as sa
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from services.supervision import open_cases, record, store, view
from services.supervision.board.base import SUPERVISE, BoardBase, row_in_sight
from services.supervision.board.drawing import drawing
from services.supervision.board.story import story
from services.supervision.clocks import KINDS, TASK_KINDS
from services.supervision.rows import case_of_row
from services.supervision.sight import Sight, scope_of
from services.supervision.tables import alerts
from services.supervision.timeline import bars
from services.supervision.trace import verify
from shared.errors import NotFound
from shared.jsontext import text_of
from shared.web.pages import Page, Redirect, Visit, live, page


class Sought(Schema):
    """The code that somebody looks for, as they typed it."""

    code = fields.String(load_default="")


class CasePages(BoardBase):
    """One case, whole."""

    @page("GET", "/board/find", query=Sought, roles=SUPERVISE)
    def find(self, visit: Visit) -> Redirect:
        """From the search field of every page to the case."""
        code = "".join(visit.query["code"].split())
        return Redirect(self.pages.address("case", code=code or "-"))

    @page("GET", "/board/cases/<code>", roles=SUPERVISE)
    def case(self, visit: Visit, code: str) -> Page:
        now = self.now()
        with self.delivery.database.reading() as tx:
            row = row_in_sight(tx, code, self.sight(visit))
            case, calendar = case_of_row(row), self.book.calendars.of(row.region)
            entries = list(store.trace_of(tx, code))
            opened = open_cases.open_case(row, self.book.rules)
            raised = _alerts_of(tx, code)
        shown = bars(entries, case.clocks, calendar, now)
        own = [it for it in shown if it.assignment]
        titles = {it.assignment: getattr(it.title, visit.language) for it in own}
        lights = {it.assignment: it.timing.light(now) for it in opened.tasks}
        return Page(
            "case/case.html",
            current="wall",
            case=case,
            mark=_mark(row),
            bars=shown,
            picture=drawing(shown, calendar, now) if shown else None,
            lights={**lights, "": opened.timing.light(now)},
            clocks=sorted(case.clocks.values(), key=lambda it: _order(it.kind, it.id)),
            alerts=raised,
            told=[told for entry in entries for told in story(entry, titles, visit.language)],
            findings=verify(code, entries, case.head),
        )

    @live("/board/cases/<code>/live", roles=SUPERVISE, scope=scope_of)
    def case_mark(self, scope: str, code: str) -> str:
        """What changes whenever anything happens to a case; nothing for one that is not seen."""
        with self.delivery.database.reading() as tx:
            try:
                return _mark(row_in_sight(tx, code, Sight(area=scope)))
            except NotFound:
                return ""

    @page("GET", "/board/cases/<code>/clocks", roles=SUPERVISE)
    def clocks(self, visit: Visit, code: str) -> Page:
        """Why each clock is due when it is, line by line."""
        with self.delivery.database.reading() as tx:
            row = row_in_sight(tx, code, self.sight(visit))
            told = view.clocks(tx, code, self.book.calendars, self.now())
        told["clocks"].sort(key=lambda it: _order(it["kind"], it["clock"]))
        return Page("case/clocks.html", current="wall", case=case_of_row(row), told=told)

    @page("GET", "/board/cases/<code>/trace.json", roles=SUPERVISE)
    def trace_file(self, visit: Visit, code: str) -> Response:
        """The trace with all that is needed to check it elsewhere."""
        with self.delivery.database.reading() as tx:
            row_in_sight(tx, code, self.sight(visit))
            told = record.exported(tx, code, self.now())
        headers = {"Content-Disposition": f'attachment; filename="trace-{code}.json"'}
        return Response(text_of(told), content_type="application/json", headers=headers)


def _mark(row: sa.Row[Any]) -> str:
    return f"{row.entries}-{row.head[:16]}"


def _order(kind: str, clock: str) -> tuple[bool, str, int]:
    """The case's own clocks first, then those of each task beside each other."""
    of_task = kind in TASK_KINDS
    return of_task, clock.split("/", 2)[-1] if of_task else "", KINDS.index(kind)


def _alerts_of(tx: sa.Connection, code: str) -> list[Any]:
    """The alerts of a case, newest first, each with what it says."""
    query = sa.select(alerts).where(alerts.c.case_code == code)
    found = tx.execute(query.order_by(alerts.c.at.desc(), alerts.c.id)).all()
    return [(row, orjson.loads(row.body)) for row in found]
