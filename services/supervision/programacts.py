"""What programs do about alerts over HTTP: wiring only. An act is recorded as the program's."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from marshmallow import Schema, fields, validate

from services.supervision import acting
from services.supervision.acts import LONGEST, Kind, NotPossible, Overtaken
from services.supervision.appealing import key_of
from services.supervision.appeals import shown
from services.supervision.programs import Program, program_with
from services.supervision.sight import Sight
from shared.delivery.entrypoints import Delivery
from shared.errors import Fault, Invalid
from shared.web.http import Request, http
from shared.web.problems import CONFLICT, FORBIDDEN, Refusal

Method = TypeVar("Method", bound=Callable[..., Any])


class Remark(Schema):
    """What may be added; a person for whom the program acts is named here."""

    text = fields.String(load_default="", validate=validate.Length(max=LONGEST))


class Reasons(Schema):
    """A comment, or why a card is withdrawn or stays."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST))


class Action(Reasons):
    """What a department is to do, and by when."""

    department = fields.String(required=True, validate=validate.Length(min=1, max=64))
    due_on = fields.Date(required=True)


class Done(Remark):
    """Which action is done, by the number of its act."""

    action = fields.Integer(required=True, validate=validate.Range(min=1))


def _program(service: "ProgramActs", digest: str) -> Program | None:
    """The program that a token stands for, as people.yaml is now."""
    key = key_of(service.delivery.settings.data)
    return program_with(key, service.book.rules.people.programs.values(), digest)


def _acted(kind: Kind, body: type[Schema]) -> Callable[[Method], Method]:
    return http(
        "POST",
        f"/alerts/<path:alert>/{kind}",
        body=body,
        status=201,
        problems={Overtaken: CONFLICT, NotPossible: CONFLICT},
        bearer=_program,
    )


class ProgramActs:
    """Whoever inherits it has a book with the rules of now and the names of departments."""

    delivery: Delivery
    book: Any

    @_acted("acknowledgement", Remark)
    def acknowledge_by_program(self, request: Request, alert: str) -> Any:
        """Answer for an alert: the next rung does not follow from it."""
        return self._acted(request, alert, "acknowledgement")

    @_acted("comment", Reasons)
    def comment_by_program(self, request: Request, alert: str) -> Any:
        """Write something down for those who read the alert later."""
        return self._acted(request, alert, "comment")

    @_acted("action", Action)
    def assign_action_by_program(self, request: Request, alert: str) -> Any:
        """Have a department do something by a date."""
        department = request.body["department"]
        if department not in self.book.names.departments:
            raise Invalid(Fault("department", f"there is no department {department!r}"))
        return self._acted(request, alert, "action")

    @_acted("done", Done)
    def mark_done_by_program(self, request: Request, alert: str) -> Any:
        """Mark an action as done."""
        return self._acted(request, alert, "done")

    @_acted("withdrawal", Reasons)
    def withdraw_by_program(self, request: Request, alert: str) -> Any:
        """Withdraw a card: it stays in the record and does not count."""
        return self._acted(request, alert, "withdrawal")

    @_acted("refusal", Reasons)
    def refuse_appeal_by_program(self, request: Request, alert: str) -> Any:
        """Refuse the appeal against a card."""
        return self._acted(request, alert, "refusal")

    def _acted(self, request: Request, alert: str, kind: Kind) -> Mapping[str, Any]:
        program: Program = request.bearer
        if kind not in program.may:
            detail = f"{program.key} may not do this: {kind} does not stand under `may`"
            raise Refusal(FORBIDDEN, detail)
        said = {**request.body, "kind": kind, "by": program.name, "capacity": program.capacity}
        with self.delivery.work() as work:
            return shown(acting.act(work, alert, said, sees=Sight(area=program.area).sees))
