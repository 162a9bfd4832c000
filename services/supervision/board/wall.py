"""The wall: every department with its lights, live, and the way down to a case."""

from datetime import datetime

from marshmallow import Schema, fields, validate

from services.supervision import tally, tasklist
from services.supervision.board.base import SUPERVISE, BoardBase
from services.supervision.open_cases import OpenCase
from services.supervision.sight import Sight, scope_of
from services.supervision.tally import Open
from shared.errors import NotFound
from shared.lights import LIGHTS
from shared.web.pages import Page, Redirect, Visit, live, page

PAGE = 50
MOST_TODAY = 12
"""Tasks in the list of what falls due today; a wall has no scroll bar."""
FEW = 15
"""Departments whose tiles fit into a room's screen in the largest letters."""


class HowBig(Schema):
    """Whether the wall is for a room."""

    big = fields.Boolean(load_default=False)


class Chosen(Schema):
    """Which of the open tasks or cases are listed."""

    item = fields.String(load_default="", validate=validate.Length(max=64))
    light = fields.String(load_default="", validate=validate.OneOf(["", "today", *LIGHTS]))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10_000))


class WallPages(BoardBase):
    """The wall, a department on it, and the list of open cases."""

    @page("GET", "/")
    def start(self, visit: Visit) -> Redirect:
        """Where somebody begins: at the wall, or with the figures."""
        sees_cases = not visit.somebody.roles.isdisjoint(SUPERVISE)
        return Redirect(self.pages.address("wall" if sees_cases else "sheets"))

    @page("GET", "/board", query=HowBig, roles=SUPERVISE)
    def wall(self, visit: Visit) -> Page:
        shown = self._wall(self.sight(visit))
        return Page("wall/wall.html", wall=shown, big=visit.query["big"], most=MOST_TODAY, few=FEW)

    @live("/board/live", roles=SUPERVISE, scope=scope_of, every=0.4)
    def wall_mark(self, scope: str) -> str:
        """What changes whenever the wall of somebody does, also because time goes by."""
        return self._wall(Sight(area=scope)).mark

    @page("GET", "/board/departments/<key>", query=Chosen, roles=SUPERVISE)
    def department(self, visit: Visit, key: str) -> Page:
        now, asked = self.now(), visit.query
        tasks = self._tasks(self.sight(visit), key)
        if not tasks and key not in self.book.names.departments:
            raise NotFound(f"there is no department {key[:64]!r}")
        items = tally.counted(((case.item, task.timing) for case, task in tasks), now)
        ofitem = [it for it in tasks if asked["item"] in ("", it[0].item)]
        counts = tally.counted((("", task.timing) for _case, task in ofitem), now)
        chosen = [it for it in ofitem if tally.lit(it[1].timing, asked["light"], now)]
        first = (asked["page"] - 1) * PAGE
        return Page(
            "wall/department.html",
            current="wall",
            key=key,
            asked=asked,
            items=sorted(items.items(), key=lambda it: (it[1].gravity, it[0])),
            titles={case.item: case.title for case, _task in tasks},
            counts_by_light=counts.get("", tally.Counts()),
            tasks=tasklist.listed(chosen[first : first + PAGE], self.book.calendars, now),
            found=len(chosen),
            first=first,
            mark=_mark_of(tasks, now),
        )

    @live("/board/departments/<key>/live", roles=SUPERVISE, scope=scope_of)
    def department_mark(self, scope: str, key: str) -> str:
        """What changes whenever an open task of a department does."""
        return _mark_of(self._tasks(Sight(area=scope), key), self.now())

    @page("GET", "/board/cases", query=Chosen, roles=SUPERVISE)
    def cases(self, visit: Visit) -> Page:
        now, asked = self.now(), visit.query
        with self.delivery.database.reading() as tx:
            found = sorted(self.open_cases(tx, self.sight(visit)), key=_by_end)
        ofitem = [it for it in found if asked["item"] in ("", it.item)]
        counts = tally.counted((("", it.timing) for it in ofitem), now)
        chosen = [it for it in ofitem if tally.lit(it.timing, asked["light"], now)]
        first = (asked["page"] - 1) * PAGE
        return Page(
            "wall/cases.html",
            current="wall",
            asked=asked,
            items=sorted({it.item: it.title for it in found}.items()),
            counts_by_light=counts.get("", tally.Counts()),
            cases=[(it, self._left(it, now)) for it in chosen[first : first + PAGE]],
            found=len(chosen),
            first=first,
        )

    def _left(self, case: OpenCase, now: datetime) -> float:
        """What is left of the limit of a case, if it has one."""
        calendar = self.book.calendars.of(case.region)
        return tasklist.left(case.limit, calendar, now) if case.limit else 0.0

    def _wall(self, sight: Sight) -> tally.Wall:
        with self.delivery.database.reading() as tx:
            cases = self.open_cases(tx, sight)
        return tally.wall(cases, self.book.names.departments, self.now())

    def _tasks(self, sight: Sight, department: str) -> list[Open]:
        with self.delivery.database.reading() as tx:
            cases = self.open_cases(tx, sight)
        return sorted(tally.tasks_of(cases, department), key=tally.by_end)


def _mark_of(tasks: list[Open], now: datetime) -> str:
    return tally.digest(
        [(it.assignment, it.timing.light(now), it.timing.due_at, it.awaited) for _case, it in tasks]
    )


def _by_end(case: OpenCase) -> tuple[bool, datetime | None, str]:
    due = case.timing.due_at
    return due is None, due, case.code
