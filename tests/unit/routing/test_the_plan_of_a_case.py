"""From the acceptance of a case to its decision: sequence, conditions, need to know."""

import pytest

from services.routing.answers import Origin
from services.routing.domain import UnknownCase, apply, progress
from services.routing.plan import Sees
from shared.conditions import ConditionFailed
from tests.unit.routing.building import (
    ALL,
    APPLICANT,
    DEPARTMENTS,
    NOW,
    Course,
    accepted,
    deferral,
    field,
    item,
    material,
    task,
)

PARALLEL = item(
    task("siting"), task("survey", "ecology"), task("permit", after=("siting", "survey"))
)


def test_tasks_without_predecessors_are_assigned_at_once() -> None:
    course = Course(PARALLEL)
    assert course.kinds() == ["Opened", "Assigned", "Assigned"]
    assert course.held() == {"siting": "planning", "survey": "ecology"}
    assert course.state.state == "handling"


def test_a_task_begins_when_all_that_it_waits_for_is_done() -> None:
    course = Course(PARALLEL)
    course.tell(course.completion("siting"))
    assert "permit" not in course.held()
    course.tell(course.completion("survey"))
    assert course.held() == {"permit": "planning"}


def test_when_all_have_approved_the_case_is_approved() -> None:
    course = Course(PARALLEL)
    for key in ("siting", "survey", "permit"):
        course.tell(course.completion(key))
    assert course.state.state == "decided"
    assert course.changes[-1].outcome == "approved"
    assert course.kinds().count("Decided") == 1


def test_the_conditions_of_departments_become_conditions_of_the_decision() -> None:
    course = Course(item(task("a"), task("b")))
    course.tell(course.completion("a", "approved_with_conditions", conditions=("甲",)))
    course.tell(course.completion("b", "approved_with_conditions", conditions=("乙",)))
    assert course.changes[-1].outcome == "approved_with_conditions"
    assert course.changes[-1].conditions == ("甲", "乙")


def test_a_task_whose_condition_is_false_is_skipped_and_counts_as_done() -> None:
    plan = item(task("a", when="form.area > 1000"), task("b", after=("a",)))
    course = Course(plan)
    assert course.kinds() == ["Opened", "Skipped", "Assigned"]
    assert course.held() == {"b": "planning"}


def test_a_condition_over_an_earlier_result_is_asked_when_that_is_there() -> None:
    plan = item(
        task("siting", results=(field("hazard"),)),
        task("geology", after=("siting",), when="results.siting.hazard"),
    )
    for hazard, held in ((True, {"geology": "planning"}), (False, {})):
        course = Course(plan)
        course.tell(course.completion("siting", results={"hazard": hazard}))
        assert course.held() == held


def test_a_result_of_a_task_with_a_hyphen_is_spoken_of_with_an_underscore() -> None:
    plan = item(
        task("site-visit", results=(field("hazard"),)),
        task("geology", after=("site-visit",), when="results.site_visit.hazard"),
    )
    course = Course(plan)
    course.tell(course.completion("site-visit", results={"hazard": True}))
    assert course.held() == {"geology": "planning"}


def test_skipping_runs_through_a_whole_chain_in_one_step() -> None:
    tasks = [task("a", when="form.dirty")]
    tasks += [
        task(f"t{n}", after=(f"t{n - 1}" if n else "a",), when="form.dirty") for n in range(5)
    ]
    course = Course(item(*tasks))
    assert course.kinds() == ["Opened", *["Skipped"] * 6, "Decided"]


def test_a_form_without_what_a_condition_needs_is_an_error() -> None:
    with pytest.raises(ConditionFailed, match="area is absent"):
        Course(item(task("a", when="form.area > 1")), form={})


def test_a_department_gets_what_its_task_may_see_and_nothing_else() -> None:
    sees = Sees(form=frozenset({"area"}), materials=frozenset({"deed"}))
    course = Course(
        item(task("a", sees=sees), task("b", sees=ALL)),
        materials=(material("plan"), material("deed")),
    )
    narrow, wide = course.assigned("a"), course.assigned("b")
    assert (narrow.form, narrow.applicant) == ({"area": 100}, None)
    assert [seen.name for seen in narrow.materials] == ["deed"]
    assert (wide.form, wide.applicant) == ({"area": 100, "dirty": False}, APPLICANT)
    assert [seen.name for seen in wide.materials] == ["plan", "deed"]


def test_a_task_sees_those_opinions_that_the_item_names() -> None:
    plan = item(
        task("a"), task("b", "ecology"), task("c", after=("a", "b"), sees=Sees(opinions=("b",)))
    )
    course = Course(plan)
    course.tell(course.completion("a", opinion="one"))
    course.tell(course.completion("b", opinion="two", results={"level": 3}))
    (seen,) = course.assigned("c").opinions
    assert (seen.task, seen.department, seen.opinion) == ("b", "ecology", "two")
    assert seen.results == {"level": 3}


def test_an_acceptance_that_is_told_twice_opens_one_case() -> None:
    course = Course(PARALLEL)
    stepped = course.tell(accepted(form={"area": 1, "dirty": True}))
    assert (stepped.changes, stepped.messages) == ((), ())


def test_a_message_before_its_case_is_an_error_that_later_may_mend() -> None:
    message = Course(PARALLEL).completion("siting")
    with pytest.raises(UnknownCase, match=message.case):
        apply(None, message, Origin(role="unit"), item=PARALLEL, departments=DEPARTMENTS, now=NOW)


def test_assignments_bear_the_same_names_when_a_state_is_built_anew() -> None:
    assert Course(PARALLEL).assigned("siting") == Course(PARALLEL).assigned("siting")
    assert Course(PARALLEL).assigned("siting") != Course(PARALLEL).assigned("survey")


def test_the_case_stream_counts_from_one() -> None:
    course = Course(PARALLEL)
    case, said = progress(course.state, tuple(course.changes), NOW)
    assert (said.number, said.state, said.item_version) == (1, "handling", 1)
    assert progress(case, tuple(course.changes), NOW)[1].number == 2


def test_a_promised_material_that_is_missing_holds_the_approval_back() -> None:
    course = Course(item(task("a")), deferrals=(deferral("deed"),))
    course.tell(course.completion("a"))
    assert course.state.state == "awaiting_materials"
    course.tell(course.supplement("deed"))
    assert course.changes[-2].deferrals_met == ("deed",)
    assert course.changes[-1].outcome == "approved"
    assert course.state.deferrals == ()


def test_a_rejection_does_not_wait_for_a_promised_material() -> None:
    course = Course(item(task("a")), deferrals=(deferral("deed"),))
    course.tell(course.completion("a", "rejected"))
    assert course.state.state == "decided"
