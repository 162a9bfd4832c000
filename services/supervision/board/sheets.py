"""Performance sheets of departments."""

from services.supervision.board.base import FIGURES, BoardBase
from shared.web.pages import Page, Visit, page


class SheetPages(BoardBase):
    """Performance sheets of departments."""

    @page("GET", "/board/sheets", roles=FIGURES)
    def sheets(self, visit: Visit) -> Page:
        return Page("sheets/sheets.html")
