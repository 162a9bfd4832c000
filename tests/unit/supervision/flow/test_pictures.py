"""Where the parts of a map stand, and the picture that is drawn of it."""

import xml.etree.ElementTree as ET
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.supervision.flow.drawing import heat, svg
from services.supervision.flow.flows import END, START
from services.supervision.flow.layout import layout
from services.supervision.flow.lettering import two_lines, width
from services.supervision.flow.standalone import standalone
from services.supervision.flow.tally import flow_of
from services.supervision.flow.thinning import drawn
from services.supervision.flow.words import Words, percent
from shared.messages.parts import Text
from tests.unit.supervision.flow.small import ELAPSED, again, case, side_by_side, task

SVG = "{http://www.w3.org/2000/svg}"
EDGES = st.dictionaries(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), st.integers(1, 9), max_size=14
)


def test_what_follows_stands_below_and_what_runs_side_by_side_beside_each_other():
    flow = flow_of([side_by_side()], ELAPSED)
    tasks = [START, *(it.task for it in flow.nodes), END]
    where = layout(tasks, {(it.before, it.after): it.count for it in flow.edges}, START, END)
    layers = {name: layer for name, (_column, layer) in where.places.items()}
    assert layers == {START: 0, "look": 1, "fire": 2, "water": 2, "decide": 3, END: 4}
    assert abs(where.places["fire"][0] - where.places["water"][0]) >= 1


def test_what_goes_back_goes_upward_and_moves_no_task_that_leads_to_it():
    edges = {(START, "a"): 9, ("a", "b"): 9, ("b", "a"): 8, ("b", END): 9}
    where = layout([START, "a", "b", END], edges, START, END)
    assert [where.places[it][1] for it in (START, "a", "b", END)] == [0, 1, 2, 3]
    assert [layer for _column, layer in where.ways["b", "a"]] == [2, 1]


@given(EDGES)
def test_any_edges_have_a_way_and_no_two_tasks_stand_in_one_place(edges):
    found = {(START, name): 1 for name in "abcdef"} | edges | {("a", END): 1}
    where = layout([START, *"abcdef", END], found, START, END)
    for ends, way in where.ways.items():
        assert (way[0], way[-1]) == (where.places[ends[0]], where.places[ends[1]])
        assert len({layer for _column, layer in way}) == len(way)
    assert where.ways.keys() == {ends for ends in found if ends[0] != ends[1]}
    row = Counter((layer, round(column, 6)) for column, layer in where.places.values())
    assert max(row.values()) == 1
    assert all(
        layer < where.places[END][1] for name, (_c, layer) in where.places.items() if name != END
    )


def test_the_picture_says_every_figure_in_words_and_leads_to_what_is_behind_it():
    flow = flow_of([side_by_side(), again()], ELAPSED)
    words = Words(language="en", titles={"look": Text(zh="看", en="A look & more")})
    found = ET.fromstring(svg(flow, words, link=lambda *ends: f"/cases?{'+'.join(ends)}"))
    titles = [it.text or "" for it in found.iter(f"{SVG}title")]
    told = "A look & more: 3 times, handled for 1 h (median, without stops; with them 1 h), 29% of"
    assert f"{told} the whole time" in titles
    assert any(it.startswith("A look & more → A look & more: 1 times") for it in titles)
    addresses = [it.attrib["href"] for it in found.iter(f"{SVG}a")]
    assert "/cases?look+fire" in addresses
    assert "/cases?decide+" in addresses
    assert len(addresses) == len(flow.nodes) + len(flow.edges)


def test_a_picture_that_leads_nowhere_has_no_links_and_one_that_stands_alone_its_style():
    flow = flow_of([side_by_side()], ELAPSED)
    text = svg(flow, Words(language="zh"))
    assert "<a " not in text
    assert "style" not in text
    alone = ET.fromstring(standalone(text, "a <b>"))
    assert alone.findtext(f"{SVG}title") == "a <b>"
    assert ".flow-box" in (alone.findtext(f"{SVG}style") or "")


def test_what_takes_more_of_the_time_is_darker():
    assert [heat(it) for it in (0.0, 0.02, 0.06, 0.15, 0.9)] == [0, 1, 2, 3, 4]


def test_rare_ways_are_left_out_of_the_picture_but_nothing_hangs_loose():
    usual = [case(str(n), "21 09:00", "21 10:00", _one("a", "21 10:00")) for n in range(60)]
    rare = case(
        "rare", "21 09:00", "21 12:00", _one("a", "21 10:00"), _one("b", "21 11:00", "21 10:00")
    )
    flow = flow_of([*usual, rare], ELAPSED)
    assert {(it.before, it.after) for it in drawn(flow)} == {
        (START, "a"),
        ("a", END),
        ("a", "b"),
        ("b", END),
    }
    both = [
        case(
            "both", "21 09:00", "21 12:00", _one("b", "21 10:00"), _one("a", "21 11:00", "21 10:00")
        )
    ]
    more = flow_of([*usual, rare, *both], ELAPSED)
    assert len(drawn(more)) < len(more.edges) == len(drawn(more, 0.0))


def _one(name, ended, began="21 09:00"):
    return task(name, "window", began, began, ended)


def test_times_are_told_in_the_unit_that_a_person_would_use():
    zh, en = Words(language="zh"), Words(language="en")
    assert [en.time(it) for it in (0.25, 2.0, 7.0, 24.5, 700)] == [
        "15 min",
        "2 h",
        "1 d",
        "3.5 d",
        "100 d",
    ]
    assert [zh.time(it) for it in (0.25, 2.0, 7.0, None)] == ["15 分", "2 小时", "1 工作日", "–"]
    assert [percent(it) for it in (0.0, 0.004, 0.456)] == ["0%", "0.4%", "46%"]


def test_a_long_title_takes_two_lines_and_loses_its_end():
    assert two_lines("Fee", 10) == ["Fee"]
    assert two_lines("Environmental registration", 23) == ["Environmental", "registration"]
    lines = two_lines("公共场所卫生许可与特种行业许可联合审查意见", 20)
    assert lines[1].endswith("…")
    assert all(width(it) <= 20 for it in lines)
