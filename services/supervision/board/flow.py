"""Where time goes, and what holds it up."""

from services.supervision.board.base import FIGURES, BoardBase
from shared.web.pages import Page, Visit, page


class FlowPages(BoardBase):
    """Where time goes, and what holds it up."""

    @page("GET", "/board/flow", roles=FIGURES)
    def flow(self, visit: Visit) -> Page:
        return Page("flow/flow.html")
