"""How applicants rate the handling of their cases: kept for the sheets, and bad ones alert.

Five levels, 5 the best; a rating of one of the two lowest must be called back within a working day.
The department is the lead department, which answers for the case as a whole.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from services.supervision import alerts
from services.supervision.tables import metadata
from shared.database import Moment
from shared.messages import AlertRaised, CaseRated
from shared.rows import insert_new
from shared.worktime import Calendar, due

BAD = 2
"""The highest of the levels that are bad."""
CALL_BACK = 1
"""Working days."""

ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("case_code", sa.String(40), primary_key=True),
    sa.Column("level", sa.Integer(), nullable=False),
    sa.Column("comment", sa.Text(), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("region", sa.String(300), nullable=False),
    sa.Column("department", sa.String(64), nullable=False),
)
sa.Index("ratings_of_department", ratings.c.department, ratings.c.at)


def save(tx: sa.Connection, rated: Iterable[CaseRated]) -> None:
    """Keep ratings; a case has one."""
    rows = [
        {
            "case_code": it.case,
            "level": it.level,
            "comment": it.comment,
            "at": it.at,
            "item": it.item,
            "region": it.region,
            "department": it.lead,
        }
        for it in rated
    ]
    insert_new(tx, ratings, rows)


def alert_of(rated: CaseRated, calendar: Calendar) -> AlertRaised | None:
    """The alert of a bad rating, due when the applicant must have been called back."""
    if rated.level > BAD:
        return None
    until = due(rated.at, CALL_BACK, "working_days", calendar)
    return alerts.of_rating(rated, calendar.local(until))
