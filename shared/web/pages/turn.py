"""One request to a page, from the wire to the response."""

import secrets
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request as WireRequest
from werkzeug.wrappers import Response

from shared.errors import Invalid, OneWindowError
from shared.web.pages import csrf, forms
from shared.web.pages.answers import Page, Redirect
from shared.web.pages.forms import Form, NoFields
from shared.web.pages.language import ASKED, language_of
from shared.web.pages.person import Person
from shared.web.pages.posted import nested
from shared.web.pages.refusals import Held, NotGenuine, NotYours, SignInNeeded
from shared.web.pages.rendering import Rendering
from shared.web.pages.route import PageRoute
from shared.web.pages.visit import Visit
from shared.web.problems import LENGTH_REQUIRED, TOO_LARGE, WRONG_MEDIA_TYPE, Refusal

Function = Callable[..., Any]
URL_ENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
SIGN_IN, SIGN_OUT = "sign_in", "sign_out"


class Turn:
    """Who asks, may they, what do they say, and what are they shown."""

    def __init__(
        self, service: Any, route: PageRoute, wire: WireRequest, values: Mapping[str, str]
    ) -> None:
        self.service = service
        self.kit = service.pages
        self.route = route
        self.wire = wire
        self.values = values
        self.language = language_of(wire, self.kit.cookies.read(wire, "language"))
        self.rendering = Rendering(self.kit, wire, self.language, service)

    def response(self, function: Function) -> Response:
        """What the visitor gets, whatever happens."""
        try:
            self._let_in()
            return self.rendering.response(self._answer(function))
        except SignInNeeded:
            return self.rendering.response(self._to_sign_in())
        except Held as error:
            return self.rendering.response(Redirect(error.path))
        except Exception as error:  # what is not known becomes a page that says nothing of itself
            return self.rendering.error(error, self.route.problems)

    def _let_in(self) -> None:
        self.rendering.recognise(self.person, self.secret)
        if self.route.roles is None:
            return
        if self.person is None:
            raise SignInNeeded
        held_at = self.person.held_at
        if held_at and self.wire.path != held_at and self.route.name != SIGN_OUT:
            raise Held(held_at)
        if not self.route.opens_to(self.person.roles):
            raise NotYours(f"this page is for {', '.join(sorted(self.route.roles))}")

    @cached_property
    def person(self) -> Person | None:
        """Who has signed in; asked of the accounts of the service."""
        session = self.kit.cookies.read(self.wire, "session")
        accounts = getattr(self.service, "accounts", None)
        found: Person | None = accounts.person(session) if session and accounts else None
        return found

    @cached_property
    def secret(self) -> str:
        """What forms are bound to: the session, or the visitor's own cookie before there is one."""
        if self.person is not None:
            return str(self.kit.cookies.read(self.wire, "session"))
        return self.kit.cookies.read(self.wire, "visitor") or secrets.token_urlsafe(32)

    def _answer(self, function: Function) -> Any:
        if self.route.method != "POST":
            return function(self.service, self._visit(self.route, self._no_form()), **self.values)
        form = self._form()
        if form.faults:
            return self._again(form, Invalid(*form.faults), 422)
        try:
            return function(self.service, self._visit(self.route, form), **self.values)
        except Invalid as error:
            return self._again(form.with_faults(*error.faults), error, 422)
        except OneWindowError as error:
            kind = next(
                (k for cls, k in self.route.problems.items() if isinstance(error, cls)), None
            )
            if kind is None:
                raise
            return self._again(form, error, kind.status)

    def _again(self, form: Form, error: OneWindowError, status: int) -> Any:
        """The page of the form once more, with what was typed and what is wrong."""
        if not self.route.again:
            raise error
        shown = getattr(type(self.service), self.route.again)
        route: PageRoute = shown.page_route
        names = {part: it for part, it in self.values.items() if f"{part}>" in route.path}
        self.rendering.again(route.address(**names), form, error)
        returned = shown.page_function(self.service, self._visit(route, form), **names)
        if isinstance(returned, Page):
            returned.status = status
        return returned

    def _visit(self, route: PageRoute, form: Form) -> Visit:
        self.rendering.page_name = route.name
        return Visit(
            person=self.person,
            language=self.language,
            query=_query(route.query, self.wire),
            form=form,
            files=self.wire.files if route.files else {},
            values=self.values,
            secret=self.secret,
            wire=self.wire,
        )

    def _no_form(self) -> Form:
        return Form(name="", schema=NoFields(), token=csrf.token_for(self.secret))

    def _form(self) -> Form:
        """What was posted, from one of our own pages."""
        _check_body(self.route, self.wire)
        try:
            pairs: MultiDict[str, str] = self.wire.form
        except HTTPException as error:
            raise Refusal(TOO_LARGE, "the form is too large") from error
        if not csrf.is_genuine(
            self.secret, pairs.get(csrf.FIELD, ""), self.wire.headers.get(csrf.SITE, "")
        ):
            raise NotGenuine("the form does not carry this visitor's token; open its page anew")
        assert self.route.form is not None
        return forms.posted(self.route.name, self.route.form, pairs, csrf.token_for(self.secret))

    def _to_sign_in(self) -> Redirect:
        back = self.wire.full_path.rstrip("?") if self.route.method == "GET" else ""
        return Redirect(self.kit.address(SIGN_IN, next=back))


def _check_body(route: PageRoute, wire: WireRequest) -> None:
    taken = (URL_ENCODED, MULTIPART) if route.files else (URL_ENCODED,)
    if wire.mimetype not in taken:
        raise Refusal(WRONG_MEDIA_TYPE, f"send a form as {' or '.join(taken)}")
    if wire.content_length is None:
        raise Refusal(LENGTH_REQUIRED, "state the length of the body in Content-Length")
    if wire.content_length > route.limit:
        raise Refusal(TOO_LARGE, f"the form is larger than {route.limit} bytes")
    wire.max_content_length = route.limit


def _query(schema: Schema | None, wire: WireRequest) -> Mapping[str, Any]:
    """What stands in the address. Somebody may have written it by hand: what is wrong is left out,
    and the page shown as without it."""
    if schema is None:
        return {}
    asked = MultiDict((key, value) for key, value in wire.args.items(multi=True) if key != ASKED)
    plain = nested(asked.lists(), schema)
    known = {field.data_key or name for name, field in schema.load_fields.items()}
    plain = {name: value for name, value in plain.items() if name in known}
    try:
        return dict(schema.load(plain))
    except ValidationError as error:
        wrong = error.messages_dict
        return dict(schema.load({name: it for name, it in plain.items() if name not in wrong}))
