"""A case: its timeline, clocks, alerts and trace."""

from marshmallow import Schema, fields

from services.supervision.board.base import SUPERVISE, BoardBase, case_in_sight
from shared.web.pages import Page, Redirect, Visit, page


class Sought(Schema):
    """The code that somebody looks for, as they typed it."""

    code = fields.String(load_default="")


class CasePages(BoardBase):
    """One case, whole."""

    @page("GET", "/board/find", query=Sought, roles=SUPERVISE)
    def find(self, visit: Visit) -> Redirect:
        """From the search field of every page to the case."""
        code = "".join(visit.query["code"].split())
        return Redirect(self.pages.address("case", code=code or "-"))

    @page("GET", "/board/cases/<code>", roles=SUPERVISE)
    def case(self, visit: Visit, code: str) -> Page:
        with self.delivery.database.reading() as tx:
            case = case_in_sight(tx, code, self.sight(visit))
        return Page("case/case.html", case=case, current="wall")
