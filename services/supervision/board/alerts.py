"""Alerts: the list, one with those who are told of it, and what people do about it."""

from collections.abc import Callable
from typing import Any, TypeVar

from marshmallow import Schema, fields, validate

from services.supervision import acting, actstore, alertlist
from services.supervision.acts import LONGEST, LONGEST_NAME, Kind, NotPossible, Overtaken, Standing
from services.supervision.alerts import RUNGS
from services.supervision.board.base import SUPERVISE, BoardBase
from services.supervision.ladder import RUNGS as LADDER
from services.supervision.notices import store as notices
from services.supervision.notices.notice import Notice
from services.supervision.reasons import with_people
from services.supervision.sight import Sight, scope_of
from services.supervision.tally import digest
from shared.errors import NotFound
from shared.messages import AlertRaised
from shared.web.pages import Page, Redirect, Visit, live, page
from shared.web.problems import CONFLICT

Method = TypeVar("Method", bound=Callable[..., Any])

PAGE = 50
AGAIN = "alert"
MET = {Overtaken: CONFLICT, NotPossible: CONFLICT}
"""What may come between somebody and an act: the page is shown again, with what was typed."""
REASONS = validate.Length(min=1, max=LONGEST)


class Chosen(Schema):
    """Which alerts are listed."""

    department = fields.String(load_default="", validate=validate.Length(max=64))
    rung = fields.String(load_default="", validate=validate.OneOf(["", *RUNGS]))
    state = fields.String(load_default="open", validate=validate.OneOf(list(alertlist.STATES)))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10_000))


class Acknowledgement(Schema):
    """What somebody who acknowledges an alert may add."""

    text = fields.String(load_default="", validate=validate.Length(max=LONGEST))


class Reasons(Schema):
    """A comment, or why a card is withdrawn or stays."""

    text = fields.String(required=True, validate=REASONS)


class Action(Reasons):
    """What a department is to do, and by when."""

    department = fields.String(required=True, validate=validate.Length(min=1, max=64))
    due_on = fields.Date(required=True)


class Done(Acknowledgement):
    """Which action is done."""

    action = fields.Integer(required=True)


class Appeal(Reasons):
    """The head of the department asks that a card be withdrawn; a supervisor writes it down."""

    by = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))


def _acted(name: str, form: type[Schema]) -> Callable[[Method], Method]:
    """What people do about an alert, posted from its page."""
    address = f"/board/alerts/<path:alert>/{name}"
    return page("POST", address, form=form, again=AGAIN, problems=MET, roles=SUPERVISE)


class AlertPages(BoardBase):
    """Alerts: who was told, and what became of it."""

    @page("GET", "/board/alerts", query=Chosen, roles=SUPERVISE)
    def alerts(self, visit: Visit) -> Page:
        said, sight = visit.query, self.sight(visit)
        asked = alertlist.Asked(**{name: said[name] for name in ("department", "rung", "state")})
        first = (said["page"] - 1) * PAGE
        with self.delivery.database.reading() as tx:
            found = alertlist.listed(tx, sight, asked, first=first, limit=PAGE)
            counts = alertlist.counted(tx, sight, asked)
            mark = alertlist.newest(tx, sight)
        return Page(
            "alerts/alerts.html",
            asked=said,
            alerts=found,
            counts=counts,
            first=first,
            mark=mark,
            rungs=RUNGS,
            departments=sorted(self.book.names.departments),
        )

    @live("/board/alerts/live", roles=SUPERVISE, scope=scope_of)
    def alerts_mark(self, scope: str) -> str:
        """What changes whenever an alert is raised that somebody sees."""
        with self.delivery.database.reading() as tx:
            return alertlist.newest(tx, Sight(area=scope))

    @page("GET", "/board/alerts/<path:alert>", roles=SUPERVISE)
    def alert(self, visit: Visit, alert: str) -> Page:
        with self.delivery.database.reading() as tx:
            if not alertlist.in_sight(tx, alert, self.sight(visit)):
                raise NotFound(f"there is no alert {alert[:64]!r}")
            standing = actstore.standing(tx, alert)
            told = notices.of_alerts(tx, [alert]).get(alert, [])
        return Page(
            "alerts/alert.html",
            current="alerts",
            alert=standing.alert,
            standing=standing,
            words=_words_of(standing.alert, visit.language),
            told=told,
            possible=standing.possible(),
            mark=_mark_of(standing, told),
            rungs=RUNGS,
            choices_of_departments=[
                (key, self.book.names.department(key, visit.language))
                for key in sorted(self.book.names.departments)
            ],
            today=self.now().date(),
        )

    @live("/board/alerts/<path:alert>/live", roles=SUPERVISE, scope=scope_of)
    def alert_mark(self, scope: str, alert: str) -> str:
        """What changes whenever somebody acts on an alert, or is told of it."""
        with self.delivery.database.reading() as tx:
            if not alertlist.in_sight(tx, alert, Sight(area=scope)):
                return ""
            told = notices.of_alerts(tx, [alert]).get(alert, [])
            return _mark_of(actstore.standing(tx, alert), told)

    @_acted("acknowledgement", Acknowledgement)
    def acknowledge(self, visit: Visit, alert: str) -> Redirect:
        return self._act(visit, alert, "acknowledgement")

    @_acted("comment", Reasons)
    def comment(self, visit: Visit, alert: str) -> Redirect:
        return self._act(visit, alert, "comment")

    @_acted("action", Action)
    def assign_action(self, visit: Visit, alert: str) -> Redirect:
        return self._act(visit, alert, "action")

    @_acted("done", Done)
    def action_done(self, visit: Visit, alert: str) -> Redirect:
        return self._act(visit, alert, "done")

    @_acted("appeal", Appeal)
    def appeal(self, visit: Visit, alert: str) -> Redirect:
        words = {"zh": "由 {name} 代录", "en": "written down by {name}"}[visit.language]
        capacity = words.format(name=visit.somebody.name)
        return self._act(visit, alert, "appeal", by=visit.form["by"], capacity=capacity)

    @_acted("withdrawal", Reasons)
    def withdraw(self, visit: Visit, alert: str) -> Redirect:
        return self._act(visit, alert, "withdrawal")

    @_acted("refusal", Reasons)
    def refuse_appeal(self, visit: Visit, alert: str) -> Redirect:
        return self._act(visit, alert, "refusal")

    def _act(self, visit: Visit, alert: str, kind: Kind, **more: Any) -> Redirect:
        who = {"by": visit.somebody.name, "capacity": visit.somebody.account}
        said = {**who, **visit.form.values, **more, "kind": kind}
        with self.delivery.work() as work:
            acting.act(work, alert, said, sees=self.sight(visit).sees)
        return Redirect(self.pages.address("alert", alert=alert)).saying(f"alerts.done.{kind}")


def _mark_of(standing: Standing, told: list[Notice]) -> str:
    return digest([len(standing.acts), *((it.person, it.state, it.attempts) for it in told)])


def _words_of(alert: AlertRaised, language: str) -> list[str]:
    """The text of an alert, without who is told, which stands beside it on the page. Of a rung's,
    which begins with a line in each language, the one in the visitor's."""
    names = [it.name for it in alert.addressees]
    beside = set(with_people("", names, alert.remarks).splitlines())
    lines = [line for line in alert.text.splitlines() if line not in beside]
    if alert.rung in LADDER and len(lines) > 1:
        return [lines[0] if language == "zh" else lines[1]]
    return lines
