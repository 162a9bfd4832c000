"""The inbox: what is due first, searched, accepted many at a time, exported."""

from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from services.department import store
from services.department.desk import handlers, inbox
from services.department.desk.export import CSV_TYPE, XLSX_TYPE, csv_of, rows_of, xlsx_of
from services.department.desk.inbox import FREE, Question
from services.department.domain import OPEN
from services.department.pages import forms
from services.department.pages.base import HANDLE, DeskBase, officer_of
from shared.web.blocking import aside
from shared.web.pages import Page, Person, Redirect, Visit, live, page

PAGE = 50
MOST_EXPORTED = 10_000
CLOSED = ("completed", "declined", "cancelled")


class InboxPages(DeskBase):
    """The list of a department's tasks."""

    @page("GET", "/")
    def start(self, visit: Visit) -> Redirect:
        """Where somebody begins: at the inbox, or with what they keep."""
        handles = officer_of(visit.somebody).handles
        return Redirect(self.pages.address("inbox" if handles else "templates"))

    @page("GET", "/desk", query=forms.Asked, roles=HANDLE)
    def inbox(self, visit: Visit) -> Page:
        person, asked = visit.somebody, visit.query
        question = _question(person, asked)
        now = self.delivery.settings.time.now()
        with self.delivery.database.reading() as tx:
            found = inbox.find(tx, question, self.office.desk, now, page=asked["page"], size=PAGE)
            counts = inbox.counts(tx, person.unit, person.account)
            mark = store.mark_of(tx, person.unit)
        first = (asked["page"] - 1) * PAGE
        return Page(
            "inbox.html",
            found=found,
            asked=asked,
            counts_by_view=counts,
            mark=mark,
            first=first,
            last=first + len(found.tasks),
            can_accept=[it for it in found.tasks if _acceptable(it, person)],
        )

    @live("/desk/live", roles=HANDLE)
    def inbox_mark(self, unit: str) -> str:
        """What changes whenever a task of the department does."""
        with self.delivery.database.reading() as tx:
            return store.mark_of(tx, unit)

    @page("POST", "/desk/acceptances", form=forms.Chosen, again="inbox", roles=HANDLE)
    def accept_several(self, visit: Visit) -> Redirect | Page:
        seen = dict(_seen(it) for it in visit.form["task"])
        with self.delivery.work() as work:
            done, not_done = handlers.accept_all(work, officer_of(visit.somebody), seen)
        if not not_done:
            going = Redirect(self.pages.address("inbox", view="mine"))
            return going.saying("bulk.accepted", count=len(done))
        return Page("bulk.html", done=done, not_done=not_done, current="inbox")

    @page("GET", "/desk/export.csv", query=forms.Asked, roles=HANDLE)
    def export_csv(self, visit: Visit) -> Response:
        return _file(csv_of(self._rows(visit)), CSV_TYPE, "csv", self._now())

    @page("GET", "/desk/export.xlsx", query=forms.Asked, roles=HANDLE)
    def export_xlsx(self, visit: Visit) -> Response:
        return _file(aside(xlsx_of, self._rows(visit)), XLSX_TYPE, "xlsx", self._now())

    def _rows(self, visit: Visit) -> list[list[Any]]:
        question, now = _question(visit.somebody, visit.query), self._now()
        with self.delivery.database.reading() as tx:
            found = inbox.find(tx, question, self.office.desk, now, page=1, size=MOST_EXPORTED)

        def say(key: str) -> str:
            return self.pages.texts.say(visit.language, key)

        return rows_of(found.tasks, visit.language, say)

    def _now(self) -> datetime:
        return self.delivery.settings.time.now()


def _question(person: Person, asked: Any) -> Question:
    view = asked["view"]
    return Question(
        department=person.unit,
        words=asked["q"],
        states=CLOSED if view == "closed" else OPEN,
        holder={"mine": person.account, "free": FREE}.get(view, ""),
        waiting=view == "waiting",
    )


def _acceptable(listed: inbox.Listed, person: Person) -> bool:
    task = listed.task
    return task.state == "assigned" and task.holder in ("", person.account) and not task.waits_for


def _seen(text: str) -> tuple[str, int]:
    assignment, _, version = text.rpartition(":")
    return assignment, int(version)


def _file(content: bytes, media_type: str, ending: str, now: datetime) -> Response:
    name = f"tasks-{now:%Y%m%d-%H%M}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=media_type, headers=headers)
