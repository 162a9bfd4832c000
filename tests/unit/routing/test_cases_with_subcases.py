"""A case that takes in further items: sub-cases under one code and one budget."""

from pathlib import Path
from typing import Any

import pytest

from services.routing.catalogue import check_catalogue, load_catalogue
from services.routing.catalogue.items import item_of
from services.routing.plan import Item, Subitem
from services.routing.subitems import expanded
from shared.messages import Limit, MaterialRule
from shared.messages.progress import Decided, Opened, Refused, Skipped, SubcaseDecided
from tests.unit.routing.building import ALL, Course, field, item, task, text
from tests.unit.routing.test_the_catalogue_is_checked import DEPARTMENTS, ITEM

BUDGET = Limit(amount=45, source="行政许可法第四十二条第二款")
LICENCE = item(
    task("check", "planning", results=(field("risky"),), sees=ALL),
    task("grant", "lead", after=("check",), when="results.check.risky"),
    key="licence",
    form=(field("area", "integer"), field("name", "text")),
)
HYGIENE = item(
    task("look", "ecology", sees=ALL),
    task("taste", "water"),
    task("sign", "lead", after=("look", "taste"), sees=ALL.__class__(opinions=("look",))),
    key="hygiene",
    form=(field("area", "integer"), field("food")),
    materials=(MaterialRule(name="menu", title=text("menu")),),
)
FORM = {"area": 5, "name": "湖畔", "food": True}


def matter(*, after: tuple[str, ...] = (), **more: Any) -> Item:
    parent = item(
        key="restaurant",
        form=(field("food"),),
        materials=(),
        statutory=BUDGET,
        subitems=(
            Subitem(key="l", item="licence"),
            Subitem(key="h", item="hygiene", when="form.food", after=after),
        ),
        **{"on_rejection": "collect", **more},
    )
    return expanded(parent, {"licence": LICENCE, "hygiene": HYGIENE})


def subcases(course: Course) -> dict[str, str]:
    return {it.subcase: it.outcome for it in course.changes if isinstance(it, SubcaseDecided)}


def test_what_several_items_ask_for_is_asked_for_once() -> None:
    whole = matter()
    assert [it.name for it in whole.form] == ["food", "area", "name"]
    assert [it.name for it in whole.materials] == ["plan", "deed", "menu"]
    assert [it.key for it in whole.tasks] == ["l-check", "l-grant", "h-look", "h-taste", "h-sign"]


def test_the_subcases_that_the_form_needs_are_opened_under_one_budget() -> None:
    course = Course(matter(), form=FORM)
    assert course.kinds()[:3] == ["Opened", "SubcaseOpened", "SubcaseOpened"]
    opened = course.changes[0]
    assert isinstance(opened, Opened)
    assert opened.statutory == BUDGET
    assert set(course.held()) == {"l-check", "h-look", "h-taste"}


def test_a_subcase_that_is_not_needed_is_skipped_whole() -> None:
    course = Course(matter(), form={**FORM, "food": False})
    skipped = [it for it in course.changes if isinstance(it, Skipped)]
    assert {it.task for it in skipped} == {"h-look", "h-taste", "h-sign"}
    assert {it.reason for it in skipped} == {"form.food: false"}
    course.tell(course.completion("l-check", results={"risky": False}))
    assert subcases(course) == {"l": "approved"}
    assert course.state.state == "decided"


def test_the_case_is_decided_when_all_of_its_subcases_are() -> None:
    course = Course(matter(), form=FORM)
    course.tell(course.completion("l-check", results={"risky": True}))
    assert "l-grant" in course.held()
    course.tell(course.completion("l-grant", "approved_with_conditions"))
    assert subcases(course) == {"l": "approved_with_conditions"}
    for key in ("h-look", "h-taste", "h-sign"):
        assert course.state.state == "handling"
        course.tell(course.completion(key))
    assert subcases(course) == {"l": "approved_with_conditions", "h": "approved"}
    assert course.kinds()[-2:] == ["SubcaseDecided", "Decided"]
    decided = course.changes[-1]
    assert isinstance(decided, Decided)
    assert (decided.outcome, decided.conditions) == ("approved_with_conditions", ("施工前报备",))
    (read,) = course.assigned("h-sign").opinions
    assert read.task == "h-look"


def test_a_subcase_waits_for_those_that_must_be_decided_before() -> None:
    course = Course(matter(after=("l",)), form=FORM)
    assert set(course.held()) == {"l-check"}
    course.tell(course.completion("l-check", results={"risky": False}))
    assert set(course.held()) == {"h-look", "h-taste"}


def test_a_rejection_ends_its_own_subcase_where_the_case_collects() -> None:
    course = Course(matter(), form=FORM)
    late = course.completion("h-taste")
    course.tell(course.completion("h-look", "rejected"))
    assert subcases(course) == {"h": "rejected"}
    assert course.held() == {"l-check": "planning"}
    course.tell(late)
    refused = course.changes[-1]
    assert isinstance(refused, Refused)
    assert refused.reason == "the task was cancelled before"
    course.tell(course.completion("l-check", results={"risky": False}))
    decided = course.changes[-1]
    assert isinstance(decided, Decided)
    assert (decided.outcome, decided.reasons[0]) == ("rejected", "不符合规划")
    assert subcases(course) == {"h": "rejected", "l": "approved"}


def test_a_rejection_ends_the_whole_case_where_it_stops() -> None:
    course = Course(matter(on_rejection="stop"), form=FORM)
    course.tell(course.completion("h-look", "rejected"))
    assert (course.state.state, course.held()) == ("decided", {})


def test_a_withdrawal_takes_back_the_tasks_of_every_subcase() -> None:
    course = Course(matter(), form=FORM)
    course.tell(course.withdrawal())
    assert (course.state.state, course.held()) == ("withdrawn", {})


PARENT = """\
item: matter
version: 1
title: {zh: 一件事, en: One matter}
lead: planning
applicants: [person]
statutory: {amount: 45, source: 行政许可法第四十二条}
form:
  - {name: wanted, title: {zh: 要, en: Wanted}, type: boolean}
subitems:
  - {key: first, item: building}
  - {key: second, item: other, when: form.wanted, after: [first]}
"""


def catalogue(tmp_path: Path, parent: str = PARENT, other: str = "") -> Path:
    (tmp_path / "items").mkdir(exist_ok=True)
    files = {"building": ITEM, "other": other or ITEM.replace("item: building", "item: other")}
    for name, content in {**files, "a-matter": parent}.items():
        (tmp_path / "items" / f"{name}.yaml").write_text(content, "utf-8")
    (tmp_path / "departments.yaml").write_text(DEPARTMENTS, "utf-8")
    return tmp_path


def test_a_published_version_holds_the_items_that_it_takes_in(tmp_path: Path) -> None:
    assert check_catalogue(catalogue(tmp_path)) == []
    loaded = load_catalogue(tmp_path).items["matter"]
    kept = item_of(loaded.document)
    assert kept == loaded
    assert [it.key for it in kept.tasks] == [
        "first-siting",
        "first-permit",
        "second-siting",
        "second-permit",
    ]
    assert kept.subcase["second"].title.en == "Building"
    changed = ITEM.replace("item: building", "item: other").replace("zh: 选址", "zh: 选地")
    again = load_catalogue(catalogue(tmp_path, other=changed)).items["matter"]
    assert again.digest != loaded.digest


@pytest.mark.parametrize(
    ("found", "planted", "said"),
    [
        ("item: other", "item: othr", "subitems[1].item: 'othr' is no item of this catalogue; did"),
        ("item: other", "item: matter", "takes in others itself"),
        ("after: [first]", "after: [frist]", "'frist' is no sub-case that stands before this one"),
        ("key: second", "key: first", "'first' is there twice"),
        ("form.wanted", "form.wnated", "`form.wnated` is not there"),
        ("amount: 45", "amount: 15", "statutory: of 15 cannot be kept: first-siting ->"),
        ("item: building}", "item: building, when: form.wanted}", "all have a condition"),
        ("name: wanted", "name: area", "asks for 'area' as integer, another as boolean"),
        ("subitems:\n", "promise: {}\nsubitems:\n", "promise"),
        (PARENT[PARENT.index("subitems") :], "", "tasks: is missing"),
    ],
)
def test_a_fault_of_what_is_taken_in_is_told(
    tmp_path: Path, found: str, planted: str, said: str
) -> None:
    assert found in PARENT
    faults = check_catalogue(catalogue(tmp_path, PARENT.replace(found, planted, 1)))
    assert any(said in str(fault) for fault in faults), faults
