"""The wall: every department with its lights."""

from services.supervision.board.base import SUPERVISE, BoardBase
from shared.web.pages import Page, Redirect, Visit, page


class WallPages(BoardBase):
    """The wall: every department with its lights."""

    @page("GET", "/")
    def start(self, visit: Visit) -> Redirect:
        """Where somebody begins: at the wall, or with the figures."""
        sees_cases = not visit.somebody.roles.isdisjoint(SUPERVISE)
        return Redirect(self.pages.address("wall" if sees_cases else "sheets"))

    @page("GET", "/board", roles=SUPERVISE)
    def wall(self, visit: Visit) -> Page:
        return Page("wall/wall.html")
