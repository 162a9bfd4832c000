"""What is typed on the pages of accounts."""

from marshmallow import Schema, fields, validate

from shared.accounts.account import LONGEST_PASSWORD
from shared.accounts.keeping import LONGEST_NAME

PASSWORD = validate.Length(max=LONGEST_PASSWORD)


class Credentials(Schema):
    """Who signs in, and where they wanted to go."""

    name = fields.String(required=True, validate=validate.Length(max=200))
    password = fields.String(required=True, validate=PASSWORD)
    next = fields.String(load_default="")


class Wanted(Schema):
    """Where somebody wanted to go before they had to sign in."""

    next = fields.String(load_default="")


class CameBack(Schema):
    """What a provider sends a browser back with (RFC 6749, 4.1.2)."""

    code = fields.String(load_default="")
    state = fields.String(load_default="")
    error = fields.String(load_default="")


class NewPassword(Schema):
    """A change of one's own password; typed twice, for nobody sees it."""

    current_password = fields.String(required=True, validate=PASSWORD)
    new_password = fields.String(required=True, validate=PASSWORD)
    repeated_password = fields.String(required=True, validate=PASSWORD)


class NewAccount(Schema):
    """An account of the administrator's own unit."""

    name = fields.String(required=True, validate=validate.Length(max=64))
    display_name = fields.String(required=True, validate=validate.Length(max=LONGEST_NAME))
    roles = fields.List(fields.String(), required=True)


class NewRoles(Schema):
    """What an account may do from now on."""

    roles = fields.List(fields.String(), required=True)
