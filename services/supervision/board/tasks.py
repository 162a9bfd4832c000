"""Open tasks over all departments that somebody sees, the gravest first: a page, files, and an
address for programs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from services.supervision import tasklist
from services.supervision.board.base import SUPERVISE, BoardBase
from services.supervision.board.taskfiles import rows_of
from services.supervision.open_cases import OpenCase
from services.supervision.sheets.files import CSV_TYPE, XLSX_TYPE, csv_of, xlsx_of
from services.supervision.sight import Sight
from services.supervision.tasklist import (
    EARLIEST,
    LATEST,
    OF_LIGHT,
    ORDERS,
    Listed,
    Question,
    end_of,
)
from shared.errors import NotFound
from shared.web.blocking import aside
from shared.web.http import Request, http
from shared.web.pages import Page, Visit, page

PAGE = 50
MOST_IN_FILE = 10_000
TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


class Asked(Schema):
    """Which open tasks: of a light, or due today; of a department, a service item, or a region and
    those within it; due on a day or before it. The gravest first, or in another order."""

    light = fields.String(load_default="", validate=validate.OneOf(OF_LIGHT))
    department = fields.String(load_default="", validate=validate.Length(max=64))
    region = fields.String(load_default="", validate=validate.Length(max=10))
    item = fields.String(load_default="", validate=validate.Length(max=64))
    until = fields.Date(load_default=None, validate=validate.Range(min=EARLIEST, max=LATEST))
    order = fields.String(load_default=ORDERS[0], validate=validate.OneOf(ORDERS))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10_000))


class AskedByProgram(Asked):
    """The same, and how many on a page."""

    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1_000))


class TaskPages(BoardBase):
    """The list of open tasks over all departments."""

    @page("GET", "/board/tasks", query=Asked, roles=SUPERVISE)
    def tasks(self, visit: Visit) -> Page:
        now, asked, sight = self.now(), visit.query, self.sight(visit)
        cases = self._cases_in(sight)
        found = tasklist.find(cases, self._question(asked), now)
        first = (asked["page"] - 1) * PAGE
        shown = found.tasks[first : first + PAGE]
        return Page(
            "tasks/tasks.html",
            asked=asked,
            chosen=_chosen(asked),
            choices=self._choices(cases, sight, asked),
            counts_by_light=found.counts,
            tasks=tasklist.listed(shown, self.book.calendars, now),
            found=len(found.tasks),
            first=first,
            most_in_file=MOST_IN_FILE,
        )

    @page("GET", "/board/tasks/file/<kind>", query=Asked, roles=SUPERVISE)
    def tasks_file(self, visit: Visit, kind: str) -> Response:
        """The same tasks as CSV or XLSX, the first 10,000 of them."""
        if kind not in TYPES:
            raise NotFound(f"there are no {kind[:20]!r} files")
        now = self.now()
        found = tasklist.find(self._cases_in(self.sight(visit)), self._question(visit.query), now)
        some = tasklist.listed(found.tasks[:MOST_IN_FILE], self.book.calendars, now)
        content = aside(self._file, kind, some, visit.language, now)
        name = f"tasks-{now:%Y%m%d-%H%M}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, content_type=TYPES[kind], headers=headers)

    @http("GET", "/tasks", query=AskedByProgram, near=True)
    def list_tasks(self, request: Request) -> Any:
        """Open tasks over all departments, the gravest first, each with its light and with how much
        time is left: `found` in all, and how many of each light there are of the same question.
        `left` is in `unit`, negative by how much the task is late."""
        now, asked = self.now(), request.query
        found = tasklist.find(self._cases_in(Sight(area="")), self._question(asked), now)
        first = (asked["page"] - 1) * asked["limit"]
        some = found.tasks[first : first + asked["limit"]]
        return tasklist.told(found, some, self.book.calendars, now)

    def _cases_in(self, sight: Sight) -> list[OpenCase]:
        with self.delivery.database.reading() as tx:
            return self.open_cases(tx, sight)

    def _question(self, asked: Mapping[str, Any]) -> Question:
        names = ("light", "department", "region", "item", "order")
        until = asked["until"]
        before = end_of(until, self._office_zone) if until else None
        return Question(**{it: asked[it] for it in names}, before=before)

    @property
    def _office_zone(self) -> ZoneInfo:
        return self.book.rules.calendar.zone

    def _file(self, kind: str, some: Sequence[Listed], language: str, now: datetime) -> bytes:
        def say(key: str) -> str:
            return self.pages.texts.say(language, key)

        rows = rows_of(some, language, say, self.book.names, self._office_zone)
        title = f"{say('tasks.title')} {now:%Y-%m-%d %H:%M}"
        return csv_of(rows) if kind == "csv" else xlsx_of(rows, [title])

    def _choices(
        self, cases: list[OpenCase], sight: Sight, asked: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What may be asked for: whatever has open tasks, and what is asked for already."""
        departments = {task.department for case in cases for task in case.tasks}
        named = [it for it in self.book.names.regions if sight.sees(it)]
        regions = {*tasklist.regions_of(cases, named), asked["region"]} - {""}
        return {
            "departments": departments.union({asked["department"]} - {""}),
            "regions": sorted(regions),
            "items": {it.item: it.title for it in cases if it.tasks},
        }


def _chosen(asked: Mapping[str, Any]) -> Mapping[str, str]:
    """What stands in the address of the same list, but for its light and its page."""
    names = ("department", "region", "item")
    until = asked["until"].isoformat() if asked["until"] else ""
    order = asked["order"] if asked["order"] != ORDERS[0] else ""
    return {**{it: asked[it] for it in names}, "until": until, "order": order}
