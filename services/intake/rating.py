"""How an applicant rates the handling of a case: once, when it is over."""

from typing import Any

import sqlalchemy as sa

from services.intake import store
from services.intake.domain import CLOSED, Case
from services.intake.tables import ratings
from shared.database import insert_returning
from shared.delivery.work import Work
from shared.errors import OneWindowError
from shared.messages import CaseRated


class NotOver(OneWindowError):
    """The case is not over yet, and cannot be rated as a whole."""


class RatedAlready(OneWindowError):
    """The case was rated otherwise before."""


def rate(work: Work, case: Case, level: int, comment: str) -> None:
    """Rate a case; the same rating again is no second one. Raises NotOver, RatedAlready."""
    if case.state not in CLOSED and case.withdrawn_at is None:
        raise NotOver(f"case {case.code} is {case.state}; rate it when it is over")
    said: dict[str, Any] = {"level": level, "comment": comment}
    row = {"case_code": case.code, "at": work.now, **said}
    if insert_returning(work.transaction, ratings, [row], ratings.c.case_code):
        work.send(_message(work, case, level, comment))
    elif _before(work.transaction, case.code) != said:
        raise RatedAlready(f"case {case.code} was rated before; a case is rated once")


def _message(work: Work, case: Case, level: int, comment: str) -> CaseRated:
    item = store.item_of(work.transaction, case.item, case.item_version)
    return CaseRated(
        case=case.code,
        at=work.now,
        item=case.item,
        region=case.application["region"],
        title=item.title,
        lead=item.lead,
        level=level,
        comment=comment,
    )


def _before(tx: sa.Connection, code: str) -> dict[str, Any]:
    found = sa.select(ratings.c.level, ratings.c.comment).where(ratings.c.case_code == code)
    return dict(tx.execute(found).one()._mapping)
