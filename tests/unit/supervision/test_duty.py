"""Who is told of a rung, why, and who stands in: by example, and whatever the people are."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.supervision.duty import Place, recipients, told
from services.supervision.people import People, Person, Quiet, Shift, Span
from services.supervision.posts import ROLES, Post, post_from
from services.supervision.recipients import Address
from services.supervision.rungs import RungPolicy, written
from tests.unit.supervision.steps import at

HERE = Place(department="planning", region="330106")
NOW = at("10-08 15:00")  # a Thursday
HEAD = RungPolicy(name="red", to=("head",))
LADDER = written(
    {
        "yellow": {"when": "at due", "to": ["handler"], "may_be_skipped": True},
        "red": {"when": "1 working day after due", "to": ["head"]},
        "centre": {"when": "2 working days after due", "to": ["centre"]},
    },
    "l",
)


def person(key: str, *posts: str, away: str = "", deputies: str = "", **more) -> Person:
    return Person(
        key=key,
        name=key.title(),
        posts=tuple(map(post_from, posts)),
        deputies=tuple(deputies.split()),
        away=(span(away),) if away else (),
        **more,
    )


def span(text: str) -> Span:
    first, last = text.split("..")
    return Span(first=date.fromisoformat(f"2026-{first}"), last=date.fromisoformat(f"2026-{last}"))


def people(*persons: Person, shifts: tuple[Shift, ...] = ()) -> People:
    return People(persons={it.key: it for it in persons}, shifts=shifts)


def names(rung: RungPolicy, known: People, place: Place = HERE, now=NOW) -> list[str]:
    return [it.person for it in recipients(rung, known, place, now)]


def test_a_head_is_told_of_their_own_department_alone():
    known = people(person("wang", "head of planning"), person("zhao", "head of fire"))
    (found,) = recipients(HEAD, known, HERE, NOW)
    assert (found.person, found.name, found.why.en) == ("wang", "Wang", "head of planning")
    assert found.why.zh == "planning 部门负责人"


def test_who_is_away_is_stood_in_for_and_the_reason_says_until_when():
    known = people(
        person("wang", "head of planning", away="10-01..10-09", deputies="li chen"),
        person("li", away="10-08..10-08", deputies="zhou"),
        person("chen"),
        person("zhou"),
    )
    (found,) = recipients(HEAD, known, HERE, NOW)
    assert found.person == "zhou"  # of a deputy who is away, the deputy
    assert found.why.en == "Wang, head of planning, is away until 2026-10-09; deputy Zhou"
    assert found.why.zh == "planning 部门负责人 Wang 至 2026-10-09 不在岗，由 Zhou 代理"
    assert names(HEAD, known, now=at("10-10 09:00")) == ["wang"]
    assert names(HEAD, known, now=at("10-09 23:59")) == ["li"]


def test_deputies_who_name_one_another_come_to_nobody():
    known = people(
        person("wang", "head of planning", away="10-01..10-09", deputies="li"),
        person("li", away="10-01..10-09", deputies="wang"),
    )
    assert names(HEAD, known) == []


def test_the_nearest_region_goes_first_and_the_next_where_nobody_is_there():
    rung = RungPolicy(name="red", to=("supervisor",))
    district = person("wang", "supervisor in 330106", away="10-01..10-09")
    known = people(district, person("li", "supervisor in 330100"), person("zhou", "supervisor"))
    assert names(rung, known) == ["li"]
    assert names(rung, known, now=at("10-12 09:00")) == ["wang"]
    assert names(rung, known, Place(department="planning", region="330200")) == ["zhou"]
    assert names(rung, known, Place(department="planning", region="")) == ["zhou"]


def test_the_rota_says_who_of_a_post_is_on_duty_and_a_date_goes_before_a_weekday():
    post = Post(role="centre")
    shifts = (
        Shift(post=post, people=("wang",), weekdays=frozenset({0, 1, 2, 3})),
        Shift(post=post, people=("li",), dates=span("10-05..10-07")),
    )
    known = people(person("wang"), person("li"), person("zhou", "centre"), shifts=shifts)
    rung = RungPolicy(name="centre", to=("centre",))
    assert names(rung, known) == ["wang"]
    assert names(rung, known, now=at("10-07 09:00")) == ["li"]  # a Wednesday
    assert names(rung, known, now=at("10-09 09:00")) == ["zhou"]  # Friday: nobody on the rota


def test_nobody_is_told_twice_who_has_two_of_the_roles():
    known = people(person("wang", "head of planning", "handler of planning"))
    rung = RungPolicy(name="red", to=("head", "handler"))
    assert names(rung, known) == ["wang"]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("10-08 21:59", None),
        ("10-08 22:00", "10-09 07:00"),
        ("10-09 06:59", "10-09 07:00"),
        ("10-09 07:00", None),
    ],
)
def test_quiet_hours_put_a_notice_off_until_they_are_over(now: str, until: str | None):
    quiet = Quiet(begin=time(22), end=time(7))
    known = people(person("wang", "head of planning", quiet=quiet))
    (found,) = recipients(HEAD, known, HERE, at(now))
    assert found.not_before == (at(until) if until else None)
    loud = RungPolicy(name="red", to=("head",), break_quiet_hours=True)
    assert recipients(loud, known, HERE, at(now))[0].not_before is None


def test_the_rung_says_in_which_order_channels_are_tried():
    mail, robot = Address(channel="mail", url="mailto://a"), Address(channel="feishu", url="b")
    known = people(person("wang", "head of planning", addresses=(mail, robot)))
    for channels, expected in [
        ((), (mail, robot)),
        (("feishu", "mail"), (robot, mail)),
        (("feishu",), (robot,)),
        (("wecom",), (mail, robot)),  # better by another than not at all
    ]:
        rung = RungPolicy(name="red", to=("head",), channels=channels)
        assert recipients(rung, known, HERE, NOW)[0].addresses == expected


def test_a_level_with_nobody_there_is_skipped_where_it_may_be():
    said = told("yellow", LADDER, people(person("wang", "head of planning")), HERE, NOW)
    assert (said.recipients, said.skipped) == ((), True)
    assert [it.en for it in said.remarks] == [
        "Nobody is handler in charge of planning.",
        "This level may be skipped.",
    ]


def test_a_level_that_may_not_be_skipped_goes_to_the_next_and_says_so():
    known = people(person("wang", "head of planning", away="10-01..10-09"), person("li", "centre"))
    said = told("red", LADDER, known, HERE, NOW)
    assert (said.rung, [it.person for it in said.recipients]) == ("centre", ["li"])
    assert [it.en for it in said.remarks] == [
        "Wang, head of planning, is away until 2026-10-09, and no deputy is there.",
        "Nobody is head of planning.",
        "Told instead: those of 'notice to the centre'.",
    ]


def test_a_ladder_without_roles_names_nobody_and_remarks_nothing():
    said = told("red", written({"red": "at due"}, "l"), people(), HERE, NOW)
    assert (said.recipients, said.remarks, said.skipped) == ((), (), False)


KEYS = ("wang", "li", "zhou", "chen")
POSTS = [
    "head of planning",
    "head of planning in 330106",
    "handler of planning",
    "supervisor in 330100",
    "centre",
]
DAYS = st.dates(date(2026, 10, 5), date(2026, 10, 12))
SPANS = st.tuples(DAYS, DAYS).map(sorted).map(lambda it: Span(first=it[0], last=it[1]))
SHIFTS = st.builds(
    Shift,
    post=st.sampled_from(POSTS).map(post_from),
    people=st.lists(st.sampled_from(KEYS), min_size=1, max_size=2).map(tuple),
    dates=st.none() | SPANS,
    weekdays=st.frozensets(st.integers(0, 6)),
)


@st.composite
def anybody(draw: st.DrawFn) -> People:
    persons = {
        key: Person(
            key=key,
            name=key,
            posts=tuple(draw(st.lists(st.sampled_from(POSTS).map(post_from), max_size=2))),
            deputies=tuple(draw(st.lists(st.sampled_from(KEYS).filter(key.__ne__), max_size=2))),
            away=tuple(draw(st.lists(SPANS, max_size=2))),
        )
        for key in KEYS
    }
    return People(persons=persons, shifts=tuple(draw(st.lists(SHIFTS, max_size=3))))


ROLE_LISTS = st.lists(st.sampled_from(list(ROLES)), min_size=1, max_size=3).map(tuple)


@given(anybody(), st.sampled_from(["yellow", "red", "centre"]), st.integers(0, 7))
def test_somebody_comes_out_or_it_is_said_that_nobody_does(known: People, rung: str, days: int):
    said = told(rung, LADDER, known, HERE, at("10-05 12:00") + timedelta(days=days))
    assert said.recipients or said.remarks
    assert said.rung == rung or (said.recipients and said.remarks)
    assert not (said.skipped and said.recipients)


@given(anybody(), ROLE_LISTS, st.integers(0, 7))
def test_nobody_who_is_away_is_told_and_nobody_twice(known: People, to, days: int):
    now = at("10-05 12:00") + timedelta(days=days)
    found = names(RungPolicy(name="red", to=to), known, now=now)
    assert len(set(found)) == len(found)
    assert all(known.persons[key].back(now.date()) is None for key in found)


@given(anybody(), ROLE_LISTS)
def test_where_nobody_is_away_everybody_who_is_told_holds_the_post_or_is_on_its_rota(known, to):
    there = {key: Person(key=key, name=key, posts=it.posts) for key, it in known.persons.items()}
    rota = People(persons=there, shifts=known.shifts)
    for key in names(RungPolicy(name="red", to=to), rota):
        posts = {it.role for it in there[key].posts}
        duties = {it.post.role for it in rota.shifts if key in it.people}
        assert (posts | duties) & set(to)
