"""Maps of event logs: one by hand, and a real one whose map another program has counted as well."""

from pathlib import Path

import pytest

from services.supervision import xes
from services.supervision.flow.figures import elapsed_in
from services.supervision.flow.flows import END, START, Flow
from services.supervision.flow.logs import courses
from services.supervision.flow.tally import flow_of
from services.supervision.replay import calendar_of
from shared.errors import Invalid
from tests.unit.supervision.flow.small import ELAPSED
from tests.unit.supervision.test_replay import AMSTERDAM, WABO


def trace(*events: tuple[str, str, str], **attributes: str) -> xes.Trace:
    keys = "concept:name", "lifecycle:transition", "time:timestamp"
    return xes.Trace(
        attributes={"concept:name": "one", **attributes},
        events=tuple(
            {**dict(zip(keys, event, strict=True)), "org:group": "window"} for event in events
        ),
    )


def day(text: str) -> str:
    return f"2026-09-{text}:00+08:00"


def inner(flow: Flow) -> dict[tuple[str, str], int]:
    """The edges between tasks."""
    return {
        (it.before, it.after): it.count
        for it in flow.edges
        if it.before != START and it.after != END
    }


def test_an_activity_is_assigned_begun_and_ended_by_its_transitions():
    told = trace(
        ("look", "assign", day("21T09:00")),
        ("look", "start", day("21T10:00")),
        ("look", "suspend", day("21T10:30")),
        ("look", "resume", day("21T10:40")),
        ("look", "complete", day("21T11:00")),
        ("fee", "autoskip", day("21T11:00")),
    )
    (course,) = courses([told], AMSTERDAM)
    (look,) = course.assignments
    assert [it.hour for it in (look.assigned, look.began, look.ended)] == [9, 10, 11]
    assert (look.outcome, look.stops, look.department) == ("completed", 1, "window")


def test_what_has_only_an_end_was_waited_for_since_the_end_before_it():
    told = trace(
        ("look", "complete", day("21T09:00")),
        ("fee", "complete", day("21T11:00")),
        startdate=day("21T09:00"),
    )
    flow = flow_of(courses([told], AMSTERDAM), ELAPSED)
    edge = flow.edge("look", "fee")
    assert edge
    assert (edge.waiting.total, flow.time.total) == (2, 2)


def test_a_case_without_an_end_of_anything_is_not_on_the_map_and_a_wrong_date_names_its_case():
    assert list(courses([trace(("look", "start", day("21T09:00")))], AMSTERDAM)) == []
    with pytest.raises(Invalid, match=r"time:timestamp: 'soon' is not a date \(case one\)"):
        list(courses([trace(("look", "complete", "soon"))], AMSTERDAM))


@pytest.mark.skipif(not WABO.exists(), reason=f"LEFT OUT: the real log {WABO.name} is not here")
def test_the_map_of_the_permit_log_is_the_one_that_pm4py_counts():
    flow = flow_of(courses(xes.read(Path(WABO)), AMSTERDAM), elapsed_in(calendar_of(AMSTERDAM)))
    edges = inner(flow)
    assert (flow.cases, len(flow.nodes), len(edges), sum(edges.values())) == (1434, 27, 99, 7143)
    assert sorted(edges.items(), key=lambda it: -it[1])[:5] == [
        (
            ("T04 Determine confirmation of receipt", "T05 Print and send confirmation of receipt"),
            1177,
        ),
        (
            (
                "T06 Determine necessity of stop advice",
                "T10 Determine necessity to stop indication",
            ),
            1165,
        ),
        (("T02 Check confirmation of receipt", "T04 Determine confirmation of receipt"), 1119),
        (("Confirmation of receipt", "T02 Check confirmation of receipt"), 1079),
        (
            (
                "T05 Print and send confirmation of receipt",
                "T06 Determine necessity of stop advice",
            ),
            791,
        ),
    ]
    start = flow.edge(START, "Confirmation of receipt")
    assert start
    assert start.count == 1434  # every case begins with it
    assert abs(sum(it.share for it in flow.bottlenecks) - 1) < 1e-9
