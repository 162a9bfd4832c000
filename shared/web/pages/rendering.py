"""From what a page's method returned, or raised, to the response that a browser gets."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog
from werkzeug.wrappers import Request as WireRequest
from werkzeug.wrappers import Response

from shared.errors import OneWindowError
from shared.web.pages import csrf
from shared.web.pages.answers import Page, Redirect
from shared.web.pages.cookies import packed, unpacked
from shared.web.pages.forms import Form, blank
from shared.web.pages.headers import page_headers
from shared.web.pages.language import ASKED
from shared.web.pages.person import Person
from shared.web.pages.refusals import PROBLEMS
from shared.web.pages.texts import LANGUAGES
from shared.web.problems import INTERNAL, UNAVAILABLE, Declared, Problem, problem_of

if TYPE_CHECKING:
    from shared.web.pages.kit import Pages

log = structlog.get_logger()
HTML = "text/html; charset=utf-8"


class Rendering:
    """What one visitor is shown, in their language, with their cookies."""

    def __init__(self, kit: "Pages", wire: WireRequest, language: str, service: Any = None) -> None:
        self.kit = kit
        self.service = service
        self.wire = wire
        self.language = language
        self.page_name = ""
        self.path = wire.path
        self.person: Person | None = None
        self.secret = ""
        self.form: Form | None = None
        self.refused: OneWindowError | None = None

    def recognise(self, person: Person | None, secret: str) -> None:
        """Take in who the visitor is."""
        self.person, self.secret = person, secret

    def again(self, path: str, form: Form, error: OneWindowError) -> None:
        """The page at this path is shown once more, for a form was refused."""
        self.path, self.form, self.refused = path, form, error

    def response(self, returned: Any) -> Response:
        """The response to what a method returned."""
        if isinstance(returned, Response):
            return returned
        if isinstance(returned, Redirect):
            return self._redirect(returned)
        assert isinstance(returned, Page), "a page's method returns a Page or a Redirect"
        context = {**self._frame(), **returned.context}
        return self._page(returned.template, context, returned.status)

    def error(self, error: Exception, declared: Declared) -> Response:
        """An error as a page. What is not for the visitor is logged under the id shown."""
        problem = problem_of(error, {**PROBLEMS, **declared})
        if problem.kind is INTERNAL:
            log.error("page failed", instance=problem.instance, exc_info=error)
        elif problem.kind is UNAVAILABLE:
            log.warning("part away", instance=problem.instance, reason=str(error))
        try:
            return self._problem(problem)
        except Exception as inner:  # the error may be one of the layout itself
            log.error("error page failed", instance=problem.instance, exc_info=inner)
            return Response(problem.kind.title, status=problem.kind.status, headers=page_headers())

    def _problem(self, problem: Problem) -> Response:
        context = {"problem": problem, "reference": uuid.UUID(problem.instance).hex[:8]}
        with suppress(OneWindowError):  # what failed may be what the frame needs
            context = {**self._frame(), **context}
        response = self._page("kit/error.html", context, problem.kind.status)
        response.headers.update(problem.headers)
        return response

    def _redirect(self, going: Redirect) -> Response:
        headers = {**page_headers(secure=self.kit.secure), "Location": going.path}
        response = Response("", status=303, headers=headers, content_type=HTML)
        if going.flashes:
            self.kit.cookies.set(response, "flash", packed(going.flashes))
        for purpose, value in going.cookies.items():
            self.kit.cookies.set(response, purpose, value)  # type: ignore[arg-type]
        return response

    def _page(self, template: str, context: Mapping[str, Any], status: int) -> Response:
        flashes = unpacked(self.kit.cookies.read(self.wire, "flash"))
        known = [flash for flash in flashes if flash.text in self.kit.texts]
        html = self.kit.draw(
            self.language, template, {**self._context(), "flashes": known, **context}
        )
        headers = page_headers(secure=self.kit.secure)
        response = Response(html, status=status, headers=headers, content_type=HTML)
        if flashes:
            self.kit.cookies.set(response, "flash", "")
        self._remember(response)
        return response

    def _frame(self) -> Mapping[str, Any]:
        """What the service itself puts around every page: `page_frame(person, language)`."""
        frame = getattr(self.service, "page_frame", None)
        return frame(self.person, self.language) if frame and self.person else {}

    def _remember(self, response: Response) -> None:
        if self.person is None and self.secret:
            self.kit.cookies.set(response, "visitor", self.secret)
        if self.wire.args.get(ASKED) in LANGUAGES:
            self.kit.cookies.set(response, "language", self.language)

    def _context(self) -> dict[str, Any]:
        roles = self.person.roles if self.person else frozenset()
        return {
            "person": self.person,
            "title_key": self.kit.title,
            "home": self.kit.address(self.kit.home),
            "navigation": self.kit.links(roles) if self.person else [],
            "current": self.page_name,
            "unit_title": self.person.unit if self.person else "",
            "counts": {},
            "page_exists": self.kit.routes.__contains__,
            "form_for": self._form_for,
            "refused": type(self.refused).__name__ if self.refused else "",
            "refusal": str(self.refused or ""),
            "refused_values": getattr(self.refused, "values", {}),
            "posted": self.form,
            "in_language": self._in_language,
        }

    def _form_for(self, name: str, /, **known: Any) -> Form:
        """The form that is posted to a method: as it was typed when it was refused just now,
        otherwise with what is known."""
        if self.form is not None and self.form.name == name:
            return self.form
        schema = self.kit.routes[name].form
        assert schema is not None, f"{name} takes no form"
        return blank(name, schema, csrf.token_for(self.secret), known)

    def _in_language(self, language: str) -> str:
        """The address of this very page in a language."""
        asked = self.wire.args.items(multi=True) if self.path == self.wire.path else ()
        kept = [(key, value) for key, value in asked if key != ASKED]
        return f"{self.path}?{urlencode([*kept, (ASKED, language)])}"
