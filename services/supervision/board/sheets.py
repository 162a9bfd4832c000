"""Performance sheets of departments: the table of all, one with its charts, the cases behind a
figure, and all of it as files."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.wrappers import Response

from services.supervision.board.base import FIGURES, SUPERVISE, BoardBase
from services.supervision.packing import title_of_text
from services.supervision.sheets import charts, counting, kept, publishing, told
from services.supervision.sheets.behind import Behind, Counted, Part, counted_from
from services.supervision.sheets.figures import OF_KEY
from services.supervision.sheets.files import CSV_TYPE, PDF_TYPE, XLSX_TYPE
from services.supervision.sheets.kept import Kept
from services.supervision.sheets.periods import Period, before, month, period_of, quarter, year
from services.supervision.sheets.report import Report
from services.supervision.sheets.scope import Scope
from services.supervision.sheets.sheet import Beside, sheet
from services.supervision.sheets.words import said
from shared.errors import Invalid, NotFound
from shared.web.blocking import aside
from shared.web.pages import Page, Visit, page

PAGE = 50
ALL = "all"
"""Stands in addresses for all departments together."""
TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE, "pdf": PDF_TYPE}
MAIN = (
    "on_time_rate",
    "ended",
    "late",
    "used_mean_working_days",
    "used_p90_working_days",
    "acceptance_mean_working_days",
    "return_rate",
    "decline_rate",
    "yellow",
    "red",
    "satisfaction",
)
"""The columns of the table of all departments; the sheet of each has all figures."""


def _is_period(text: str) -> None:
    try:
        period_of(text)
    except Invalid as error:
        raise ValidationError("fault.period") from error


class Asked(Schema):
    """Which sheets: the period (else the present quarter), and of which region and item."""

    period = fields.String(load_default="", validate=_is_period)
    region = fields.String(load_default="", validate=validate.Length(max=10))
    item = fields.String(load_default="", validate=validate.Length(max=64))
    version = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10_000))


class AskedBehind(Asked):
    """Which facts: those that a figure is about, or those in all of which it is a share."""

    figure = fields.String(load_default="ended", validate=validate.OneOf(sorted(OF_KEY)))
    of = fields.Boolean(load_default=False)
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10_000))


class SheetPages(BoardBase):
    """Performance sheets of departments."""

    @page("GET", "/board/sheets", query=Asked, roles=FIGURES)
    def sheets(self, visit: Visit) -> Page:
        """All departments, one a row."""
        scope = self._scope(visit)
        with self.delivery.database.reading() as tx:
            shown, versions = self._report(tx, visit, scope), self._versions(tx, visit, scope)
            items = counting.items(tx, scope)
        return Page(
            "sheets/sheets.html",
            report=shown,
            versions=versions,
            items=items,
            main=[OF_KEY[key] for key in MAIN],
            regions=self._regions(visit),
            **self._frame(visit, scope),
        )

    @page("GET", "/board/sheets/<key>", query=Asked, roles=FIGURES)
    def sheet(self, visit: Visit, key: str) -> Page:
        """One department: every figure, how the score came about, and two charts."""
        scope = self._scope(visit, key)
        with self.delivery.database.reading() as tx:
            shown = self._report(tx, visit, scope)
            months = self._months(tx, scope, shown)
        line = shown.line(scope.department)
        if line is None and key not in self.book.names.departments:
            raise NotFound(f"there is no department {key[:64]!r}")
        own = line.sheet if line else sheet(scope.department, [], Beside())
        return Page(
            "sheets/sheet.html",
            current="sheets",
            key=key,
            report=shown,
            line=line,
            values=own.values,
            months=charts.punctuality(months),
            distribution=charts.distribution(own),
            **self._frame(visit, scope),
        )

    @page("GET", "/board/sheets/<key>/tasks", query=AskedBehind, roles=SUPERVISE)
    def behind(self, visit: Visit, key: str) -> Page:
        """The tasks, the cards or the ratings that a figure was counted from: of a published sheet
        as they were then, with a word where something has become of them since."""
        scope, asked = self._scope(visit, key), visit.query
        figure = OF_KEY[asked["figure"]]
        part = Part(first=(asked["page"] - 1) * PAGE, most=PAGE)
        with self.delivery.database.reading() as tx:
            shown = self._report(tx, visit, scope)
            if shown.version and not shown.listed:
                raise NotFound("what was counted was not kept when this version was published")
            source, of = self._source(visit, scope, shown), asked["of"]
            found = counted_from(tx, source, figure, part, of=of)
            now = counted_from(tx, Counted(scope=scope), figure, Part(most=0), of=of)
            since = _since(tx, found) if shown.version else {}
        return Page(
            "sheets/behind.html",
            current="sheets",
            key=key,
            figure=figure,
            report=shown,
            cards=[(it, orjson.loads(it.body)["title"]) for it in found.cards],
            ratings=found.ratings,
            tasks=[(it, title_of_text(it.title)) for it in found.tasks],
            since=since,
            counted=now.count,
            visit_of=asked["of"],
            found=found.count,
            first=part.first,
            shown=len(found.rows),
            **self._frame(visit, scope),
        )

    @page("GET", "/board/sheets/<key>/file/<kind>", query=Asked, roles=FIGURES)
    def sheet_file(self, visit: Visit, key: str, kind: str) -> Response:
        """The sheets as CSV, XLSX or PDF."""
        scope, language = self._scope(visit, key), visit.language
        if kind not in TYPES:
            raise NotFound(f"there are no {kind[:20]!r} files")
        with self.delivery.database.reading() as tx:
            shown = self._report(tx, visit, scope)
        names = {it: self.book.names.department(it, language) for it in _departments(shown)}
        told.load(kind)
        content = aside(told.file_of, shown, kind, language, names.__getitem__)
        name = f"sheet-{key}-{scope.period.name}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, content_type=TYPES[kind], headers=headers)

    def _scope(self, visit: Visit, key: str = ALL) -> Scope:
        asked, zone = visit.query, self.book.rules.calendar.zone
        today = self.now().astimezone(zone).date()
        return Scope(
            period=period_of(asked["period"]) if asked["period"] else quarter(today),
            zone=zone,
            area=self.sight(visit).area,
            region=asked["region"],
            item=asked["item"],
            department="" if key == ALL else key,
        )

    def _report(self, tx: sa.Connection, visit: Visit, scope: Scope) -> Report:
        """As counted now, or as published where a version is asked for."""
        if not visit.query["version"]:
            return told.count(tx, scope, self.book.sheet_rules, self.now())
        place = self._published_for(visit, scope)
        found = publishing.published(tx, scope.period.name, place, visit.query["version"])
        if found is None:
            raise NotFound(f"{scope.period.name} has no such version")
        return found.only(scope.department)

    def _months(
        self, tx: sa.Connection, scope: Scope, shown: Report
    ) -> Sequence[tuple[Period, int, int]]:
        """The months up to the end of the period, as they are counted now or were published."""
        if not shown.version:
            return counting.by_month(tx, scope)
        known = shown.months.get(scope.department, {})
        return [(period_of(name), *counts) for name, counts in known.items()]

    def _source(self, visit: Visit, scope: Scope, shown: Report) -> Counted | Kept:
        """What a figure was counted from: now, or when it was published."""
        if not shown.version:
            return Counted(scope=scope)
        return Kept(
            period=scope.period.name,
            region=self._published_for(visit, scope),
            version=shown.version,
            department=scope.department,
        )

    def _versions(self, tx: sa.Connection, visit: Visit, scope: Scope) -> Any:
        if scope.item:
            return []
        return publishing.versions(tx, scope.period.name, self._published_for(visit, scope))

    def _published_for(self, visit: Visit, scope: Scope) -> str:
        """The region whose published sheets are meant: somebody who does not see everything is
        shown those of their own, and of no region that they do not see."""
        place = scope.region or (visit.somebody.unit if scope.area else "")
        if not self.sight(visit).sees(place):
            raise NotFound(f"there are no sheets of {place[:20]!r}")
        return place

    def _frame(self, visit: Visit, scope: Scope) -> Mapping[str, Any]:
        asked = {"period": scope.period.name, "region": scope.region, "item": scope.item}
        today = self.now().astimezone(scope.zone).date()
        return {
            "asked": {key: value for key, value in asked.items() if value},
            "scope": scope,
            "version": visit.query["version"],
            "periods": [make(today).name for make in (month, quarter, year)],
            "said": lambda figure, value: said(figure, value, visit.language),
            "figures": OF_KEY,
            "earlier": before(scope.period),
        }

    def _regions(self, visit: Visit) -> list[str]:
        sight = self.sight(visit)
        return [code for code in self.book.names.regions if sight.sees(code)]


def _since(tx: sa.Connection, found: Behind) -> Mapping[Any, Any]:
    """What has become of tasks and cards since they were published: by case and assignment what the
    facts say now, by id the cards that were withdrawn."""
    return {**kept.changed(tx, found.tasks), **dict.fromkeys(kept.withdrawn(tx, found.cards))}


def _departments(shown: Report) -> list[str]:
    return [it.sheet.department for it in shown.lines if it.sheet.department]
