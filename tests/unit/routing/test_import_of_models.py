"""A BPMN 2.0 model becomes the skeleton of an item, and says what it could not become."""

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from deploy.cli.do_catalogue import app
from services.routing.bpmn import UnreadableModel, Wanted, imported
from services.routing.bpmn.expressions import field_name, translated
from services.routing.bpmn.timers import limit_of
from services.routing.catalogue import check_catalogue
from services.routing.departments import Department, Departments
from shared.errors import Invalid, NotFound
from shared.messages import Text

MODEL = Path(__file__).parent / "models" / "market-stall.bpmn"
KNOWN = Departments(
    {
        key: Department(key=key, title=Text(zh=zh, en=key.title()))
        for key, zh in (("planning", "规划局"), ("archives", "档案馆"), ("fire", "消防"))
    }
)
MAPPING = "departments:\n" + "".join(
    f"  {it.key}: {{title: {{zh: {it.title.zh}, en: {it.title.en}}}}}\n" for it in KNOWN.values()
)
NAMESPACE = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'


def of(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(imported(content, Wanted(department="fire"), KNOWN).text)
    return found


def process(*elements: str) -> bytes:
    inner = "".join(elements)
    return f'<definitions {NAMESPACE}><process id="p">{inner}</process></definitions>'.encode()


def node(kind: str, key: str, name: str = "", inner: str = "", **more: str) -> str:
    said = "".join(f" {it}={quoteattr(value)}" for it, value in more.items())
    return f"<{kind} id={quoteattr(key)} name={quoteattr(name)}{said}>{inner}</{kind}>"


def flow(source: str, target: str, condition: str = "", name: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return (
        f'<sequenceFlow id="{source}-{target}" name={quoteattr(name)}'
        f' sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    (tmp_path / "items").mkdir()
    (tmp_path / "departments.yaml").write_text(MAPPING, "utf-8")
    return tmp_path


def test_the_flow_of_a_model_is_the_plan_of_the_item() -> None:
    item = of(MODEL.read_bytes())
    tasks = {it["key"]: it for it in item["tasks"]}
    assert {key: it.get("after", []) for key, it in tasks.items()} == {
        "check-the-site": [],
        "fire": ["check-the-site"],
        "look-up-the-soil": ["check-the-site"],
        "power-line": ["fire", "look-up-the-soil"],
        "sign": ["fire", "look-up-the-soil"],
        "decide": ["power-line", "sign"],
        "file": ["decide"],
    }
    assert {key: it["when"] for key, it in tasks.items() if "when" in it} == {
        "fire": "form.stall_area > 20 && form.indoors == false",
        "look-up-the-soil": "form.stall_area > 20 && form.indoors == false",
        "power-line": "form.extras_needs_power",
        "sign": "form.extras_needs_a_sign",
    }
    assert tasks["check-the-site"]["handling"]["amount"] == 5
    assert tasks["check-the-site"]["silence"] == "escalate"
    assert tasks["look-up-the-soil"]["department"] == "archives"
    assert tasks["decide"]["department"] == "planning"
    types = {it["name"]: it["type"] for it in item["form"]}
    assert types["stall_area"] == "number"
    assert set(types.values()) == {"number", "boolean"}


def test_every_element_of_the_model_is_accounted_for() -> None:
    found = imported(MODEL.read_bytes(), Wanted(), KNOWN)
    left = {it.id for it in found.notes if not it.carried}
    assert {"applicant", "m1", "paper", "back", "nudge", "told", "-"} <= left
    told = {it.id for it in found.notes}
    named = [line.split('id="')[1].split('"')[0] for line in MODEL.read_text("utf-8").splitlines()
             if ' id="' in line and "sequenceFlow" not in line]  # fmt: skip
    assert set(named) - told == {"d1", "c1", "pool1", "pool2", "stall", "ls", "l1"} | {"l2"}
    assert any("for_each" in it.said for it in found.notes)


def test_the_command_writes_a_skeleton_that_the_check_accepts(catalogue: Path) -> None:
    out = catalogue / "items" / "stall.yaml"
    given = "import", str(MODEL), "--catalogue", str(catalogue), "--department", "fire"
    shown = CliRunner().invoke(app, [*given, "--out", str(out), "--key", "stall"])
    assert shown.exit_code == 0, shown.exception
    assert "NOT carried over" in shown.stderr
    assert check_catalogue(catalogue) == []
    told = json.loads(CliRunner().invoke(app, [*given, "--key", "stall", "--json"]).stdout)
    assert told["yaml"] == out.read_text("utf-8")
    assert told["item"] == "stall"
    assert 1 in told["todo"]
    again = CliRunner().invoke(app, [*given, "--out", str(out)])
    assert "is there already" in str(again.exception)
    missing = CliRunner().invoke(app, ["import", str(catalogue / "nowhere.bpmn")])
    assert isinstance(missing.exception, NotFound)


def test_who_is_not_named_is_left_to_be_said(catalogue: Path) -> None:
    found = imported(process(node("task", "a", "A")), Wanted(key="x"), KNOWN)
    (catalogue / "items" / "x.yaml").write_text(found.text, "utf-8")
    assert [it.field for it in check_catalogue(catalogue)] == ["lead", "tasks[0].department"]
    assert "department: todo-department" in found.text


def test_a_choice_without_conditions_is_asked_of_the_applicant() -> None:
    item = of(
        process(
            node("startEvent", "s"),
            node("exclusiveGateway", "g", "它大吗 large"),
            *(node("task", key, key) for key in "abc"),
            node("task", "z"),
            flow("s", "g"),
            *(flow("g", key, name=key.upper()) for key in "abc"),
            *(flow(key, "z") for key in "abc"),
        )
    )
    (field,) = item["form"]
    assert (field["name"], field["choices"]) == ("large", ["A", "B", "C"])
    assert [it.get("when") for it in item["tasks"]] == [
        *(f"form.large == '{key}'" for key in "ABC"),
        None,
    ]


def test_the_default_arrow_is_taken_where_no_other_is() -> None:
    item = of(
        process(
            node("exclusiveGateway", "g", default="g-c"),
            *(node("task", key) for key in "abc"),
            flow("g", "a", "= area > 10"),
            flow("g", "b", '= kind = "B" and area &lt;= 10'),
            flow("g", "c"),
        )
    )
    whens = {it["key"]: it["when"] for it in item["tasks"]}
    assert whens["b"] == 'form.kind == "B" && form.area <= 10'
    assert whens["c"] == '!((form.area > 10) || (form.kind == "B" && form.area <= 10))'


@pytest.mark.parametrize(
    ("said", "cel"),
    [
        ("${amount > 1000}", "form.amount > 1000"),
        ("#{!approved}", "! form.approved"),
        ("= a = 1 or not(b)", "form.a == 1 || ! (form.b)"),
        ("${totalAmount >= 1.5 && kind == 'A'}", "form.total_amount >= 1.5 && form.kind == 'A'"),
        ("${bean.check(x)}", None),
        ("${a > b}", None),
        ("${size(a) > 1}", None),
        ("${a == 1 && a == 'x'}", None),
        ("", None),
        ("true", None),
    ],
)
def test_conditions_are_taken_over_where_they_can_be(said: str, cel: str | None) -> None:
    found = translated(said)
    assert (found.cel if found else None) == cel


@pytest.mark.parametrize(
    ("duration", "limit"),
    [
        ("P5D", (5, "calendar_days")),
        ("P1W", (7, "calendar_days")),
        ("PT8H", (8, "working_hours")),
        ("P0D", None),
        ("P1M", None),
        ("P1DT2H", None),
        ("R3/PT1H", None),
        ("", None),
    ],
)
def test_durations_are_limits_where_a_limit_can_say_them(
    duration: str, limit: tuple[int, str] | None
) -> None:
    assert limit_of(duration) == limit


def test_one_timer_gives_the_limit_and_the_others_are_told() -> None:
    def timer(key: str, at: str, duration: str) -> str:
        inner = f"<timerEventDefinition><timeDuration>{duration}</timeDuration>"
        return node("boundaryEvent", key, inner=f"{inner}</timerEventDefinition>", attachedToRef=at)

    content = process(
        node("task", "a"),
        node("subProcess", "s", inner=node("task", "b")),
        flow("a", "s"),
        timer("first", "a", "P2D"),
        timer("second", "a", "P9D"),
        timer("third", "s", "P5D"),
    )
    found = imported(content, Wanted(department="fire"), KNOWN)
    (task, inner) = yaml.safe_load(found.text)["tasks"]
    assert (task["handling"]["amount"], inner["after"]) == (2, ["a"])
    assert "handling" not in inner
    assert {it.id: it.carried for it in found.notes if it.element == "boundaryEvent"} == {
        "first": True,
        "second": False,
        "third": False,
    }


def test_names_become_names_of_form_fields() -> None:
    assert [field_name(it) for it in ("totalAmount", "是否 OK?", "大", "2nd", "in")] == [
        "total_amount",
        "ok",
        "",
        "f_2nd",
        "in_",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE d [<!ENTITY a 'b'>]><d/>", "declares a document type"),
        (b"<definitions", "is not XML"),
        (b"<log/>", "begins with <log>"),
        (f"<definitions {NAMESPACE}/>".encode(), "holds no <process>"),
        (process("<task/>"), "has a <task> without an id"),
        (b"<a>" * 200, "more than 100 elements deep"),
    ],
)
def test_what_is_no_model_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableModel, match=said):
        imported(content, Wanted(), KNOWN)
    assert issubclass(UnreadableModel, Invalid)


WORDS = st.text("aB中'\"\\\\${}<&:#-!%@ \n", max_size=12)
CONDITIONS = st.sampled_from(["", "", "${a > 1}", '= kind = "x"', "${!b}", "${a}", "${f(a)}", "<&"])
KINDS = ["task", "userTask", "exclusiveGateway", "inclusiveGateway", "parallelGateway"]


@st.composite
def models(draw: st.DrawFn) -> bytes:
    """Any steps and gateways, joined anyhow, in circles too."""
    kinds = draw(st.lists(st.sampled_from([*KINDS, "endEvent"]), min_size=1, max_size=9))
    places = st.integers(0, len(kinds) - 1)
    ends = draw(st.lists(st.tuples(places, places), max_size=16, unique=True))
    nodes = [node(kind, f"n{place}", draw(WORDS)) for place, kind in enumerate(kinds)]
    flows = [flow(f"n{a}", f"n{b}", escape(draw(CONDITIONS)), draw(WORDS)) for a, b in ends]
    return process(*nodes, node("task", "always"), *flows)


@given(content=models())
@settings(max_examples=100, deadline=None)
def test_any_flow_gives_an_item_that_can_be_handled(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "items").mkdir()
    (folder / "departments.yaml").write_text(MAPPING, "utf-8")
    found = imported(content, Wanted(department="fire"), KNOWN)
    (folder / "items" / "x.yaml").write_text(found.text, "utf-8")
    assert [str(it) for it in check_catalogue(folder)] == []
