"""What intake's HTTP API takes and answers. Unknown fields are refused.

What depends on the service item (fields of the form, materials) is checked by the domain.
"""

from typing import get_args

from marshmallow import Schema, fields, validate

from shared.messages.cases import Channel
from shared.messages.ratings import LEVELS

DIGEST = validate.Regexp(r"^sha256:[0-9a-f]{64}$(?!\n)", error="is not sha256: and 64 hex digits")
KEY = validate.Regexp(
    r"^[\x21-\x7e]{8,200}$(?!\n)", error="is not 8 to 200 visible ASCII characters"
)
MEDIA_TYPE = validate.Regexp(
    r"^[a-z0-9.+_-]{1,30}/[a-z0-9.+_-]{1,69}$(?!\n)", error="is not a media type"
)
MOST_FILES = 200


class PersonHandedIn(Schema):
    """A natural or legal person, by GB 11643 or GB 32100."""

    kind = fields.String(required=True, validate=validate.OneOf(["person", "organisation"]))
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    number = fields.String(required=True, validate=validate.Length(min=1, max=40))


class MaterialHandedIn(Schema):
    """A document that was uploaded with PUT /materials, under the name that the item gives it."""

    name = fields.String(required=True, validate=validate.Length(max=64))
    digest = fields.String(required=True, validate=DIGEST)
    media_type = fields.String(required=True, validate=validate.Length(max=100))
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    file_name = fields.String(load_default="", validate=validate.Length(max=300))


class LinkFollowed(Schema):
    """What a link to a material says beside its digest; `until` in seconds since 1970."""

    media_type = fields.String(required=True, validate=MEDIA_TYPE)
    until = fields.Integer(required=True, validate=validate.Range(min=0, max=99_999_999_999))
    signature = fields.String(required=True, validate=validate.Length(max=64))


class PromiseHandedIn(Schema):
    """A deferrable material that is missing, and the day by which the applicant promises it."""

    material = fields.String(required=True, validate=validate.Length(max=64))
    due_on = fields.Date(required=True, format="iso")


class ApplicationHandedIn(Schema):
    """An application for a service item."""

    item = fields.String(required=True, validate=validate.Length(max=64))
    channel = fields.String(required=True, validate=validate.OneOf(get_args(Channel)))
    applicant = fields.Nested(PersonHandedIn, required=True)
    agent = fields.Nested(PersonHandedIn, allow_none=True)
    form = fields.Dict(keys=fields.String(), required=True)
    materials = fields.List(
        fields.Nested(MaterialHandedIn), validate=validate.Length(max=MOST_FILES)
    )
    promises = fields.List(fields.Nested(PromiseHandedIn), validate=validate.Length(max=MOST_FILES))
    region = fields.String(
        validate=validate.Regexp(r"^[1-9][0-9]{5}$(?!\n)", error="is not 6 digits")
    )


class SupplementHandedIn(Schema):
    """What the applicant hands in later: changed fields, materials that replace those of a name."""

    form = fields.Dict(keys=fields.String())
    materials = fields.List(
        fields.Nested(MaterialHandedIn), validate=validate.Length(max=MOST_FILES)
    )
    note = fields.String(validate=validate.Length(max=8_000))


class WithdrawalHandedIn(Schema):
    """Why the application is taken back."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=8_000))


class RatingSaid(Schema):
    """How the case was handled: 5 very satisfied, 4 satisfied, 3 acceptable, 2 dissatisfied, 1 very
    dissatisfied."""

    level = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=LEVELS))
    comment = fields.String(load_default="", validate=validate.Length(max=8_000))


class IdempotencyKey(Schema):
    """A key of the client's own making for each application, so that a retry makes no second."""

    key = fields.String(required=True, data_key="Idempotency-Key", validate=KEY)


class RetryKey(Schema):
    """A key for what may be sent again, so that a retry is not taken for a second one."""

    key = fields.String(data_key="Idempotency-Key", validate=KEY)


class Titled(Schema):
    """The same words in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class PromiseTaken(Schema):
    """A promise that the case was accepted on."""

    material = fields.String(required=True)
    title = fields.Nested(Titled, required=True)
    due_on = fields.String(required=True, metadata={"format": "date"})


class ReceiptGiven(Schema):
    """The receipt. `receipt_secret` proves later who the applicant is, and is shown only here.

    `state` is `accepted`, or `received` where a clerk looks first: then `accepted_at` is null, and
    by `notice_due_at` the applicant is told what must be corrected, or the application counts as
    accepted.
    """

    case = fields.String(required=True)
    state = fields.String(required=True)
    item = fields.String(required=True)
    item_version = fields.Integer(required=True)
    received_at = fields.AwareDateTime(required=True, format="iso")
    accepted_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")
    notice_due_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")
    deferrals = fields.List(fields.Nested(PromiseTaken), required=True)
    receipt_secret = fields.String(required=True)
    tracking = fields.String(required=True)


class TaskTracked(Schema):
    """Where one department's share of the case stands."""

    task = fields.String(required=True)
    title = fields.Nested(Titled, required=True)
    department = fields.String(required=True)
    state = fields.String(required=True)
    since = fields.AwareDateTime(allow_none=True, format="iso")


class CaseTracked(Schema):
    """Where a case stands. Nothing in it names a person.

    Before acceptance `state` is `received` or `awaiting_correction`, `refused` where it was not
    accepted; by `notice_due_at` the applicant is told what must be corrected, or it counts as
    accepted.
    """

    case = fields.String(required=True)
    item = fields.String(required=True)
    title = fields.Nested(Titled, required=True)
    state = fields.String(required=True)
    outcome = fields.String(allow_none=True)
    received_at = fields.AwareDateTime(required=True, format="iso")
    accepted_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")
    notice_due_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")
    changed_at = fields.AwareDateTime(required=True, format="iso")
    tasks = fields.List(fields.Nested(TaskTracked), required=True)


class Shortfall(Schema):
    """One thing that is missing or wrong; before acceptance also how it is put right."""

    subject = fields.String(required=True)
    problem = fields.String(required=True)
    remedy = fields.String()


class DocumentIssued(Schema):
    """A licence or notice, by the digest of its content."""

    name = fields.String(required=True)
    digest = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    file_name = fields.String(required=True)


class NoticeGiven(Schema):
    """What the applicant was told. Before acceptance: `correction.notified` (all that is `missing`
    or wrong), `case.accepted` (from `accepted_at` on; `deemed` where nobody spoke in time),
    `acceptance.refused` (with reasons). Afterwards: `task.returned` (with what is `missing`),
    `clock.suspended` (with the reason), `case.decided` (with outcome, reasons and conditions),
    `decision.revoked` (with reasons and legal basis), `document.issued` (with title and document),
    `case.extended` (with amount, unit, reason and legal basis) , `case.merged` (with the case that
    it was merged into) or `subcase.decided` (as a decision, with the sub-case)."""

    kind = fields.String(required=True)
    at = fields.AwareDateTime(required=True, format="iso")
    task = fields.String()
    missing = fields.List(fields.Nested(Shortfall))
    reason = fields.String()
    legal_basis = fields.String()
    outcome = fields.String()
    reasons = fields.List(fields.String())
    conditions = fields.List(fields.String())
    title = fields.Nested(Titled)
    document = fields.Nested(DocumentIssued)
    amount = fields.Integer()
    unit = fields.String()
    into = fields.String()
    subcase = fields.String()
    accepted_at = fields.AwareDateTime(format="iso")
    deemed = fields.Boolean()


class NoticeList(Schema):
    """Everything that the applicant was told in writing, in order."""

    notices = fields.List(fields.Nested(NoticeGiven), required=True)


class Stored(Schema):
    """An uploaded file, as an application refers to it."""

    digest = fields.String(required=True)
    size = fields.Integer(required=True)
    media_type = fields.String(required=True)


class Taken(Schema):
    """What was taken in and is on its way to the departments."""

    case = fields.String(required=True)
    at = fields.AwareDateTime(required=True, format="iso")


class ItemListed(Schema):
    """A service item that can be applied for."""

    item = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.Nested(Titled, required=True)
    lead = fields.String(required=True)
    applicants = fields.List(fields.String(), required=True)


class ItemList(Schema):
    """Every service item that can be applied for."""

    items = fields.List(fields.Nested(ItemListed), required=True)
