"""What holds for the courses of any cases, whatever ran beside what."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.supervision.flow.courses import Assignment, Course, course
from services.supervision.flow.flows import END, START
from services.supervision.flow.tally import flow_of
from tests.unit.supervision.flow.small import ELAPSED, at

BEGIN = at("21 09:00")
MOMENTS = st.integers(0, 200).map(lambda hours: BEGIN + timedelta(hours=hours))
NAMES = st.sampled_from("abcd")


@st.composite
def assignments(draw: st.DrawFn) -> Assignment:
    times = sorted(draw(st.tuples(MOMENTS, MOMENTS, MOMENTS)))
    stops = sorted(draw(st.lists(MOMENTS, max_size=4)))
    name = draw(NAMES)
    return Assignment(
        task=name,
        node=name,
        department=draw(NAMES),
        assigned=times[0],
        began=times[1],
        ended=times[2],
        outcome=draw(st.sampled_from(["completed", "cancelled", "declined"])),
        stops=len(stops) // 2,
        stopped=tuple(pairwise(stops))[::2],
    )


@st.composite
def courses(draw: st.DrawFn) -> Course:
    return course("one", BEGIN, draw(MOMENTS), draw(st.lists(assignments(), max_size=6)))


@given(st.lists(courses(), max_size=4))
def test_waiting_handling_and_stops_on_the_longest_ways_are_the_whole_time_of_all_cases(cases):
    flow = flow_of(cases, ELAPSED)
    handled = [it.on_way + it.stopped_on_way for it in flow.nodes]
    parts = [*handled, *(it.on_way for it in flow.edges)]
    assert all(it.handling.total <= it.with_stops.total for it in flow.nodes)
    assert abs(sum(parts) - flow.time.total) < 1e-9
    assert abs(sum(it.share for it in flow.bottlenecks) - 1) < 1e-9 or not flow.time.total


@given(st.lists(courses(), max_size=4))
def test_as_many_come_to_a_task_as_are_handled_there_and_every_case_ends_once(cases):
    flow = flow_of(cases, ELAPSED)
    into = Counter[str]()
    for edge in flow.edges:
        into[edge.after] += edge.count
    assert into.pop(END, 0) == len(cases) == flow.cases
    assert into == {it.task: it.count for it in flow.nodes}


@given(courses())
def test_nothing_waits_or_is_handled_for_less_than_no_time(one):
    flow = flow_of([one], ELAPSED)
    assert all(it.waiting.total >= 0 for it in flow.edges)
    assert all(it.handling.total >= 0 for it in flow.nodes)


@given(st.lists(MOMENTS, min_size=1, max_size=8, unique=True), st.data())
def test_one_after_the_other_as_many_leave_a_task_as_come_to_it(moments, data):
    ordered = sorted(moments)
    tasks = [
        Assignment(task=name, node=name, department="a", assigned=begin, began=begin, ended=begin)
        for begin in ordered
        for name in [data.draw(NAMES)]
    ]
    flow = flow_of([course("one", BEGIN, ordered[-1], tasks)], ELAPSED)
    into, out = Counter[str](), Counter[str]()
    for edge in flow.edges:
        into[edge.after] += edge.count
        out[edge.before] += edge.count
    assert (out.pop(START), into.pop(END)) == (1, 1)
    assert into == out
