"""The form of a catalogue's files, as marshmallow schemas. What the parts mean together: `checks`.

Unknown keys are refused: a key that is misspelt must not be passed over.
"""

import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

KEY = validate.Regexp(
    r"^[a-z][a-z0-9-]{0,63}\Z", error="must be lower-case letters, digits and hyphens"
)
FIELD_NAME = validate.Regexp(
    r"^[a-z][a-z0-9_]{0,63}\Z", error="must be lower-case letters, digits and underscores"
)
TYPES = ("text", "integer", "number", "boolean", "date", "choice", "list")
SILENCE = ("nothing", "escalate", "reassign", "deemed_approval")
APPROVAL = ("single", "two-person")
UNITS = ("working_days", "working_hours", "calendar_days")
LIST = validate.Regexp(
    r"^form\.[a-z][a-z0-9_]{0,63}\Z", error="must be form.NAME of a list in the form"
)
DATA = validate.Regexp(
    r"^[a-z][a-z0-9-]{0,63}\Z", error="must be a class of data: lower-case letters, as in health"
)
BY = validate.Regexp(
    r"^(region|form\.[a-z][a-z0-9_]{0,63})\Z", error="must be region, or form.NAME of a form field"
)
MEDIA = validate.Regexp(r"^[a-z]+/[a-z0-9.+-]+\Z", error="must be a media type: application/pdf")


def _one_of(choices: tuple[str, ...]) -> validate.OneOf:
    return validate.OneOf(choices, error="must be one of {choices}")


def _line(**options: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=300), **options)


def _whole(**options: Any) -> fields.Integer:
    return fields.Integer(strict=True, **options)


def _yes_or_no(**options: Any) -> fields.Boolean:
    return fields.Boolean(truthy={True}, falsy={False}, **options)


class Part(Schema):
    """A mapping of which every key is known."""

    class Meta:
        unknown = RAISE


class TextSchema(Part):
    """Words in both languages."""

    zh = _line(required=True)
    en = _line(required=True)


class LimitSchema(Part):
    """A limit in time, with the source that sets it."""

    amount = _whole(required=True, validate=validate.Range(min=1, max=3_660))
    unit = fields.String(load_default="working_days", validate=_one_of(UNITS))
    source = _line(required=True)


class ExtensionSchema(LimitSchema):
    """More time for the case, granted once."""

    by = fields.Nested(TextSchema, required=True)


class ProcedureSchema(Part):
    """A special procedure, whose time does not count."""

    key = fields.String(required=True, validate=KEY)
    title = fields.Nested(TextSchema, required=True)
    limit = fields.Nested(LimitSchema, required=True)


class FormFieldSchema(Part):
    """A field of the form, or of the results that a department states."""

    name = fields.String(required=True, validate=FIELD_NAME)
    title = fields.Nested(TextSchema, required=True)
    type = fields.String(required=True, validate=_one_of(TYPES))
    required = _yes_or_no(load_default=True)
    choices = fields.List(_line(), load_default=list)
    minimum = fields.Float(load_default=None)
    maximum = fields.Float(load_default=None)
    max_length = _whole(load_default=None, validate=validate.Range(min=1, max=8_000))
    pattern = _line(load_default="")
    data = fields.String(load_default="", validate=DATA)
    # The whole name: the messages have schemas of the same names.
    fields_ = fields.List(
        fields.Nested(f"{__name__}.FormFieldSchema"), data_key="fields", load_default=list
    )

    @validates_schema
    def fits_its_type(self, data: dict[str, Any], **_options: Any) -> None:
        """Each rule stands on a type that has it."""
        kind = data.get("type")
        for name, types in (
            ("choices", ("choice",)),
            ("fields_", ("list",)),
            ("minimum", ("integer", "number", "list")),
            ("maximum", ("integer", "number", "list")),
            ("max_length", ("text",)),
            ("pattern", ("text",)),
        ):
            if data.get(name) not in (None, "", []) and kind not in types:
                raise ValidationError(f"only a field of type {' or '.join(types)} has it", name)
        if kind == "choice" and not data.get("choices"):
            raise ValidationError("must name what can be chosen", "choices")
        if kind == "list" and not data.get("fields_"):
            raise ValidationError("must name the fields of an element", "fields")

    @validates_schema
    def can_be_met(self, data: dict[str, Any], **_options: Any) -> None:
        """The rules of a field leave something that can be given."""
        low, high = data.get("minimum"), data.get("maximum")
        if low is not None and high is not None and low > high:
            raise ValidationError("is above the maximum", "minimum")
        try:
            re.compile(data.get("pattern", ""))
        except re.error as error:
            raise ValidationError(f"is no regular expression: {error}", "pattern") from error


class MaterialSchema(Part):
    """A document that the item asks for."""

    name = fields.String(required=True, validate=KEY)
    title = fields.Nested(TextSchema, required=True)
    required = _yes_or_no(load_default=True)
    when = fields.String(load_default="")
    deferrable = _yes_or_no(load_default=False)
    issued_by = fields.String(load_default="", validate=validate.Length(max=64))
    accepts = fields.List(fields.String(validate=MEDIA), validate=validate.Length(min=1))
    max_size = _whole(validate=validate.Range(min=1, max=1_000_000_000))
    data = fields.String(load_default="", validate=DATA)


class AllOrSome(fields.Field[Any]):
    """The word `all`, or a list of names."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        if value == "all":
            return None
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return value
        raise ValidationError("must be the word all, or a list of names")


class SeesSchema(Part):
    """What a task may see."""

    form = AllOrSome(load_default=list)
    materials = AllOrSome(load_default=list)
    applicant = _yes_or_no(load_default=False)
    opinions = fields.List(fields.String(), load_default=list)


class FormalSchema(Part):
    """When a formal look by the window is enough."""

    when = _line(required=True)
    reason = fields.Nested(TextSchema, required=True)


class PromiseSchema(Part):
    """When an applicant's signed promise is trusted."""

    when = _line(required=True)
    material = fields.String(load_default="", validate=validate.Length(max=64))
    reason = fields.Nested(TextSchema, required=True)
    source = _line(required=True)


class TaskSchema(Part):
    """One department's share."""

    key = fields.String(required=True, validate=KEY)
    title = fields.Nested(TextSchema, required=True)
    department = fields.String(required=True)
    after = fields.List(fields.String(), load_default=list)
    when = fields.String(load_default="")
    acceptance = fields.Nested(LimitSchema, load_default=None)
    handling = fields.Nested(LimitSchema, load_default=None)
    results = fields.List(fields.Nested(FormFieldSchema), load_default=list)
    sees = fields.Nested(SeesSchema, load_default=lambda: SeesSchema().load({}))
    silence = fields.String(load_default="nothing", validate=_one_of(SILENCE))
    approval = fields.String(load_default="single", validate=_one_of(APPROVAL))
    extension = fields.Nested(LimitSchema, load_default=None)
    procedures = fields.List(fields.String(), load_default=list)
    for_each = fields.String(load_default="", validate=LIST)
    joint_with = fields.List(fields.String(), load_default=list, validate=validate.Length(max=50))
    decision = fields.String(load_default="all", validate=_one_of(("all", "lead", "quorum")))
    quorum = _whole(load_default=0, validate=validate.Range(min=1))
    formal = fields.Nested(FormalSchema, load_default=None)
    on_promise = fields.String(load_default="ask", validate=_one_of(("ask", "trust", "verify")))

    @validates_schema
    def is_divided_in_one_way(self, data: dict[str, Any], **_options: Any) -> None:
        """A task has parts for a list or for a joint review, and only the latter is voted on."""
        joint, decision = data.get("joint_with"), data.get("decision", "all")
        if joint and data.get("for_each"):
            raise ValidationError("does not go together with `for_each`", "joint_with")
        if decision != "all" and not joint:
            raise ValidationError(
                "is for a joint review: name who reviews in `joint_with`", "decision"
            )
        if (decision == "quorum") != bool(data.get("quorum")):
            raise ValidationError("goes together with `decision: quorum`", "quorum")
        if joint and data.get("quorum", 0) > len(joint) + 1:
            raise ValidationError(f"is more than the {len(joint) + 1} who review", "quorum")

    @validates_schema
    def is_settled_without_results(self, data: dict[str, Any], **_options: Any) -> None:
        """Whoever settles a task, and so does silence, states nothing that a department would have
        to state."""
        trusted, deemed = data.get("on_promise") == "trust", data["silence"] == "deemed_approval"
        if not data.get("formal") and not trusted and not deemed:
            return
        key = "on_promise" if trusted else "formal" if data.get("formal") else "silence"
        if key != "silence" and (data.get("joint_with") or data.get("for_each")):
            raise ValidationError("is for a task without parts", key)
        if any(field["required"] for field in data.get("results", ())):
            problem = "settles the task without results: make every one of them `required: false`"
            raise ValidationError(problem, key)

    @validates_schema
    def is_verified_as_a_whole(self, data: dict[str, Any], **_options: Any) -> None:
        """A verification is asked of one department, whoever looks at the case before."""
        if data.get("on_promise") == "verify":
            for key in ("joint_with", "for_each", "formal"):
                if data.get(key):
                    raise ValidationError("is not for a task that verifies a promise", key)


class IssueSchema(Part):
    """A licence or notice to be issued."""

    name = fields.String(required=True, validate=KEY)
    title = fields.Nested(TextSchema, required=True)
    task = fields.String(load_default="")
    department = fields.String(load_default="")
    delivery = fields.Nested(LimitSchema, load_default=None)
    sees = fields.Nested(SeesSchema, load_default=lambda: SeesSchema().load({}))

    @validates_schema
    def comes_from_somewhere(self, data: dict[str, Any], **_options: Any) -> None:
        """A document comes with a task, or after the decision, from somebody and within a limit."""
        for key in ("department", "delivery"):
            if bool(data.get(key)) == bool(data.get("task")):
                problem = "does not go together with `task`" if data.get(key) else "is missing"
                raise ValidationError(f"{problem}: name `task`, or who delivers and when", key)


class SubitemSchema(Part):
    """A further item that a case takes in."""

    key = fields.String(required=True, validate=KEY)
    item = fields.String(required=True, validate=KEY)
    when = fields.String(load_default="")
    after = fields.List(fields.String(), load_default=list)


class ItemSchema(Part):
    """A file of items/."""

    item = fields.String(required=True, validate=KEY)
    version = _whole(required=True, validate=validate.Range(min=1))
    title = fields.Nested(TextSchema, required=True)
    lead = fields.String(required=True)
    applicants = fields.List(
        fields.String(validate=_one_of(("person", "organisation"))),
        required=True,
        validate=validate.Length(min=1),
    )
    statutory = fields.Nested(LimitSchema, load_default=None)
    promised = fields.Nested(LimitSchema, load_default=None)
    review = fields.Nested(LimitSchema, load_default=None)
    extension = fields.Nested(ExtensionSchema, load_default=None)
    procedures = fields.List(fields.Nested(ProcedureSchema), load_default=list)
    on_rejection = fields.String(load_default="stop", validate=_one_of(("stop", "collect")))
    promise = fields.Nested(PromiseSchema, load_default=None)
    issues = fields.List(fields.Nested(IssueSchema), load_default=list)
    form = fields.List(fields.Nested(FormFieldSchema), load_default=list)
    materials = fields.List(fields.Nested(MaterialSchema), load_default=list)
    subitems = fields.List(
        fields.Nested(SubitemSchema), load_default=list, validate=validate.Length(max=50)
    )
    tasks = fields.List(
        fields.Nested(TaskSchema), load_default=list, validate=validate.Length(min=1, max=500)
    )

    @validates_schema
    def has_tasks_or_takes_items_in(self, data: dict[str, Any], **_options: Any) -> None:
        """An item is handled by its own tasks or by those of the items that it takes in."""
        if not data.get("tasks") and not data.get("subitems"):
            raise ValidationError("Missing data for required field.", "tasks")
        for key in ("tasks", "issues", "promise") if data.get("subitems") else ():
            if data.get(key):
                problem = "does not go together with `subitems`: put it into one of those items"
                raise ValidationError(problem, key)


class DepartmentSchema(Part):
    """One department in departments.yaml."""

    title = fields.Nested(TextSchema, required=True)
    desk = _yes_or_no(load_default=False)
    may_see = fields.List(fields.String(validate=DATA), load_default=list)


class RoleSchema(Part):
    """Which department fills a role."""

    department = fields.String(required=True)
    by = fields.String(load_default="", validate=BY)
    departments = fields.Dict(
        keys=_line(), values=fields.String(), load_default=dict, validate=validate.Length(min=1)
    )

    @validates_schema
    def goes_by_something(self, data: dict[str, Any], **_options: Any) -> None:
        """What the departments are told apart by, and the departments, belong together."""
        if bool(data.get("by")) != bool(data.get("departments")):
            missing = "departments" if data.get("by") else "by"
            raise ValidationError("is missing: `by` and `departments` go together", missing)


class DepartmentsSchema(Part):
    """The file departments.yaml."""

    departments = fields.Dict(
        keys=fields.String(validate=KEY),
        values=fields.Nested(DepartmentSchema),
        required=True,
        validate=validate.Length(min=1),
    )
    roles = fields.Dict(
        keys=fields.String(validate=KEY), values=fields.Nested(RoleSchema), load_default=dict
    )
