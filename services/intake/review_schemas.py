"""What clerks send and are answered, before acceptance. Unknown fields are refused."""

from marshmallow import Schema, fields, validate

from services.intake.schemas import Titled

TEXT = validate.Length(min=1, max=8_000)


class ToCorrectSaid(Schema):
    """One thing that is missing or wrong: a field or material of the item, or `applicant`, `agent`;
    what is the matter with it; how it is put right."""

    subject = fields.String(required=True, validate=validate.Length(min=1, max=300))
    problem = fields.String(required=True, validate=TEXT)
    remedy = fields.String(load_default="", validate=validate.Length(max=8_000))


class NoticeSaid(Schema):
    """Everything that is missing or wrong, in one list: there is no second one."""

    missing = fields.List(
        fields.Nested(ToCorrectSaid), required=True, validate=validate.Length(min=1, max=500)
    )


class AcceptanceSaid(Schema):
    """Nothing needs to be said."""


class RefusalSaid(Schema):
    """Why the application is not accepted."""

    reasons = fields.List(
        fields.String(validate=TEXT), required=True, validate=validate.Length(min=1, max=50)
    )


class ReviewsAsked(Schema):
    """At most so many, the most pressing first."""

    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1_000))


class ReviewListed(Schema):
    """An application that is not accepted yet. After `notice_due_at` it counts as accepted; null
    while the applicant is to correct it."""

    case = fields.String(required=True)
    state = fields.String(required=True)
    item = fields.String(required=True)
    title = fields.Nested(Titled, required=True)
    region = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True, format="iso")
    notice_due_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")
    notified_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")
    corrected_at = fields.List(fields.AwareDateTime(format="iso"), required=True)
    missing = fields.List(fields.Nested(ToCorrectSaid), required=True)


class ReviewList(Schema):
    """What a clerk has to look at."""

    reviews = fields.List(fields.Nested(ReviewListed), required=True)


class ReviewShown(ReviewListed):
    """With what was handed in."""

    application = fields.Dict(keys=fields.String(), required=True)
