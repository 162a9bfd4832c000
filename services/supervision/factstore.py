"""Facts, as they are kept."""

from collections.abc import Collection

import sqlalchemy as sa

from services.supervision.endings import Facts
from services.supervision.facttables import case_facts, fact_stops, facts
from shared.rows import insert_new


def save(tx: sa.Connection, found: Facts) -> None:
    """Keep facts; one that is known stays as it is."""
    insert_new(tx, facts, found.of_assignments)
    insert_new(tx, case_facts, found.of_cases)
    insert_new(tx, fact_stops, found.of_stops)


def forget(tx: sa.Connection, codes: Collection[str]) -> None:
    """Drop the facts of these cases."""
    for table in (facts, fact_stops, case_facts):
        tx.execute(sa.delete(table).where(table.c.case_code.in_(codes)))
