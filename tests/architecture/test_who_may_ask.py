"""Every address of every service asks who is there, but for those that are named here."""

import pytest

from shared.web.openapi import service_named
from shared.web.pages.route import page_routes_of
from shared.web.route import routes_of

SERVICES = ("intake", "routing", "department", "supervision")
OPEN = {
    "GET /items": "what can be applied for is public",
    "GET /items/<key>": "the same",
    "PUT /materials": "the portal before intake knows who asks",
    "POST /cases": "the same",
    "GET /cases/<code>": "names no person, so a code is enough",
    "GET /materials/<digest>": "the link is signed",
    "POST /departments/<department>/results": "each result is signed by the department's system",
    "GET /systems/metrics": "counts, for Prometheus",
    "GET /notices/metrics": "the same",
    "GET /checkpoints": "roots and signatures that everybody may keep",
}
OPEN_PAGES = {
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/elsewhere",
    "GET /sign-in/elsewhere/back",
    "POST /sign-out",
}
FOR_WHOEVER_SIGNED_IN = {
    "GET /",
    "GET /account",
    "GET /account/password",
    "POST /account/password",
    "POST /account/sessions/end",
}


pytestmark = pytest.mark.filterwarnings("ignore:\\s*Eventlet is deprecated")


def _named(routes):
    return {f"{route.method} {route.path}" for route in routes}


def test_an_address_for_programs_asks_for_a_token_or_answers_the_operators_side_alone():
    routes = [route for name in SERVICES for route in routes_of(service_named(name))]
    assert _named(it for it in routes if it.bearer is None and not it.near) == set(OPEN)


@pytest.mark.parametrize("name", ["department", "supervision"])
def test_a_page_names_the_roles_that_it_opens_to(name):
    pages = page_routes_of(service_named(name)).values()
    assert _named(it for it in pages if it.roles is None) == OPEN_PAGES
    assert _named(it for it in pages if it.roles == frozenset()) == FOR_WHOEVER_SIGNED_IN


@pytest.mark.parametrize("name", SERVICES)
def test_what_changes_something_is_a_form_of_a_page_or_is_not_for_browsers(name):
    """A form carries a token of its page. What is no form has a body that a browser sends to
    another site only after asking it, or a header that it never sends by itself."""
    cls = service_named(name)
    assert {it.method for it in page_routes_of(cls).values()} <= {"GET", "POST"}
    for route in routes_of(cls):
        if route.method == "GET":
            continue
        asked_first = route.body is not None or route.bearer is not None or route.method == "PUT"
        assert asked_first or f"{route.method} {route.path}" in OPEN
