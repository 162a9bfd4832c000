"""Alerts: who was told, and what became of it."""

from services.supervision.board.base import SUPERVISE, BoardBase
from shared.web.pages import Page, Visit, page


class AlertPages(BoardBase):
    """Alerts: who was told, and what became of it."""

    @page("GET", "/board/alerts", roles=SUPERVISE)
    def alerts(self, visit: Visit) -> Page:
        return Page("alerts/alerts.html")
