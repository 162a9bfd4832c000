"""What departments may answer, what it does, and what is refused."""

from datetime import timedelta

import pytest

from services.routing.answers import Origin
from services.routing.plan import Sees
from shared.messages import HandedMaterial
from tests.unit.routing.building import ALL, CODE, NOW, Course, field, item, material, task

TWO = item(task("a", sees=ALL), task("b", "ecology", sees=Sees(form=frozenset({"area"}))))


def refused(course: Course, message: object, origin: Origin | None = None) -> tuple[str, bool]:
    """Tell a message that must not count; the reason, and whether it is called forged."""
    before = course.state
    stepped = course.tell(message, origin)
    (change,) = stepped.changes
    assert type(change).__name__ == "Refused"
    assert stepped.messages == ()
    assert stepped.case.tasks == before.tasks
    assert stepped.case.state == before.state
    return change.reason, change.forged


def repeated(course: Course, message: object) -> None:
    assert refused(course, message) == ("the same answer has counted before", False)
    assert course.changes[-1].ground == "repeated"


def silent(course: Course, message: object) -> None:
    before = course.state
    stepped = course.tell(message)
    assert (stepped.changes, stepped.messages, stepped.case) == ((), (), before)


def test_an_acceptance_is_recorded_once() -> None:
    course = Course(TWO)
    message = course.acceptance("a", officer="李四")
    course.tell(message)
    assert course.changes[-1].officer == "李四"
    silent(course, message)
    silent(course, course.acceptance("a", at=NOW + timedelta(days=1)))


def test_an_acceptance_that_comes_after_the_answer_is_passed_over() -> None:
    course = Course(TWO)
    late = course.acceptance("a")
    course.tell(course.completion("a"))
    silent(course, late)


def test_a_rejection_ends_the_case_and_takes_the_other_tasks_back() -> None:
    course = Course(TWO)
    course.tell(course.completion("a", "rejected"))
    assert course.kinds()[-3:] == ["Completed", "Cancelled", "Decided"]
    assert course.changes[-1].outcome == "rejected"
    assert course.changes[-1].reasons == ("不符合规划", "城乡规划法第四十条")
    cancelled = course.sent[-1]
    assert (cancelled.task, cancelled.department) == ("b", "ecology")


@pytest.mark.parametrize("name", ["opinion", "legal_basis"])
def test_a_rejection_without_reasons_or_legal_basis_is_refused_as_incomplete(name: str) -> None:
    course = Course(TWO)
    reason, forged = refused(course, course.completion("a", "rejected", **{name: " "}))
    assert (reason, forged) == (f"incomplete: a rejection must state its {name}", False)


def test_an_approval_with_conditions_must_state_them() -> None:
    course = Course(TWO)
    message = course.completion("a", "approved_with_conditions", conditions=())
    assert refused(course, message)[0].startswith("incomplete")


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({}, "results.level is missing"),
        ({"level": "x"}, "results.level must be of type integer"),
        ({"level": True}, "results.level must be of type integer"),
        ({"level": 1, "grade": "C"}, "results.grade must be one of A, B"),
        ({"level": 1, "on": "2026-02-30"}, "results.on must be of type date"),
    ],
)
def test_results_that_the_item_asks_for_must_be_stated(results: dict, said: str) -> None:
    asked = (
        field("level", "integer"),
        field("grade", "choice", choices=("A", "B"), required=False),
        field("on", "date", required=False),
    )
    course = Course(item(task("a", results=asked)))
    assert refused(course, course.completion("a", results=results))[0] == f"incomplete: {said}"
    course.tell(course.completion("a", "rejected", results=results))
    assert course.state.state == "decided"


def test_a_result_from_another_department_is_refused_as_forged() -> None:
    course = Course(TWO)
    message = course.completion("a", department="fire")
    assert refused(course, message) == (
        "fire answered, but planning holds the assignment",
        True,
    )


def test_the_desk_may_not_speak_for_a_department_with_a_worker_nor_the_other_way_round() -> None:
    course = Course(item(task("a"), task("b", "archives")))
    assert refused(course, course.completion("a"), Origin(role="department"))[1]
    assert refused(course, course.completion("b"), Origin(role="unit", unit="archives"))[1]
    course.tell(course.completion("b"))
    assert course.kinds()[-1] == "Completed"


def test_a_result_for_an_unknown_assignment_is_refused() -> None:
    course = Course(TWO)
    reason, forged = refused(course, course.completion("a", assignment="nonsense"))
    assert (reason, forged) == ("the case has no assignment 'nonsense'", False)
    assert course.changes[-1].ground == "not_held"


def test_the_very_same_answer_again_and_another_one_are_refused_on_grounds_of_their_own() -> None:
    course = Course(TWO)
    message = course.completion("a")
    course.tell(message)
    repeated(course, message)
    repeated(course, course.completion("a", at=NOW + timedelta(hours=1), officer="王五"))
    reason, forged = refused(course, course.completion("a", "rejected"))
    assert (reason, forged) == ("the task has been answered already, and differently", False)
    assert course.changes[-1].ground == "settled"


def test_an_answer_to_a_cancelled_task_is_refused_as_too_late() -> None:
    course = Course(TWO)
    message = course.completion("b")
    course.tell(course.withdrawal())
    assert refused(course, message) == ("the task was cancelled before", False)
    assert course.changes[-1].ground == "cancelled"


def test_a_return_stops_the_clocks_until_the_supplement_comes() -> None:
    course = Course(TWO)
    course.tell(course.return_of("a", "plan"))
    assert course.kinds()[-2:] == ["Returned", "Suspended"]
    assert course.state.state == "suspended"
    course.tell(course.supplement("plan"))
    assert course.kinds()[-2:] == ["Supplemented", "Resumed"]
    assert course.state.state == "handling"
    told = course.sent[-1]
    assert (type(told).__name__, told.task) == ("TaskSupplemented", "a")
    assert told.materials == (HandedMaterial(**vars(material("plan", "b"))),)


def test_a_supplement_of_something_else_leaves_a_returned_task_waiting() -> None:
    course = Course(TWO)
    course.tell(course.return_of("a", "form.area", "plan"))
    course.tell(course.supplement("deed"))
    assert course.state.tasks["a"].status == "returned"
    course.tell(course.supplement(form={"area": 7}))
    assert course.state.tasks["a"].status == "open"


def test_what_was_asked_for_in_free_words_is_met_by_any_supplement() -> None:
    course = Course(TWO)
    course.tell(course.return_of("a", "签字"))
    course.tell(course.supplement())
    assert course.state.tasks["a"].status == "open"


def test_a_supplement_reaches_every_department_that_may_see_it() -> None:
    course = Course(TWO)
    course.tell(course.supplement("deed"))
    assert [sent.task for sent in course.sent[2:]] == ["a"]
    course.tell(course.supplement(form={"area": 7}))
    assert [sent.task for sent in course.sent[3:]] == ["a", "b"]
    assert course.sent[-1].form == {"area": 7}


def test_a_return_may_be_followed_by_another_return() -> None:
    course = Course(TWO)
    first = course.return_of("a", "plan")
    course.tell(first)
    course.tell(course.supplement("plan"))
    repeated(course, first)
    course.tell(course.return_of("a", "plan", at=NOW + timedelta(days=2)))
    assert course.state.tasks["a"].status == "returned"


def test_a_special_procedure_stops_the_clocks_and_lets_them_run_on() -> None:
    course = Course(TWO)
    course.tell(course.suspension("a"))
    assert course.changes[-1].legal_basis == "行政许可法第四十五条"
    assert "专家评审" in course.changes[-1].reason
    assert refused(course, course.return_of("a", "plan"))[0].startswith("the task waits already")
    course.tell(course.resumption("a"))
    assert course.kinds()[-1] == "Resumed"
    assert refused(course, course.resumption("a", at=NOW + timedelta(days=1)))[0] == (
        "no special procedure is going on"
    )


def test_an_answer_to_a_waiting_task_ends_the_waiting_first() -> None:
    course = Course(TWO)
    course.tell(course.return_of("a", "plan"))
    course.tell(course.completion("a"))
    assert course.kinds()[-2:] == ["Resumed", "Completed"]
    assert course.state.state == "handling"


def test_a_declined_task_goes_to_the_department_that_was_proposed() -> None:
    course = Course(TWO)
    first = course.assigned("a").assignment
    course.tell(course.decline("a", "fire"))
    assert course.kinds()[-2:] == ["Declined", "Assigned"]
    assert course.held()["a"] == "fire"
    assert course.assigned("a").assignment != first


@pytest.mark.parametrize("proposal", ["", "nobody", "planning"])
def test_a_declined_task_without_a_useful_proposal_goes_to_the_lead(proposal: str) -> None:
    course = Course(TWO)
    course.tell(course.decline("a", proposal))
    assert course.held()["a"] == "lead"


def test_the_lead_keeps_a_task_that_all_have_declined() -> None:
    course = Course(TWO)
    course.tell(course.decline("a"))
    assert "lead department" in refused(course, course.decline("a"))[0]
    assert "lead department" in refused(course, course.decline("a", "planning"))[0]
    course.tell(course.decline("a", "water"))
    course.tell(course.decline("a", "planning"))
    assert course.held()["a"] == "lead"
    course.tell(course.completion("a"))
    assert course.state.tasks["a"].outcome == "approved"


def test_an_answer_to_an_assignment_that_was_given_back_is_refused() -> None:
    course = Course(TWO)
    late = course.completion("a")
    declined = course.decline("a")
    course.tell(declined)
    repeated(course, declined)
    assert refused(course, late) == ("the department gave the task back earlier", False)
    assert course.changes[-1].ground == "not_held"
    held = course.assigned("a").assignment
    assert refused(course, course.completion("a", assignment=held, department="planning"))[1]


def test_a_withdrawal_takes_every_open_task_back() -> None:
    course = Course(TWO)
    course.tell(course.return_of("a", "plan"))
    course.tell(course.withdrawal())
    assert course.kinds()[-3:] == ["Cancelled", "Cancelled", "Withdrawn"]
    assert course.state.state == "withdrawn"
    silent(course, course.withdrawal())
    assert refused(course, course.supplement("plan"))[0] == "the case is withdrawn already"


def test_a_withdrawal_after_the_decision_is_refused() -> None:
    course = Course(item(task("a")))
    course.tell(course.completion("a"))
    assert refused(course, course.withdrawal())[0] == "the case is decided already"


def test_a_refusal_names_the_sender_the_message_and_the_assignment() -> None:
    course = Course(TWO)
    message = course.completion("a", department="fire")
    course.tell(message, Origin(role="unit", unit="fire", message_id="m-1"))
    said = course.changes[-1]
    assert (said.sender, said.message_type, said.message_id, said.assignment) == (
        "department.fire",
        "task.completed",
        "m-1",
        message.assignment,
    )
    assert message.case == CODE
