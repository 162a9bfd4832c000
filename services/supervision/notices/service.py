"""Notices over HTTP, and the worker that tells them: wiring only. Supervision inherits it."""

from typing import Any

from werkzeug.wrappers import Response

from services.supervision.notices.rounds import Rounds
from shared.delivery.entrypoints import keeps_time
from shared.web.http import Request, http


class Notices:
    """Whoever inherits it has a book with rounds."""

    book: Any

    @property
    def _rounds(self) -> Rounds:
        rounds: Rounds = self.book.rounds
        return rounds

    @keeps_time  # type: ignore[untyped-decorator]
    def tell_people(self) -> float:
        """Tell whoever is to be told of an alert."""
        return self._rounds.go()

    @http("GET", "/notices/metrics")
    def show_notice_metrics(self, _request: Request) -> Any:
        """What was told by which channel and what waits, in the text format of Prometheus."""
        text = self._rounds.metrics() + self.book.files.metrics
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
