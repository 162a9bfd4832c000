"""Alerts over HTTP, one at a time, and the appeal of a department's head: wiring only."""

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from services.supervision import acting, actstore
from services.supervision.acts import LONGEST, LONGEST_NAME, NotPossible, Overtaken, Standing
from services.supervision.appealing import department_with, key_of
from shared.delivery.entrypoints import Delivery
from shared.errors import NotFound
from shared.messages.codec import to_plain
from shared.web.http import Request, http
from shared.web.problems import CONFLICT


class AppealMade(Schema):
    """Who asks that a card be withdrawn, and why."""

    by = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))
    text = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST))


def _department(service: "Appeals", digest: str) -> str | None:
    """The department that a token stands for."""
    key = key_of(service.delivery.settings.data)
    return department_with(key, service.book.names.departments, digest)


class Appeals:
    """Whoever inherits it has a book with the names of departments."""

    delivery: Delivery
    book: Any

    @http("GET", "/alerts/<path:alert>", near=True)
    def show_alert(self, _request: Request, alert: str) -> Any:
        """An alert, what was done about it, and what may be done."""
        with self.delivery.database.reading() as tx:
            return shown(actstore.standing(tx, alert))

    @http(
        "POST",
        "/alerts/<path:alert>/appeal",
        body=AppealMade,
        status=201,
        problems={Overtaken: CONFLICT, NotPossible: CONFLICT},
        bearer=_department,
    )
    def make_appeal(self, request: Request, alert: str) -> Any:
        """Ask that a card of one's own department be withdrawn; a supervisor or the centre decides.

        The token is the department's: ./onewindow policy token DEPARTMENT.
        """
        with self.delivery.work() as work:
            found = actstore.standing(work.transaction, alert)
            if found.alert.department != request.bearer:
                raise NotFound(f"{request.bearer} has no alert {alert[:300]!r}")
            said = {**request.body, "kind": "appeal", "capacity": f"head of {request.bearer}"}
            return shown(acting.act(work, alert, said))


def shown(standing: Standing) -> dict[str, Any]:
    """An alert as JSON: with what was done about it, and what may be done."""
    return {
        "alert": to_plain(standing.alert),
        "acts": [_plain(asdict(it)) for it in standing.acts],
        "possible": sorted(standing.possible()),
    }


def _plain(act: dict[str, Any]) -> dict[str, Any]:
    due_on = act["due_on"]
    return act | {"at": act["at"].isoformat(), "due_on": due_on.isoformat() if due_on else None}
