"""Where time goes, and what holds it up: the map of an item's cases, and what a change did."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from services.supervision.board.base import FIGURES, SUPERVISE, BoardBase
from services.supervision.board.flowmaps import FlowMaps
from services.supervision.facttables import case_facts
from services.supervision.flow import reading
from services.supervision.flow.behind import cases_behind
from services.supervision.flow.comparing import compared
from services.supervision.flow.drawing import HEATS, Link, heat, no_link, svg
from services.supervision.flow.figures import FEW, HOUR
from services.supervision.flow.reading import Map
from services.supervision.flow.selection import Selection
from services.supervision.flow.standalone import standalone
from services.supervision.flow.thinning import RARE, drawn
from services.supervision.flow.words import Language, Words, percent
from shared.errors import Invalid
from shared.messages.parts import Text
from shared.web.blocking import aside
from shared.web.pages import Page, Visit, page
from shared.worktime import NATION

PAGE = 50
MOST_ROWS = 20
"""Rows of a table of differences; what makes most of the difference stands first."""
_MAPS = FlowMaps()


class Chosen(Schema):
    """Which cases a map is of; without an item, those of the one with most cases."""

    item = fields.String(load_default="", validate=validate.Length(max=64))
    version = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1))
    since = fields.Date(load_default=None, allow_none=True)
    until = fields.Date(load_default=None, allow_none=True)
    department = fields.String(load_default="", validate=validate.Length(max=64))
    every = fields.Boolean(load_default=False)


class Behind(Chosen):
    """Which of them: those that had a task, or that went from one to another; else all."""

    part = fields.String(load_default="", validate=validate.OneOf(["", "task", "edge"]))
    before = fields.String(load_default="", validate=validate.Length(max=64))
    after = fields.String(load_default="", validate=validate.Length(max=64))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1_000))


class Change(Schema):
    """What is compared with what: versions (`v2`) or periods."""

    item = fields.String(load_default="", validate=validate.Length(max=64))
    before = fields.String(load_default="", validate=validate.Length(max=40))
    after = fields.String(load_default="", validate=validate.Length(max=40))


class FlowPages(BoardBase):
    """The map of an item, the cases behind its parts, and a comparison of two maps."""

    @page("GET", "/board/flow", query=Chosen, roles=FIGURES)
    def flow(self, visit: Visit) -> Page:
        with self.delivery.database.reading() as tx:
            items = reading.items(tx, self._seen(visit))
            chosen = _selection(visit.query, items)
            versions = reading.versions(tx, chosen.item, self._seen(visit))
            departments = reading.departments(tx, chosen.item, self._seen(visit))
        found = self._map(visit, chosen)
        words = self._words(visit, found.titles)
        rare = 0.0 if visit.query["every"] else RARE
        return Page(
            "flow/flow.html",
            items=items,
            versions=versions,
            departments=departments,
            chosen=chosen,
            asked=_asked(chosen),
            every=visit.query["every"],
            found=found,
            hidden=len(found.flow.edges) - len(drawn(found.flow, RARE)),
            picture=Markup(svg(found.flow, words, link=self._link(visit, chosen), rare=rare)),  # noqa: S704 - drawn here, texts escaped
            **_shown(words),
        )

    @page("GET", "/board/flow/picture", query=Chosen, roles=FIGURES)
    def flow_picture(self, visit: Visit) -> Response:
        """The map as a file that stands alone."""
        with self.delivery.database.reading() as tx:
            items = reading.items(tx, self._seen(visit))
        chosen = _selection(visit.query, items)
        found = self._map(visit, chosen)
        rare = 0.0 if visit.query["every"] else RARE
        drawing = svg(found.flow, self._words(visit, found.titles), rare=rare)
        name = {"Content-Disposition": f'attachment; filename="flow-{chosen.item}.svg"'}
        body = standalone(drawing, chosen.item)
        return Response(body, content_type="image/svg+xml; charset=utf-8", headers=name)

    @page("GET", "/board/flow/cases", query=Behind, roles=SUPERVISE)
    def flow_cases(self, visit: Visit) -> Page:
        asked = visit.query
        with self.delivery.database.reading() as tx:
            chosen = _selection(asked, reading.items(tx, self._seen(visit)))
            got = reading.read(tx, chosen, self._zone(), seen=self._seen(visit))
        ends = None if not asked["part"] else (asked["before"], asked["after"])
        found = aside(cases_behind, got, self.book.calendars, ends)
        first = (asked["page"] - 1) * PAGE
        own = {**_asked(chosen), "part": asked["part"]}
        return Page(
            "flow/cases.html",
            current="flow",
            chosen=chosen,
            part=asked["part"],
            before=asked["before"],
            after=asked["after"],
            asked=own | {"before": asked["before"], "after": asked["after"]},
            cases=found[first : first + PAGE],
            count=len(found),
            first=first,
            number=asked["page"],
            **_shown(self._words(visit, self._map(visit, chosen).titles)),
        )

    @page("GET", "/board/flow/change", query=Change, roles=FIGURES)
    def flow_change(self, visit: Visit) -> Page:
        with self.delivery.database.reading() as tx:
            items = reading.items(tx, self._seen(visit))
            chosen = _selection(visit.query, items)
            versions = reading.versions(tx, chosen.item, self._seen(visit))
        texts = _texts(visit.query, versions)
        found, faults = list[Map](), list[str]()
        for text in filter(None, texts):
            try:
                found.append(self._map(visit, chosen.narrowed(text, "")))
            except Invalid:
                faults.append(text)
        both = found if len(found) == len(texts) else []
        titles = {key: title for one in both for key, title in one.titles.items()}
        return Page(
            "flow/change.html",
            current="flow",
            items=items,
            versions=versions,
            chosen=chosen,
            before=texts[0],
            after=texts[1],
            faults=faults,
            differences=compared(both[0].flow, both[1].flow)[: MOST_ROWS + 1] if both else (),
            few=FEW,
            **_shown(self._words(visit, titles)),
        )

    def _map(self, visit: Visit, chosen: Selection) -> Map:
        calendars, zone, seen = self.book.calendars, self._zone(), self._seen(visit)
        versions = tuple((it.region, it.number) for it in calendars.versions)
        database = self.delivery.database
        key = str(database.engine.url), self.sight(visit), chosen, versions
        with database.reading() as tx:
            mark = reading.mark(tx, chosen, zone, seen)

        def read() -> reading.Read:
            with database.reading() as tx:
                return reading.read(tx, chosen, zone, seen=seen)

        return _MAPS.of(key, mark, read, calendars)

    def _seen(self, visit: Visit) -> sa.ColumnElement[bool]:
        return self.sight(visit).clause(case_facts.c.region)

    def _zone(self) -> Any:
        return self.book.calendars.of(NATION).zone

    def _words(self, visit: Visit, titles: Mapping[str, Text]) -> Words:
        day = self.book.calendars.of(NATION).hours.length / HOUR
        language: Language = "zh" if visit.language == "zh" else "en"
        return Words(language=language, titles=titles, day=day)

    def _link(self, visit: Visit, chosen: Selection) -> Link:
        """The way to the cases behind a part of the map, for those who see cases."""
        if visit.somebody.roles.isdisjoint(SUPERVISE):
            return no_link

        def link(before: str, after: str) -> str:
            part = "edge" if after else "task"
            ends = {"part": part, "before": before, "after": after}
            return self.pages.address("flow_cases", **_asked(chosen), **ends)

        return link


def _selection(query: Mapping[str, Any], items: list[tuple[str, Text, int]]) -> Selection:
    known = [key for key, _title, _count in items]
    item = query["item"] if query["item"] in known else (known[0] if known else "")
    return Selection(
        item=item,
        version=query.get("version"),
        since=query.get("since"),
        until=query.get("until"),
        department=query.get("department", ""),
    )


def _asked(chosen: Selection) -> dict[str, str]:
    """A selection as it stands in an address."""
    said: dict[str, str | int | date | None] = {
        "item": chosen.item,
        "version": chosen.version,
        "since": chosen.since,
        "until": chosen.until,
        "department": chosen.department,
    }
    return {name: str(value) for name, value in said.items() if value not in (None, "")}


def _texts(query: Mapping[str, Any], versions: list[int]) -> tuple[str, str]:
    """What is compared with what: what was asked for, else the last two versions."""
    if query["before"] or query["after"] or len(versions) < 2:
        return query["before"], query["after"]
    return f"v{versions[1]}", f"v{versions[0]}"


def _shown(words: Words) -> dict[str, Any]:
    """What every template of these pages says figures with."""
    return {"words": words, "percent": percent, "heat": heat, "heats": HEATS}
