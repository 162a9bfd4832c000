"""Joint reviews, tasks for each element of a list, and cases that collect all opinions."""

from pathlib import Path
from typing import Any

import pytest

from services.routing.catalogue import check_catalogue
from services.routing.departments import Departments, Role
from services.routing.documents import progress_of, progress_text
from services.routing.plan import Item
from shared.messages.progress import Assigned, Completed, Decided
from tests.unit.routing.building import ALL, DEPARTMENTS, Course, deferral, field, item, task
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

SITES = field(
    "sites",
    "list",
    maximum=9,
    fields=(field("name", "text"), field("district", "choice", choices=("N", "S"))),
)
FORM = {
    "area": 1,
    "dirty": False,
    "sites": [{"name": "一号地", "district": "N"}, {"name": "二号地", "district": "S"}],
}


def review(**more: Any) -> Item:
    """A joint review by planning, fire and ecology, and a permit after it."""
    return item(
        task("review", joint_with=("fire", "ecology"), sees=ALL, **more),
        task("permit", "lead", after=("review",), sees=ALL),
    )


def answers(course: Course, **outcomes: str) -> None:
    for role, outcome in outcomes.items():
        course.tell(course.completion(f"review-{role}", outcome))


def joint(course: Course) -> list[Completed]:
    return [it for it in course.changes if isinstance(it, Completed) and it.task == "review"]


def test_every_department_of_a_joint_review_gets_a_part_of_its_own() -> None:
    course = Course(review())
    assert course.held() == {
        "review-planning": "planning",
        "review-fire": "fire",
        "review-ecology": "ecology",
    }
    parts = [it for it in course.changes if isinstance(it, Assigned)]
    assert [it.part_of for it in parts] == ["review"] * 3
    answers(course, planning="approved", fire="approved")
    assert joint(course) == []
    answers(course, ecology="approved_with_conditions")
    (done,) = joint(course)
    assert (done.outcome, done.conditions) == ("approved_with_conditions", ("施工前报备",))
    assert done.opinion == "3 of 3 approved, 3 needed"
    assert list(course.held()) == ["permit"]


def test_a_permit_reads_every_opinion_of_the_review() -> None:
    plan = review()
    sees = ALL.__class__(opinions=("review",))
    course = Course(item(plan.tasks[0], task("permit", "lead", after=("review",), sees=sees)))
    answers(course, planning="approved", fire="approved", ecology="approved")
    read = course.assigned("permit").opinions
    assert [(it.task, it.department) for it in read] == [
        ("review-planning", "planning"),
        ("review-fire", "fire"),
        ("review-ecology", "ecology"),
    ]


def test_where_all_must_approve_one_rejection_ends_the_case_at_once() -> None:
    course = Course(review())
    answers(course, fire="rejected")
    assert course.state.state == "decided"
    assert course.kinds()[-3:] == ["Cancelled", "Cancelled", "Decided"]


@pytest.mark.parametrize(
    ("fire", "ecology", "outcome"),
    [
        ("rejected", "approved", "approved"),
        ("approved_with_conditions", "rejected", "approved_with_conditions"),
        ("rejected", "rejected", "rejected"),
    ],
)
def test_a_quorum_hears_everybody_and_counts(fire: str, ecology: str, outcome: str) -> None:
    course = Course(review(decision="quorum", quorum=2))
    answers(course, fire=fire, ecology=ecology)
    assert course.state.state == "handling"
    answers(course, planning="approved")
    assert joint(course)[0].outcome == outcome
    assert (course.state.state == "decided") == (outcome == "rejected")


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_the_leads_say_counts_whatever_the_others_say(outcome: str) -> None:
    other = "rejected" if outcome == "approved" else "approved"
    course = Course(review(decision="lead", results=(field("flag", required=False),)))
    course.tell(course.completion("review-planning", outcome, results={"flag": True}))
    answers(course, fire=other, ecology=other)
    assert joint(course)[0].outcome == outcome
    if outcome == "approved":
        assert course.state.tasks["review"].results == {"flag": True}
        course.tell(course.completion("permit"))
        assert course.changes[-1].outcome == "approved"


def test_a_merged_bureau_gives_each_opinion_of_a_review() -> None:
    merged = {key: Role(key=key, department="lead") for key in ("planning", "fire", "ecology")}
    course = Course(review(), departments=Departments(DEPARTMENTS.by_key, merged))
    assert set(course.held().values()) == {"lead"}
    answers(course, planning="approved", fire="approved", ecology="approved")
    assert joint(course)[0].department == "lead"


def test_a_part_is_declined_returned_and_supplemented_like_any_task() -> None:
    course = Course(review())
    course.tell(course.decline("review-fire", "water"))
    assert course.held()["review-fire"] == "water"
    course.tell(course.return_of("review-ecology", "plan"))
    assert course.state.state == "suspended"
    course.tell(course.supplement("plan"))
    answers(course, planning="approved", fire="approved", ecology="approved")
    assert joint(course)[0].outcome == "approved"


def test_a_result_without_an_assignment_does_not_count_for_the_whole_review() -> None:
    course = Course(review())
    message = course.completion("review-fire", assignment="", department="fire")
    assert [it.forged for it in course.tell(message).changes] == [True]


def each(**more: Any) -> Item:
    return item(
        task("inspection", for_each="form.sites", sees=ALL, results=(field("flag"),), **more),
        task("permit", "lead", after=("inspection",)),
        form=(*item().form, SITES),
    )


def test_each_element_has_a_part_that_sees_its_own_element_only() -> None:
    course = Course(each(), form=FORM)
    assert sorted(course.held()) == ["inspection-1", "inspection-2"]
    assert course.assigned("inspection-2").form["sites"] == [FORM["sites"][1]]
    assert course.assigned("inspection-1").title.zh == "inspection（1）"
    course.tell(course.completion("inspection-1", results={"flag": True}))
    assert "permit" not in course.held()
    course.tell(course.completion("inspection-2", results={"flag": False}))
    assert list(course.held()) == ["permit"]


def test_a_supplement_shows_a_part_its_own_element_only() -> None:
    course = Course(each(), form=FORM)
    course.tell(course.supplement(form={"sites": [{"name": "甲"}, {"name": "乙"}]}))
    assert [it.form["sites"] for it in course.sent[-2:]] == [[{"name": "甲"}], [{"name": "乙"}]]


def test_the_element_chooses_the_department_of_its_part() -> None:
    role = Role(key="planning", department="lead", by="form.district", departments={"S": "water"})
    course = Course(
        each(), form=FORM, departments=Departments(DEPARTMENTS.by_key, {role.key: role})
    )
    assert course.held() == {"inspection-1": "lead", "inspection-2": "water"}


@pytest.mark.parametrize("form", [{"sites": []}, {}, {"sites": None}])
def test_a_task_for_each_element_of_nothing_is_skipped(form: dict[str, Any]) -> None:
    course = Course(each(), form={"area": 1, "dirty": False, **form})
    assert course.changes[1].reason == "form.sites: empty"
    assert list(course.held()) == ["permit"]


def test_a_case_that_collects_opinions_is_decided_when_all_are_there() -> None:
    plan = item(
        task("a"), task("b", "fire"), task("c", "lead", after=("a",)), on_rejection="collect"
    )
    course = Course(plan)
    course.tell(course.completion("a", "rejected", opinion="不符合规划", legal_basis="第一条"))
    assert sorted(course.held()) == ["b", "c"]
    course.tell(course.completion("b", "rejected", opinion="通道不足", legal_basis="第二条"))
    course.tell(course.completion("c"))
    decided = course.changes[-1]
    assert isinstance(decided, Decided)
    assert decided.outcome == "rejected"
    assert decided.reasons == ("不符合规划", "第一条", "通道不足", "第二条")


def test_a_rejection_that_was_collected_does_not_wait_for_promised_materials() -> None:
    course = Course(item(task("a"), on_rejection="collect"), deferrals=(deferral(),))
    course.tell(course.completion("a", "rejected"))
    assert course.state.state == "decided"


def test_a_case_with_parts_is_kept_whole() -> None:
    course = Course(review(decision="quorum", quorum=1), form=FORM)
    answers(course, fire="rejected", planning="approved")
    kept = progress_text(course.state.tasks, ())
    assert progress_of(kept)[0] == course.state.tasks


PARTED = ITEM.replace(
    "    sees: {form: all, materials: all}\n",
    "    sees: {form: all, materials: all}\n    PLANTED\n",
).replace(
    "required: false}\nmaterials",
    "required: false}\n  - {name: sites, title: {zh: 地, en: S}, type: list, maximum: 9, fields: "
    "[{name: n, title: {zh: 名, en: N}, type: text}]}\nmaterials",
)


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("for_each: form.kind", "tasks[0].for_each: `form.kind` is no list of the form"),
        ("for_each: form.site", "`form.site` is no list of the form; did you mean 'sites'?"),
        ("for_each: sites", "tasks[0].for_each: must be form.NAME of a list"),
        ("joint_with: [archive]", "joint_with[0]: 'archive' is no department of departments.yaml"),
        ("joint_with: [planning]", "tasks[0].joint_with[0]: 'planning' is there twice"),
        ("decision: lead", "tasks[0].decision: is for a joint review"),
        ("joint_with: [archives]\n    decision: quorum", "quorum: goes together with `decision"),
        ("joint_with: [archives]\n    quorum: 1", "quorum: goes together with `decision"),
        (
            "joint_with: [archives]\n    decision: quorum\n    quorum: 3",
            "tasks[0].quorum: is more than the 2 who review",
        ),
        ("joint_with: [archives]\n    for_each: form.sites", "does not go together with `for_eac"),
        ("joint_with: [archives]", "`results.siting.hazard` is not there when the condition is"),
        ("for_each: form.sites", "`results.siting.hazard` is not there when the condition is"),
    ],
)
def test_a_fault_of_a_task_with_parts_is_told(tmp_path: Path, planted: str, said: str) -> None:
    faults = check_catalogue(folder(tmp_path, PARTED.replace("PLANTED", planted)))
    assert any(said in str(fault) for fault in faults), faults


@pytest.mark.parametrize(
    ("found", "planted", "said"),
    [
        ("maximum: 9, ", "", "needs a list of at most 100 elements: give sites a maximum"),
        ("form: all", "form: [area]", "goes through sites, which the task does not see"),
        ("key: permit", "key: siting-2", "has a part 'siting-2', which is the key of another task"),
        ("key: siting", f"key: {'s' * 63}", "has more than 64 letters"),
        (
            "item: building",
            "item: building\non_rejection: collect",
            "`results.siting.hazard` ",
        ),
    ],
)
def test_a_fault_around_a_list_is_told(tmp_path: Path, found: str, planted: str, said: str) -> None:
    text = PARTED.replace("PLANTED", "for_each: form.sites")
    faults = check_catalogue(folder(tmp_path, text.replace(found, planted, 1)))
    assert any(said in str(fault) for fault in faults), faults


def test_conditions_may_use_what_the_lead_of_a_review_states(tmp_path: Path) -> None:
    planted = "joint_with: [archives]\n    decision: lead"
    assert check_catalogue(folder(tmp_path, PARTED.replace("PLANTED", planted))) == []


def test_results_of_a_task_may_be_absent_where_rejections_are_collected(tmp_path: Path) -> None:
    collected = ITEM.replace("version: 1", "version: 1\non_rejection: collect")
    (fault,) = check_catalogue(folder(tmp_path, collected))
    assert "may be absent: ask `has(results.siting.hazard)` first" in str(fault)
