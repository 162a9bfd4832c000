"""What would happen to a case, with dates that a person counts, and the plan as a picture."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from deploy.cli import forecasting
from deploy.cli.do_catalogue import app
from deploy.forecast import Forecast, Supposed, forecast
from services.routing.departments import Department, Departments
from services.routing.drawing import mermaid, svg
from services.routing.drawing.layout import layout
from services.routing.plan import Item
from shared.conditions import ConditionFailed
from shared.errors import Invalid, NotFound
from shared.messages import Limit, MaterialRule, Text
from shared.worktime import china
from tests.unit.routing.building import ALL, DEPARTMENTS, field, item, task, text
from tests.unit.routing.test_any_plan_comes_to_an_end import plans
from tests.unit.routing.test_the_guide_and_the_example_catalogue import PROJECT

FRIDAY = datetime.fromisoformat("2026-09-18T09:30:00+08:00")
FORM = {"area": 100, "dirty": False}


def days(amount: int, unit: Any = "working_days") -> Limit:
    return Limit(amount=amount, unit=unit, source="承诺")


def told(of: Item, form: dict[str, Any] | None = None, **results: Any) -> Forecast:
    supposed = Supposed(form=form or FORM, begins=FRIDAY, results=results)
    return forecast(of, DEPARTMENTS, supposed, china())


def ends(found: Forecast) -> dict[str, str]:
    return {it.task: f"{china().local(it.ends):%m-%d %H:%M}" for it in found.tasks}


CHAIN = item(
    task("a", handling=days(5), acceptance=days(4, "working_hours")),
    task("b", "archives", after=("a",), handling=days(3), results=(field("flag"),)),
    task("c", after=("a",), when="form.dirty", handling=days(9)),
    task("d", after=("b", "c"), when="results.b.flag"),
    statutory=days(20),
    promised=days(7),
)


def test_every_task_ends_on_the_last_day_of_its_limit() -> None:
    # Sunday 20 September is worked, 25 to 27 are off: the 5th working day after Friday 18 is
    # Thursday 24, the 3rd after that Wednesday 30; the 7th is Tuesday 29, the 20th 22 October.
    found = told(CHAIN)
    assert ends(found) == {"a": "09-24 17:00", "b": "09-30 17:00"}
    assert [(it.task, it.reason) for it in found.skipped] == [
        ("c", "form.dirty: false"),
        ("d", "results.b.flag: false"),
    ]
    assert (found.outcome, found.longest) == ("approved", ("a", "b"))
    assert found.promised is not None
    assert found.statutory is not None
    assert found.promised < found.ends < found.statutory
    assert f"{china().local(found.promised):%m-%d}" == "09-29"
    assert f"{china().local(found.statutory):%m-%d}" == "10-22"
    assert f"{found.tasks[0].accept_by:%m-%d %H:%M}" == "09-18 14:30"


def test_what_departments_state_is_assumed_to_be_the_least_unless_it_is_said() -> None:
    assert told(CHAIN).assumed == {"b": {"flag": False}}
    found = told(CHAIN, b={"flag": True})
    assert found.assumed == {}
    assert ends(found)["d"] == "09-30 17:00"
    assert found.longest == ("a", "b", "d")


def test_the_longest_way_leads_through_what_was_waited_for() -> None:
    assert told(CHAIN, {"area": 1, "dirty": True}, b={"flag": True}).longest == ("a", "c", "d")


def test_materials_are_those_that_the_form_calls_for() -> None:
    assert [it.name for it in told(CHAIN).materials] == ["plan", "deed"]


def test_what_departments_have_issued_is_not_asked_for_but_fetched() -> None:
    licence = MaterialRule(name="licence", title=text("licence"), issued_by="water")
    shop = item(task("a", sees=ALL), materials=(*CHAIN.materials, licence))
    found = told(shop)
    assert [it.name for it in found.materials] == ["plan", "deed"]
    assert [(it.name, it.issued_by) for it in found.fetched] == [("licence", "water")]
    plain = forecasting.plain(shop, found, china())
    assert [it["name"] for it in plain["materials"]] == ["plan", "deed"]
    assert plain["fetched"] == [{"name": "licence", "department": "water"}]


def test_the_person_reads_what_is_fetched_apart(capsys: pytest.CaptureFixture[str]) -> None:
    licence = MaterialRule(name="licence", title=text("licence"), issued_by="water")
    shop = item(task("a", sees=ALL), materials=(*CHAIN.materials, licence))
    forecasting.show(told(shop), china())
    said = capsys.readouterr().out
    assert "materials: plan, deed\n" in said
    assert "not asked for, departments have it: licence (water)\n" in said


@pytest.mark.parametrize(
    ("form", "results", "said"),
    [
        ({"area": "x", "dirty": True}, {}, "form.area: must be of type integer"),
        ({"area": 1}, {}, "form.dirty: is missing"),
        (FORM | {"aera": 1}, {}, "form.aera: is not asked for"),
        (FORM, {"x": {}}, "results.x: is no task"),
        (FORM, {"b": {"flag": 1}}, "results.b.flag: must be of type boolean"),
    ],
)
def test_what_cannot_be_is_not_forecast(
    form: dict[str, Any], results: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid, match=re.escape(said)):
        told(CHAIN, form, **results)


def test_a_condition_that_gives_no_answer_is_said() -> None:
    with pytest.raises(ConditionFailed):
        told(item(task("a"), task("b", after=("a",), when="results.a.flag")))


@given(plan=plans())
@settings(max_examples=50, deadline=None)
def test_any_plan_can_be_forecast_and_drawn_without_anything_on_top_of_another(plan: Item) -> None:
    found = told(plan)
    reviewers = sum(len(it.joint_with) for it in plan.tasks)
    assert len(found.tasks) + len(found.skipped) <= len(plan.tasks) + reviewers
    assert found.outcome == "approved"
    where = layout(plan)
    passed = [place for line in where.lines.values() for place in line[1:-1]]
    taken = [*where.boxes.values(), *passed]
    assert len(set(taken)) == len(taken)
    for (early, late), line in where.lines.items():
        assert (line[0], line[-1]) == (where.boxes[early], where.boxes[late])
        columns = [column for column, _ in line]
        assert columns == list(range(columns[0], columns[-1] + 1))
    picture = ElementTree.fromstring(svg(plan))
    assert len(picture.findall(".//{*}rect")) == len(plan.tasks)
    assert len(picture.findall("{*}path")) == sum(len(it.after) for it in plan.tasks)


def test_words_that_mean_something_to_the_picture_are_escaped() -> None:
    plan = item(task('a<b & "c"', when="form.area > 3", sees=ALL))
    assert ElementTree.fromstring(svg(plan)).find(".//{*}g/{*}text").text == 'a<b & "c"'  # type: ignore[union-attr]
    assert 't0["a#lt;b #amp; #quot;c#quot;<br/>planning<br/>form.area #gt; 3"]' in mermaid(plan)


def test_the_longest_way_is_marked_in_both_pictures() -> None:
    chart, picture = mermaid(CHAIN), ElementTree.fromstring(svg(CHAIN))
    assert "class t0,t2,t3 longest" in chart
    assert "linkStyle 1,3 " in chart
    boxes = {it.get("id"): it.find("{*}rect") for it in picture.findall("{*}g")}
    marked = {key for key, box in boxes.items() if "longest" in (box.get("class") or "")}  # type: ignore[union-attr]
    assert marked == {"a", "c", "d"}
    assert len([it for it in picture.findall("{*}path") if it.get("class")]) == 2


def test_boxes_name_the_departments_and_lines_are_level_where_they_can_be() -> None:
    assert "Planning Bureau" in svg(CHAIN, "en", BUREAU)
    assert "Planning Bureau<br/>5 working days" in mermaid(CHAIN, "en", BUREAU)
    assert "after the decision" in svg(item(task("a"), VERIFIED), "en")
    assert "about 14 working days" in svg(CHAIN, "en")
    where = layout(item(task("a"), task("b"), task("c", after=("a",)), task("d", after=("c", "b"))))
    passed = where.lines[("b", "d")]
    assert passed[0][1] == passed[1][1]


BUREAU = Departments(
    {"planning": Department(key="planning", title=Text(zh="规划局", en="Planning Bureau"))}
)
VERIFIED = task("v", on_promise="verify")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def form(tmp_path: Path) -> str:
    (tmp_path / "form.json").write_text(json.dumps(PROJECT), "utf-8")
    return str(tmp_path / "form.json")


def test_the_command_says_when_a_project_would_be_approved(form: str) -> None:
    arguments = ("simulate", "investment-project", "--form", form, "--begin", "2026-09-18T09:30:00")
    shown = run(*arguments)
    assert shown.exit_code == 0, shown.exception
    assert "promised limit 2026-11-05 17:00: kept" in shown.output
    found = json.loads(run(*arguments, "--json").output)
    assert found["statutory_due"] == "2026-11-26T17:00:00+08:00"
    assert (found["kept"], found["outcome"]) == (True, "approved")
    assert found["longest_way"][0] == "siting"
    assert found["tasks"][0]["ends"] == "2026-09-24T17:00:00+08:00"


def test_the_command_refuses_a_file_that_holds_no_form(tmp_path: Path, form: str) -> None:
    (tmp_path / "list.yaml").write_text("- a\n")
    said = run("simulate", "birth", "--form", str(tmp_path / "list.yaml")).exception
    assert "must be a mapping" in str(said)
    said = run("simulate", "birth", "--form", str(tmp_path / "none.yaml")).exception
    assert isinstance(said, NotFound)
    assert isinstance(run("simulate", "brith", "--form", form).exception, NotFound)


def test_the_command_draws_to_the_screen_and_into_a_file(tmp_path: Path) -> None:
    assert run("draw", "birth").output.startswith("flowchart LR\n")
    assert "Birth certificate" in run("draw", "birth", "--language", "en", "--as", "svg").output
    assert run("draw", "birth", "--out", str(tmp_path / "plan.svg")).output == ""
    assert ElementTree.parse(tmp_path / "plan.svg").getroot().tag.endswith("svg")
