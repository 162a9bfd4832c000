"""Maps of small sets of cases that were worked out by hand."""

from services.supervision.flow.flows import END, START, Flow
from services.supervision.flow.tally import flow_of
from tests.unit.supervision.flow.small import ELAPSED, again, case, side_by_side, task


def counts(flow: Flow) -> dict[tuple[str, str], int]:
    return {(it.before, it.after): it.count for it in flow.edges}


def hours(flow: Flow, before: str, after: str) -> float:
    edge = flow.edge(before, after)
    assert edge
    return edge.waiting.total


def test_what_runs_side_by_side_follows_the_same_task_and_the_last_to_end_is_waited_for():
    flow = flow_of([side_by_side()], ELAPSED)
    assert counts(flow) == {
        (START, "look"): 1,
        ("look", "fire"): 1,
        ("look", "water"): 1,
        ("fire", "decide"): 1,
        ("decide", END): 1,
    }


def test_an_edge_waits_from_the_end_of_one_to_the_acceptance_of_the_next_in_hours_of_business():
    flow = flow_of([side_by_side()], ELAPSED)
    assert hours(flow, START, "look") == 1
    assert hours(flow, "look", "fire") == 2  # 11 to 12 and 13 to 14
    assert hours(flow, "look", "water") == 0
    assert hours(flow, "fire", "decide") == 1
    assert hours(flow, "decide", END) == 1


def test_a_task_is_handled_from_its_acceptance_to_its_end():
    flow = flow_of([side_by_side()], ELAPSED)
    handled = {it.task: it.handling.total for it in flow.nodes}
    assert handled == {"look": 1, "fire": 9, "water": 1, "decide": 2}


def test_bottlenecks_are_ranked_by_what_the_case_waited_for_and_make_up_its_whole_time():
    flow = flow_of([side_by_side()], ELAPSED)
    ranked = [(it.before, it.after, it.hours) for it in flow.bottlenecks]
    assert ranked[:2] == [("fire", "", 9), ("decide", "", 2)]
    assert flow.time.total == 17
    assert sum(it.hours for it in flow.bottlenecks) == 17
    assert "water" not in {it.before for it in flow.bottlenecks}  # nobody waited for it


def stopped_case(*stops: tuple[str, str]) -> Flow:
    """Fire, from Monday at 10 to Tuesday at 16; the hours of business between them are 12."""
    fire = task("fire", "fire-rescue", "21 09:00", "21 10:00", "22 16:00", stopped=stops)
    return flow_of([case("one", "21 09:00", "22 17:00", fire)], ELAPSED)


def test_a_task_is_handled_without_the_stops_of_its_clock_and_both_are_told():
    flow = stopped_case(("21 11:00", "21 14:00"), ("22 09:30", "22 10:00"))
    node = flow.node("fire")
    assert node
    assert (node.handling.total, node.with_stops.total, node.stops) == (9.5, 12, 2)
    shares = {(it.before, it.after, it.part): it.hours for it in flow.bottlenecks}
    assert shares == {
        ("fire", "", "handling"): 9.5,
        ("fire", "", "stopped"): 2.5,
        (START, "fire", "waiting"): 1,
        ("fire", END, "waiting"): 1,
    }
    assert abs(sum(it.share for it in flow.bottlenecks) - 1) < 1e-9


def test_of_a_stop_only_what_lies_between_acceptance_and_end_is_taken_off():
    flow = stopped_case(("21 09:00", "21 11:00"), ("22 15:00", "23 12:00"))
    assert [it.handling.total for it in flow.nodes] == [10]


def test_a_stop_outside_the_hours_of_business_takes_nothing_off():
    flow = stopped_case(("21 17:00", "22 09:00"))
    assert [it.handling.total for it in flow.nodes] == [12]


def test_a_department_waits_for_another_from_the_others_assignment_to_its_end():
    flow = flow_of([side_by_side()], ELAPSED)
    waits = {(it.department, it.on): it.time.total for it in flow.waits}
    assert waits == {
        ("fire-rescue", "window"): 2,
        ("water", "window"): 2,
        ("planning", "fire-rescue"): 11,
    }


def test_a_task_that_is_given_out_again_after_it_ended_is_rework_and_says_why():
    flow = flow_of([side_by_side(), again()], ELAPSED)
    (rework,) = flow.rework
    assert (rework.task, rework.count, rework.again, rework.cases) == ("look", 3, 1, 1)
    assert (rework.because, rework.returns, rework.hours) == ({"declined": 1}, 1, 5)
    assert counts(flow)["look", "look"] == 1


def test_parts_of_a_task_are_one_node_and_no_rework():
    parts = (
        task("look", "fire-rescue", "21 09:00", "21 09:00", "21 11:00", part="look-fire"),
        task("look", "water", "21 09:00", "21 09:00", "21 12:00", part="look-water"),
    )
    flow = flow_of([case("one", "21 09:00", "21 12:00", *parts)], ELAPSED)
    node = flow.node("look")
    assert node
    assert (node.count, node.cases) == (2, 1)
    assert node.departments == {"fire-rescue": 1, "water": 1}
    assert flow.rework == ()


def test_a_case_that_was_closed_without_a_task_goes_from_its_opening_to_its_close():
    flow = flow_of([case("one", "21 09:00", "21 10:00")], ELAPSED)
    assert counts(flow) == {(START, END): 1}
    assert hours(flow, START, END) == 1


def test_of_ends_at_one_moment_a_cancelled_task_is_not_what_was_waited_for():
    course = case(
        "one",
        "21 09:00",
        "21 11:00",
        task("fire", "fire-rescue", "21 09:00", "21 09:00", "21 11:00"),
        task("water", "water", "21 09:00", "21 09:00", "21 11:00", outcome="cancelled"),
    )
    assert ("fire", END) in counts(flow_of([course], ELAPSED))


def test_what_is_done_after_the_close_is_on_no_way():
    course = case(
        "one",
        "21 09:00",
        "21 11:00",
        task("look", "window", "21 09:00", "21 09:00", "21 11:00"),
        task("verify", "window", "21 11:00", "21 11:00", "25 11:00"),
    )
    flow = flow_of([course], ELAPSED)
    assert sum(it.hours for it in flow.bottlenecks) == flow.time.total == 2
    assert ("look", END) in counts(flow)


def test_no_cases_are_a_map_without_figures():
    flow = flow_of([], ELAPSED)
    assert (flow.cases, flow.nodes, flow.edges, flow.bottlenecks) == (0, (), (), ())
    assert flow.time.mean is None
