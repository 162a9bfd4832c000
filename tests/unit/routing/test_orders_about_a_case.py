"""What a named person orders: more time, another department, a correction, a merger."""

from pathlib import Path
from typing import Any

import pytest

from services.routing.answers import Origin
from services.routing.catalogue import check_catalogue
from services.routing.documents import progress_of, progress_text
from services.routing.merging import merge
from services.routing.plan import Item
from services.routing.step import Step
from shared.messages import ExtensionRule, MergeCase, Person, TaskCancelled, TaskSupplemented
from shared.messages.ordered import Absorbed, Corrected, Extended, Merged, Transferred
from shared.messages.progress import Refused
from tests.unit.routing.building import (
    ALL,
    CODE,
    DEPARTMENTS,
    NOW,
    Course,
    item,
    task,
    text,
)
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

RULE = ExtensionRule(amount=10, source="行政许可法第四十二条", by=text("机关负责人"))
FIRST = "330100-2609-0000001-00"
INTAKE = Origin(role="intake")


def plan(**more: Any) -> Item:
    return item(
        task("siting", sees=ALL), task("permit", "lead", after=("siting",)), extension=RULE, **more
    )


def last_refusal(course: Course) -> str:
    refused = course.changes[-1]
    assert isinstance(refused, Refused)
    assert not refused.forged
    return refused.reason


def test_the_named_person_extends_a_case_once_with_reason_and_legal_basis() -> None:
    course = Course(plan())
    course.tell(course.extension())
    extended = course.changes[-1]
    assert isinstance(extended, Extended)
    assert (extended.amount, extended.unit, extended.by) == (10, "working_days", "陈志远")
    assert (extended.reason, extended.legal_basis) == ("跨区协调", "第四十二条")
    course.tell(course.extension())
    assert "was extended before" in last_refusal(course)
    kept = progress_text(course.state.tasks, (), extended=course.state.extended)
    assert progress_of(kept)[2]


@pytest.mark.parametrize(
    ("of", "capacity", "said"),
    [
        (plan(), "科长", "陈志远: 机关负责人 grants the extension, not 科长"),
        (item(task("siting")), "机关负责人", "the item allows no extension"),
    ],
)
def test_nobody_else_extends_it_and_only_where_the_item_allows(
    of: Item, capacity: str, said: str
) -> None:
    course = Course(of)
    course.tell(course.extension(capacity=capacity))
    assert said in last_refusal(course)
    assert not course.state.extended


def test_a_decided_case_is_not_extended() -> None:
    course = Course(plan())
    course.tell(course.completion("siting", "rejected"))
    course.tell(course.extension())
    assert "is decided already" in last_refusal(course)


def test_an_extension_counts_in_the_unit_of_the_limit_that_it_extends(tmp_path: Path) -> None:
    rule = "extension: {amount: 9, unit: calendar_days, source: 法, by: {zh: 长, en: Head}}\n"
    wrong = ITEM.replace("form:\n", f"{rule}form:\n", 1)
    faults = [str(fault) for fault in check_catalogue(folder(tmp_path, wrong))]
    assert any("extension.unit: must be that of the statutory limit" in it for it in faults)


def test_a_task_is_transferred_and_its_first_department_told() -> None:
    course = Course(plan())
    old = course.completion("siting")
    course.tell(course.transfer("siting", "water"))
    assert course.kinds()[-2:] == ["Transferred", "Assigned"]
    moved = course.changes[-2]
    assert isinstance(moved, Transferred)
    assert (moved.department, moved.to, moved.by) == ("planning", "water", "陈志远")
    (told,) = [it for it in course.sent if isinstance(it, TaskCancelled)]
    assert (told.department, told.assignment) == ("planning", moved.assignment)
    assert course.held() == {"siting": "water"}
    course.tell(old)
    assert last_refusal(course) == "the department gave the task back earlier"
    course.tell(course.completion("siting"))
    assert course.held() == {"permit": "lead"}


def test_a_waiting_task_runs_again_with_its_new_department() -> None:
    course = Course(plan())
    course.tell(course.return_of("siting", "plan"))
    course.tell(course.transfer("siting", "water"))
    assert course.kinds()[-3:] == ["Resumed", "Transferred", "Assigned"]
    assert course.state.state == "handling"


@pytest.mark.parametrize(
    ("key", "department", "said"),
    [
        ("permit", "water", "no department has the task 'permit' in hand"),
        ("siting", "planning", "planning has the task already"),
        ("siting", "nobody", "there is no department 'nobody'"),
    ],
)
def test_what_cannot_be_transferred_is_refused(key: str, department: str, said: str) -> None:
    course = Course(plan())
    course.tell(course.transfer(key, department))
    assert said in last_refusal(course)
    assert course.held() == {"siting": "planning"}


def test_a_correction_is_a_new_entry_and_told_to_departments_at_work() -> None:
    course = Course(plan())
    course.tell(course.correction(area=120))
    corrected = course.changes[-1]
    assert isinstance(corrected, Corrected)
    (one,) = corrected.corrections
    assert (one.field, one.before, one.after) == ("area", "100", "120")
    (told,) = [it for it in course.sent if isinstance(it, TaskSupplemented)]
    assert told.form["area"] == 120


def test_a_decided_case_can_be_corrected_and_stays_decided() -> None:
    course = Course(plan())
    course.tell(course.completion("siting", "rejected"))
    course.tell(course.correction(note="决定书文号应为〔2026〕12号"))
    assert course.kinds()[-1] == "Corrected"
    assert (course.state.state, course.kinds().count("Decided")) == ("decided", 1)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "nothing is corrected"),
        ({"aera": 1}, "form.aera is not asked for"),
        ({"area": "x"}, "form.area must be of type integer"),
    ],
)
def test_a_correction_of_nothing_or_to_nonsense_is_refused(form: Any, said: str) -> None:
    course = Course(plan())
    course.tell(course.correction(**form))
    assert said in last_refusal(course)
    assert course.state.application.form["area"] == 100


def steps(**first: Any) -> tuple[Step, Step]:
    """The repeated case and the first one, each ready for a step."""
    second = Course(plan())
    one = Course(plan(), **{"case": FIRST, **first})
    made = [Step(it.state, it.item, DEPARTMENTS, NOW) for it in (second, one)]
    return made[0], made[1]


ORDER = MergeCase(case=CODE, at=NOW, into=FIRST, by="陈志远", reason="重复申请")


def test_a_repeated_application_is_closed_into_the_first() -> None:
    closed, kept = merge(*steps(), ORDER, INTAKE)
    assert closed.case.state == "withdrawn"
    assert [type(it).__name__ for it in closed.changes] == ["Cancelled", "Merged"]
    assert isinstance(closed.changes[-1], Merged)
    assert closed.changes[-1].into == FIRST
    assert kept is not None
    (absorbed,) = kept.changes
    assert isinstance(absorbed, Absorbed)
    assert (absorbed.case, kept.case.state) == (CODE, "handling")


def test_what_does_not_belong_together_is_not_merged() -> None:
    stranger = Person(kind="person", name="李四", number="330102199003072345")
    closed, kept = merge(*steps(applicant=stranger), ORDER, INTAKE)
    assert kept is None
    (refused,) = closed.changes
    assert isinstance(refused, Refused)
    assert "has another applicant" in refused.reason
    second, _ = steps()
    alone, _ = merge(second, None, ORDER, INTAKE)
    assert "cannot be merged into itself" in getattr(alone.changes[0], "reason", "")


def test_a_merger_that_comes_again_changes_nothing_but_the_record() -> None:
    second, first = steps()
    closed, kept = merge(second, first, ORDER, INTAKE)
    assert kept is not None
    again = [Step(it.case, plan(), DEPARTMENTS, NOW) for it in (closed, kept)]
    after, untouched = merge(again[0], again[1], ORDER, INTAKE)
    assert [type(it).__name__ for it in after.changes] == ["Refused"]
    assert untouched is None
