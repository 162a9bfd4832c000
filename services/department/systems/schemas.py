"""What the ways to departments' systems take and answer over HTTP."""

from marshmallow import EXCLUDE, Schema, fields, validate

from services.department.schemas import TaskShown
from services.department.systems.held import LONGEST
from services.department.systems.news import KINDS
from services.department.systems.signing import KEY, SIGNATURE, TIMESTAMP

STATES = ("closed", "half-open", "open")


class Waiting(Schema):
    """How long the request may be held when there is nothing yet, in seconds."""

    wait = fields.Float(load_default=0.0, validate=validate.Range(min=0, max=LONGEST))


class Fetched(Schema):
    """A delivery, leased to whoever fetched it. `delivery` is the same however often it comes."""

    delivery = fields.String(required=True, attribute="news.id")
    kind = fields.String(required=True, attribute="news.kind", validate=validate.OneOf(KINDS))
    lease = fields.String(required=True)
    lease_until = fields.AwareDateTime(required=True, format="iso", attribute="until")
    task = fields.Nested(TaskShown, required=True)


class Lease(Schema):
    """The lease that came with a delivery."""

    lease = fields.String(required=True, validate=validate.Length(min=1, max=100))


class Leased(Schema):
    """Until when the lease lasts; null when the delivery is the client's no more."""

    lease_until = fields.AwareDateTime(required=True, format="iso", allow_none=True)


class Signed(Schema):
    """The headers of a signed request."""

    class Meta:
        unknown = EXCLUDE

    key = fields.String(required=True, data_key=KEY, validate=validate.Length(max=64))
    timestamp = fields.String(required=True, data_key=TIMESTAMP, validate=validate.Length(max=12))
    signature = fields.String(
        required=True,
        data_key=SIGNATURE,
        validate=validate.Regexp(r"^[0-9a-fA-F]{64}\Z", error="is not 64 hex digits"),
    )


class Taken(Schema):
    """The task after a result; all null when the result was `nothing`."""

    assignment = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True)


class Vain(Schema):
    """News that could not be told so far."""

    delivery = fields.String(required=True, attribute="id")
    assignment = fields.String(required=True)
    kind = fields.String(required=True)
    attempts = fields.Integer(required=True)
    next_at = fields.AwareDateTime(required=True, format="iso", attribute="due_at")
    error = fields.String(required=True)


class ProblemShown(Schema):
    """A result that broke a rule: how often, and when last."""

    assignment = fields.String(required=True)
    field = fields.String(required=True)
    problem = fields.String(required=True)
    times = fields.Integer(required=True)
    last_at = fields.AwareDateTime(required=True, format="iso")


class Standing(Schema):
    """How it stands with the way to a department's system; all times are real time.

    `line` is open while nothing is sent because the system does not answer, and half-open while a
    single request tries whether it does.
    """

    department = fields.String(required=True)
    way = fields.String(required=True, validate=validate.OneOf(("http", "pull", "folder")))
    line = fields.String(required=True, validate=validate.OneOf(STATES))
    failures = fields.Integer(required=True)
    error = fields.String(required=True)
    next_at = fields.AwareDateTime(required=True, format="iso", allow_none=True)
    answered_at = fields.AwareDateTime(required=True, format="iso", allow_none=True)
    waiting = fields.Integer(required=True)
    waiting_since = fields.AwareDateTime(required=True, format="iso", allow_none=True)
    in_vain = fields.List(fields.Nested(Vain), required=True)
    problems = fields.List(fields.Nested(ProblemShown), required=True)
