"""The HTTP API of clerks: what waits to be looked at, and what they do about it."""

from collections.abc import Callable
from typing import Any

from services.intake import clerks, reviewing, reviews, store, view
from services.intake import review_schemas as said
from services.intake.orders import Said
from services.intake.review import NoticeGiven, ReviewOver
from services.intake.schemas import Taken
from shared.delivery.entrypoints import Delivery
from shared.delivery.work import Work
from shared.errors import NotFound
from shared.web.http import Request, http
from shared.web.problems import CONFLICT

OVER = {ReviewOver: CONFLICT, NoticeGiven: CONFLICT}


def _clerk(service: "ReviewRoutes", digest: str) -> str | None:
    """The name of the clerk behind a token."""
    with service.delivery.database.reading() as tx:
        return clerks.name_under(tx, digest)


class ReviewRoutes:
    """What the service offers to clerks; each has a token (`onewindow window token`)."""

    delivery: Delivery
    window: Any

    @http("GET", "/reviews", query=said.ReviewsAsked, answer=said.ReviewList, bearer=_clerk)
    def list_reviews(self, request: Request) -> Any:
        """Applications that are not accepted yet, the most pressing first."""
        with self.delivery.database.reading() as tx:
            found = reviews.to_look_at(tx, request.query["limit"])
        return {"reviews": [view.review(it, self.window.office) for it in found]}

    @http("GET", "/reviews/<code>", answer=said.ReviewShown, bearer=_clerk)
    def show_review(self, _request: Request, code: str) -> Any:
        """An application as it was handed in and corrected, and how far its review is."""
        code = self.window.scheme.verify(code)
        with self.delivery.database.reading() as tx:
            it = reviews.of(tx, code)
            if it is None:
                raise NotFound(f"no clerk looks at a case {code}")
            application = store.application_of(tx, code)["application"]
        return {**view.review(it, self.window.office), "application": application}

    @http(
        "POST",
        "/reviews/<code>/correction-notice",
        body=said.NoticeSaid,
        answer=Taken,
        status=202,
        problems=OVER,
        bearer=_clerk,
    )
    def notify(self, request: Request, code: str) -> Any:
        """Send the one notice of everything that must be corrected."""
        return self._act(reviewing.notify, request, code)

    @http(
        "POST",
        "/reviews/<code>/acceptance",
        body=said.AcceptanceSaid,
        answer=Taken,
        status=202,
        problems=OVER,
        bearer=_clerk,
    )
    def accept(self, request: Request, code: str) -> Any:
        """Accept an application: it goes to the departments."""
        return self._act(reviewing.accept, request, code)

    @http(
        "POST",
        "/reviews/<code>/refusal",
        body=said.RefusalSaid,
        answer=Taken,
        status=202,
        problems=OVER,
        bearer=_clerk,
    )
    def refuse(self, request: Request, code: str) -> Any:
        """Refuse to accept an application, with reasons."""
        return self._act(reviewing.refuse, request, code)

    def _act(
        self, do: Callable[[Work, str, Said], None], request: Request, code: str
    ) -> dict[str, Any]:
        code = self.window.scheme.verify(code)
        with self.delivery.work() as work:
            do(work, code, {**request.body, "by": request.bearer})
        return {"case": code, "at": work.now}
