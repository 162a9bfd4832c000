"""What is typed on the pages of the desk."""

from typing import get_args

from marshmallow import Schema, fields, validate

from services.department.desk.templates import OUTCOMES
from shared.messages.results import Outcome

LINE = validate.Length(max=300)
PARAGRAPH = validate.Length(max=8_000)
VIEWS = ("all", "mine", "free", "waiting", "closed")


class Asked(Schema):
    """What the inbox is to show."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    view = fields.String(load_default="all", validate=validate.OneOf(VIEWS))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1_000))


class SeenAt(Schema):
    """Which version of a task was seen: somebody else's work is not overwritten."""

    version = fields.Integer(required=True)


class HandOver(SeenAt):
    """To whom a task is given."""

    to = fields.String(required=True, validate=LINE)


class Chosen(Schema):
    """Which tasks are accepted at once: each as ASSIGNMENT:VERSION."""

    task = fields.List(
        fields.String(validate=validate.Regexp(r"^[^:]{1,300}:\d{1,9}$(?!\n)")),
        required=True,
        validate=validate.Length(min=1, max=100),
        error_messages={"required": "fault.none_chosen"},
    )


class Completion(SeenAt):
    """The answer: approved, approved with conditions, or rejected with reasons and legal basis."""

    outcome = fields.String(
        required=True,
        validate=validate.OneOf(get_args(Outcome)),
        error_messages={"required": "fault.outcome"},
    )
    opinion = fields.String(load_default="", validate=PARAGRAPH)
    legal_basis = fields.String(load_default="", validate=PARAGRAPH)
    conditions = fields.List(fields.String(validate=PARAGRAPH), load_default=list)
    results = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    template = fields.String(load_default="")


class TemplateUse(Schema):
    """A template to be put into an answer, and what is typed of that so far."""

    version = fields.Integer(required=True)
    template = fields.String(required=True)
    outcome = fields.String(load_default="")
    opinion = fields.String(load_default="")
    legal_basis = fields.String(load_default="")
    conditions = fields.List(fields.String(), load_default=list)
    results = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


class Missing(Schema):
    """One thing that the applicant must mend."""

    subject = fields.String(required=True, validate=LINE)
    problem = fields.String(required=True, validate=PARAGRAPH)


class Return(SeenAt):
    """Everything that is missing or wrong, at once (Administrative Licensing Law, art. 32)."""

    missing = fields.List(
        fields.Nested(Missing),
        required=True,
        validate=validate.Length(min=1, max=100),
        error_messages={"required": "fault.nothing_missing"},
    )
    legal_basis = fields.String(load_default="", validate=PARAGRAPH)


class Suspension(SeenAt):
    """A special procedure, whose time does not count."""

    procedure = fields.String(required=True, validate=LINE)
    days = fields.Integer(required=True, validate=validate.Range(min=1, max=3_660))
    legal_basis = fields.String(required=True, validate=PARAGRAPH)


class Resumption(SeenAt):
    """What the special procedure came to."""

    finding = fields.String(load_default="", validate=PARAGRAPH)


class Decline(SeenAt):
    """Not ours: why, and perhaps whose."""

    reason = fields.String(required=True, validate=PARAGRAPH)
    proposal = fields.String(load_default="", validate=validate.Length(max=64))


class Extension(SeenAt):
    """Why more time is needed, and by what law."""

    reason = fields.String(required=True, validate=PARAGRAPH)
    legal_basis = fields.String(required=True, validate=PARAGRAPH)


class SendingBack(SeenAt):
    """What is to be changed in a draft."""

    comment = fields.String(required=True, validate=PARAGRAPH)


class TemplateTyped(Schema):
    """An opinion template; `version` is 0 for a new one."""

    version = fields.Integer(load_default=0)
    title = fields.String(required=True, validate=validate.Length(max=100))
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    opinion = fields.String(required=True, validate=PARAGRAPH)
    legal_basis = fields.String(load_default="", validate=PARAGRAPH)
