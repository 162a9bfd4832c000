"""What the desk's HTTP API takes and answers. Unknown fields are refused."""

from typing import get_args

from marshmallow import Schema, fields, validate

from services.department.domain import STATES
from services.department.store import MOST
from shared.messages.results import Outcome

DIGEST = validate.Regexp(r"^sha256:[0-9a-f]{64}$(?!\n)", error="is not sha256: and 64 hex digits")
LINE = validate.Length(max=300)
SAID = validate.Length(min=1, max=300)
PARAGRAPH = validate.Length(max=8_000)
REASON = validate.Length(min=1, max=8_000)


class Given(Schema):
    """Who acts, and on which version of the task, so that nobody overwrites another's work."""

    version = fields.Integer(required=True, strict=True)
    officer = fields.String(required=True, validate=SAID)


class Acceptance(Given):
    """The department takes the task up."""


class Document(Schema):
    """A document that belongs to the answer, by its digest."""

    name = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z][a-z0-9-]{0,63}$(?!\n)", error="is not a key"),
    )
    digest = fields.String(required=True, validate=DIGEST)
    media_type = fields.String(required=True, validate=SAID)
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    file_name = fields.String(load_default="", validate=LINE)


class Completion(Given):
    """The department's answer. A rejection states its opinion and its legal basis.

    `approved_by` is the head who approved it: needed where the task's `approval` is two-person.
    """

    outcome = fields.String(required=True, validate=validate.OneOf(get_args(Outcome)))
    opinion = fields.String(load_default="", validate=PARAGRAPH)
    legal_basis = fields.String(load_default="", validate=PARAGRAPH)
    conditions = fields.List(fields.String(validate=REASON), load_default=list)
    results = fields.Dict(keys=fields.String(), load_default=dict)
    documents = fields.List(fields.Nested(Document), load_default=list)
    approved_by = fields.String(load_default="", validate=LINE)


class Shortfall(Schema):
    """One thing that is missing or wrong: a form field or a material, and what is the matter."""

    subject = fields.String(required=True, validate=SAID)
    problem = fields.String(required=True, validate=REASON)


class Return(Given):
    """Something is missing from the applicant: everything, at once (art. 32)."""

    missing = fields.List(
        fields.Nested(Shortfall), required=True, validate=validate.Length(min=1, max=100)
    )
    legal_basis = fields.String(load_default="", validate=PARAGRAPH)


class Decline(Given):
    """Not ours, and perhaps whose it is."""

    reason = fields.String(required=True, validate=REASON)
    proposal = fields.String(load_default="", validate=validate.Length(max=64))


class Suspension(Given):
    """A special procedure begins whose time does not count (Administrative Licensing Law, art. 45).

    `days` is what the applicant was told that it takes, in working days.
    """

    procedure = fields.String(required=True, validate=SAID)
    legal_basis = fields.String(required=True, validate=REASON)
    days = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=3_660))


class Resumption(Given):
    """The special procedure is over."""

    finding = fields.String(load_default="", validate=PARAGRAPH)


class Extension(Given):
    """More time is asked for, once; the head has agreed (Administrative Licensing Law, art. 42)."""

    approved_by = fields.String(required=True, validate=SAID)
    reason = fields.String(required=True, validate=REASON)
    legal_basis = fields.String(required=True, validate=REASON)


class Selection(Schema):
    """Which tasks: those in these states (open ones unless said), a page of them."""

    state = fields.List(fields.String(validate=validate.OneOf(STATES)))
    after = fields.String(load_default="", validate=LINE)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=MOST))


class Titled(Schema):
    """The same words in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class Span(Schema):
    """An amount of time, counted in `unit`, and the source that sets it."""

    amount = fields.Integer(required=True)
    unit = fields.String(required=True)
    source = fields.String(required=True)


class TaskListed(Schema):
    """A task in a list. `version` is wanted by whoever changes it."""

    assignment = fields.String(required=True)
    case = fields.String(required=True)
    task = fields.String(required=True)
    title = fields.Nested(Titled, required=True, attribute="document.title")
    item = fields.String(required=True, attribute="document.item")
    item_title = fields.Nested(Titled, required=True, attribute="document.item_title")
    region = fields.String(required=True, attribute="document.region")
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = fields.Integer(required=True)
    assigned_at = fields.AwareDateTime(required=True, format="iso")
    changed_at = fields.AwareDateTime(required=True, format="iso")
    acceptance = fields.Nested(Span, allow_none=True, attribute="document.acceptance")
    handling = fields.Nested(Span, allow_none=True, attribute="document.handling")


class TaskShown(TaskListed):
    """A task with everything that the department may see of the case."""

    department = fields.String(required=True)
    officer = fields.String(required=True)
    note = fields.String(required=True)
    applicant = fields.Raw(allow_none=True, attribute="document.applicant")
    form = fields.Raw(required=True, attribute="document.form")
    materials = fields.Raw(required=True, attribute="document.materials")
    opinions = fields.Raw(required=True, attribute="document.opinions")
    to_fetch = fields.Raw(dump_default=list, attribute="document.to_fetch")
    approval = fields.String(dump_default="single", attribute="document.approval")
    extension = fields.Nested(
        Span, allow_none=True, dump_default=None, attribute="document.extension"
    )
    holder_name = fields.String(required=True)
    answer = fields.Raw(allow_none=True)


class TaskList(Schema):
    """A page of tasks; `next` is where the following page begins, null on the last."""

    tasks = fields.List(fields.Nested(TaskListed), required=True)
    next = fields.String(allow_none=True)
