"""Facts as they are kept on both databases, and found anew from the traces."""

from collections.abc import Iterator
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.supervision.facttables import case_facts, fact_stops, facts
from services.supervision.refacting import rebuild
from services.supervision.tables import cases
from shared.database import Database
from shared.migrating import migrate
from tests.contract import watching
from tests.contract.watching import observe, opening, rows
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    accepted,
    assigned,
    at,
    cancelled,
    completed,
    decided,
    declined,
    resumed,
    returned,
    step,
    suspended,
    transferred,
)

database = watching.database
SERIALS = count()
SAID = {
    "accepted": accepted,
    "returned": returned,
    "suspended": suspended,
    "resumed": resumed,
    "completed": completed,
    "declined": declined,
    "cancelled": cancelled,
    "transferred": transferred,
}


def test_a_fact_is_kept_with_the_step_that_ends_its_assignment(database: Database):
    observe(database, opening())
    assert rows(database, facts) == []
    observe(database, step(2, "09-21 11:00", completed("a.1"), decided()))
    (fact,), (case,) = rows(database, facts), rows(database, case_facts)
    assert (fact.case_code, fact.assignment, fact.ending, fact.used) == (
        CASE,
        "a.1",
        "completed",
        1,
    )
    assert (case.case_code, case.outcome) == (CASE, "approved")


def test_when_the_clock_of_an_assignment_stood_still_is_kept_with_or_without_a_limit(
    database: Database,
):
    observe(database, opening(), step(2, "09-18 11:00", assigned("b.1", handling=None)))
    both = ("a.1", "b.1")
    observe(database, step(3, "09-21 10:00", *map(suspended, both)))
    observe(database, step(4, "09-21 10:30", *map(resumed, both)))
    observe(database, step(5, "09-22 11:00", *map(suspended, both)))
    assert rows(database, fact_stops) == []
    observe(database, step(6, "09-22 15:00", *map(completed, both)))
    found = [(it.assignment, it.since, it.until) for it in rows(database, fact_stops)]
    spans = [("09-21 10:00", "09-21 10:30"), ("09-22 11:00", "09-22 15:00")]
    assert found == [(own, at(since), at(until)) for own in both for since, until in spans]
    assert [it.stops for it in rows(database, facts)] == [2, 2]


def test_what_was_noted_is_there_after_a_restart(database: Database):
    observe(database, opening())
    observe(database, step(2, "09-21 10:00", returned("a.1")))
    observe(database, step(3, "09-21 11:00", completed("a.1")))
    assert [fact.returns for fact in rows(database, facts)] == [1]


def test_facts_that_were_lost_are_found_anew(database: Database):
    observe(database, opening(), step(2, "09-21 10:00", assigned("b.1", handling=None)))
    observe(
        database, step(3, "09-21 11:00", completed("a.1")), step(4, "09-21 12:00", returned("b.1"))
    )
    before = _everything(database)
    with database.transaction() as tx:
        tx.execute(facts.delete())
        tx.execute(cases.update().values(beside="{}"))
    assert rebuild(database, RULES) == 1
    assert _everything(database) == before
    assert rebuild(database, RULES) == 1, "again, it comes to the same"
    assert _everything(database) == before


def _everything(database: Database) -> list[object]:
    kept = [(row.code, row.beside) for row in rows(database, cases)]
    tables = facts, fact_stops, case_facts
    return [*kept, *(row for table in tables for row in rows(database, table))]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database.open("supervision", data=tmp_path_factory.mktemp("facts"))
    migrate(opened)
    yield opened
    opened.close()


@settings(max_examples=25, deadline=None)
@given(
    said=some.lists(
        some.tuples(some.sampled_from(sorted(SAID)), some.sampled_from(["a.1", "b.1"])), max_size=8
    ),
    cuts=some.sets(some.integers(1, 8)),
)
def test_facts_do_not_depend_on_batches_and_are_found_anew_as_they_were(kept, said, cuts):
    code = f"330100-2609-{next(SERIALS):07}-34"
    steps = [
        step(number, f"09-21 10:{number:02}", SAID[what](assignment), case=code)
        for number, (what, assignment) in enumerate(_possible(said), start=3)
    ]
    observe(kept, opening(case=code), step(2, "09-18 11:00", assigned("b.1"), case=code))
    for first, last in pairwise([0, *sorted(cuts), 99]):
        if batch := steps[first:last]:
            observe(kept, *batch)
    before = _everything(kept)
    assert len([it for it in rows(kept, facts) if it.case_code == code]) == len(_ended(said))
    rebuild(kept, RULES)
    assert _everything(kept) == before


def _possible(said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Nothing is said of an assignment that has ended."""
    ended: set[str] = set()
    found = []
    for what, assignment in said:
        if assignment not in ended:
            found.append((what, assignment))
            if what in ("completed", "declined", "cancelled", "transferred"):
                ended.add(assignment)
    return found


def _ended(said: list[tuple[str, str]]) -> set[str]:
    ends = ("completed", "declined", "cancelled", "transferred")
    return {assignment for what, assignment in said if what in ends}
