"""What supervision says when a department has kept silent for too long: reassigned, or approved."""

from dataclasses import replace
from typing import Any

import pytest

from services.routing.plan import Item, Promise, Sees
from shared.messages import TaskAssigned, TaskCancelled
from shared.messages.ordered import Transferred
from shared.messages.progress import Cancelled, Decided, Refused, Settled
from tests.unit.routing.building import ALL, LIMIT, NOW, Course, field, item, task, text

SITES = field("sites", "list", fields=(field("flag"),), maximum=3, required=False)


def plan(**more: Any) -> Item:
    return item(
        task("siting", handling=LIMIT, sees=ALL),
        task("permit", "lead", after=("siting",), sees=Sees(opinions=("siting",))),
        **more,
    )


def test_silence_hands_the_task_on_to_the_lead_department() -> None:
    course = Course(plan())
    told = course.assigned("siting")
    course.tell(course.directive("siting", "reassign"))
    assert course.kinds(since=2) == ["Transferred", "Assigned"]
    said = course.changes[2]
    assert isinstance(said, Transferred)
    assert (said.assignment, said.department, said.to) == (told.assignment, "planning", "lead")
    assert (said.by, LIMIT.source in said.reason) == ("supervision", True)
    cancelled, assigned = course.sent[-2:]
    assert isinstance(cancelled, TaskCancelled)
    assert (cancelled.department, cancelled.assignment) == ("planning", told.assignment)
    assert isinstance(assigned, TaskAssigned)
    assert course.held() == {"siting": "lead"}
    course.tell(course.completion("siting"))
    assert course.held() == {"permit": "lead"}


def test_the_lead_department_keeps_what_it_has() -> None:
    course = Course(item(task("siting", "lead", handling=LIMIT)))
    stepped = course.tell(course.directive("siting", "reassign"))
    assert (stepped.changes, stepped.messages) == ((), ())


def test_silence_is_consent_with_the_legal_basis_of_the_limit_and_the_case_goes_on() -> None:
    course = Course(plan())
    told = course.assigned("siting")
    course.tell(course.directive("siting", "deemed_approval"))
    cancelled, settled, assigned = course.changes[2:]
    assert isinstance(cancelled, Cancelled)  # its clocks end
    assert (cancelled.assignment, cancelled.department) == (told.assignment, "planning")
    assert isinstance(settled, Settled)
    assert (settled.task, settled.department, settled.ground) == ("siting", "planning", "silence")
    assert "视为同意" in settled.reason
    assert settled.reason.endswith(LIMIT.source)
    assert assigned.task == "permit"
    (read,) = course.assigned("permit").opinions
    assert (read.task, read.outcome, read.opinion) == ("siting", "approved", settled.reason)
    assert [it.task for it in course.sent if isinstance(it, TaskCancelled)] == ["siting"]


def test_a_case_that_waits_for_nothing_else_is_decided_by_silence() -> None:
    course = Course(item(task("siting", handling=LIMIT)))
    course.tell(course.directive("siting", "deemed_approval"))
    assert isinstance(course.changes[-1], Decided)
    assert (course.state.state, course.changes[-1].outcome) == ("decided", "approved")


@pytest.mark.parametrize("silence", ["reassign", "deemed_approval"])
def test_a_directive_that_comes_again_changes_nothing(silence: str) -> None:
    course = Course(plan())
    directive = course.directive("siting", silence)
    course.tell(directive)
    before = course.state
    stepped = course.tell(directive)
    assert (stepped.case, stepped.changes, stepped.messages) == (before, (), ())


LATE = {
    "answered": lambda it: it.completion("siting"),
    "returned": lambda it: it.return_of("siting", "plan"),
    "suspended": lambda it: it.suspension("siting"),
    "declined": lambda it: it.decline("siting"),
    "transferred": lambda it: it.transfer("siting", "water"),
    "decided": lambda it: it.completion("siting", "rejected"),
    "withdrawn": lambda it: it.withdrawal(),
}


@pytest.mark.parametrize("silence", ["reassign", "deemed_approval"])
@pytest.mark.parametrize("event", LATE.values(), ids=LATE)
def test_a_directive_that_comes_too_late_changes_nothing(event: Any, silence: str) -> None:
    course = Course(plan())
    directive = course.directive("siting", silence)
    course.tell(event(course))
    before = course.state
    stepped = course.tell(directive)
    assert (stepped.case, stepped.changes, stepped.messages) == (before, (), ())


def test_an_acceptance_is_no_answer() -> None:
    course = Course(plan())
    course.tell(course.acceptance("siting"))
    course.tell(course.directive("siting", "deemed_approval"))
    assert course.state.tasks["siting"].status == "completed"


@pytest.mark.parametrize("silence", ["reassign", "deemed_approval"])
def test_an_answer_after_the_directive_is_refused_and_nobody_is_called_a_forger(
    silence: str,
) -> None:
    course = Course(plan())
    answer = course.completion("siting", "rejected", at=NOW)
    course.tell(course.directive("siting", silence))
    before = course.state.tasks
    course.tell(answer)
    refused = course.changes[-1]
    assert isinstance(refused, Refused)
    assert not refused.forged
    assert course.state.tasks == before


def test_a_directive_about_no_task_of_the_case_changes_nothing() -> None:
    course = Course(plan())
    stranger = replace(course.directive("siting", "reassign"), task="parking")
    assert course.tell(stranger).changes == ()


def test_silence_of_one_reviewer_is_his_opinion_and_the_review_comes_to_its_outcome() -> None:
    course = Course(item(task("review", joint_with=("fire",), handling=LIMIT)))
    course.tell(course.completion("review-fire"))
    course.tell(course.directive("review-planning", "deemed_approval"))
    assert course.kinds()[-4:] == ["Cancelled", "Settled", "Completed", "Decided"]
    assert course.changes[-1].outcome == "approved"


def test_each_part_of_a_list_is_handed_on_alone() -> None:
    form = {"area": 1, "dirty": False, "sites": [{"flag": True}, {"flag": False}]}
    sections = item(
        task("section", for_each="form.sites", handling=LIMIT), form=(*item().form, SITES)
    )
    course = Course(sections, form=form)
    course.tell(course.directive("section-2", "reassign"))
    assert course.held() == {"section-1": "planning", "section-2": "lead"}


def test_silence_over_a_verification_leaves_the_decision_as_it_is() -> None:
    check = task("check", on_promise="verify", handling=LIMIT)
    promise = Promise(when="form.dirty", material="", reason=text("告知承诺"), source="国办发42号")
    course = Course(item(task("siting"), check, promise=promise), form={"area": 1, "dirty": True})
    course.tell(course.completion("siting"))
    assert course.held() == {"check": "planning"}
    course.tell(course.directive("check", "deemed_approval"))
    assert course.kinds()[-2:] == ["Cancelled", "Settled"]
    assert (course.state.state, course.kinds().count("Decided")) == ("decided", 1)
