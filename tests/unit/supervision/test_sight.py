"""Which regions somebody sees."""

import pytest
import sqlalchemy as sa

from services.supervision.sight import Sight, scope_of, sight_of
from shared.web.pages import Person


def person(unit, *roles):
    return Person(account="a", name="A", unit=unit, roles=frozenset(roles), session="", held_at="")


@pytest.mark.parametrize(
    ("unit", "seen", "hidden"),
    [
        ("330100", ["330100", "330106", "330199"], ["330200", "330000", "320100", "", "3302"]),
        ("330106", ["330106"], ["330100", "330107", "330000"]),
        ("330000", ["330000", "330106", "339900"], ["320000", "nation", ""]),
        ("330110", ["330110"], ["330100", "330111"]),
    ],
)
def test_a_supervisor_sees_the_own_region_and_those_in_it(unit, seen, hidden):
    sight = sight_of(person(unit, "supervisor"))
    assert [it for it in [*seen, *hidden] if sight.sees(it)] == seen


def test_the_centre_sees_everything_whatever_its_unit():
    sight = sight_of(person("330106", "supervisor", "centre"))
    assert sight.everywhere
    assert all(sight.sees(it) for it in ("330106", "110000", "", "nation"))


def test_the_whole_country_is_asked_for_by_noughts():
    assert sight_of(person("000000", "supervisor")).everywhere


@pytest.mark.parametrize("unit", ["012345", "033010"])
def test_a_unit_that_is_no_region_sees_nothing_but_what_has_its_name(unit):
    sight = sight_of(person(unit, "analyst"))
    assert not sight.everywhere
    assert not sight.sees("330100")


@pytest.mark.parametrize("unit", ["330100", "330106", "330000", "000000"])
def test_a_query_finds_what_may_be_seen_and_nothing_else(unit):
    regions = ["330100", "330106", "330200", "33%100", "3301_0", "110000", "", "nation"]
    rows = sa.union_all(*(sa.select(sa.literal(it).label("region")) for it in regions)).subquery()
    sight = Sight(area=scope_of(person(unit, "supervisor")))
    with sa.create_engine("sqlite://").connect() as connection:
        found = connection.execute(sa.select(rows.c.region).where(sight.clause(rows.c.region)))
        assert set(found.scalars()) == {it for it in regions if sight.sees(it)}
