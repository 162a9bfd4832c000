"""Answers that two persons give, and more time for one task."""

from datetime import timedelta
from typing import Any

import pytest

from services.routing.documents import progress_of, progress_text
from shared.messages import Limit, TaskExtensionRequested, TaskSupplemented
from shared.messages.ordered import TaskExtended
from shared.messages.progress import Completed, Refused
from tests.unit.routing.building import ALL, LIMIT, NOW, Course, item, task

MORE = Limit(amount=3, source="行政许可法第四十二条")


def course(**more: Any) -> Course:
    return Course(item(task("siting", sees=ALL, **{"handling": LIMIT, **more})))


def request(course: Course, **more: Any) -> TaskExtensionRequested:
    given = {"reason": "复测", "legal_basis": "第四十二条", "officer": "李", "approved_by": "赵"}
    message: TaskExtensionRequested = course._answer(
        TaskExtensionRequested, "siting", **{**given, **more}
    )
    return message


def refusal(course: Course) -> str:
    refused = course.changes[-1]
    assert isinstance(refused, Refused)
    return refused.reason


def test_an_answer_for_two_persons_counts_in_two_names_only() -> None:
    case = course(approval="two-person")
    assert case.assigned("siting").approval == "two-person"
    case.tell(case.completion("siting", officer="李"))
    assert "approved_by" in refusal(case)
    case.tell(case.completion("siting", officer="李", approved_by="李"))
    assert "cannot be who approves" in refusal(case)
    case.tell(case.completion("siting", officer="李", approved_by="赵"))
    completed = next(it for it in case.changes if isinstance(it, Completed))
    assert (completed.officer, completed.approved_by) == ("李", "赵")


def test_a_rejection_needs_the_second_name_as_well() -> None:
    case = course(approval="two-person")
    case.tell(case.completion("siting", "rejected", officer="李"))
    assert "approved_by" in refusal(case)


def test_a_task_is_given_more_time_once_and_its_department_is_told() -> None:
    case = course(extension=MORE)
    assert case.assigned("siting").extension == MORE
    case.tell(request(case))
    extended = case.changes[-1]
    assert isinstance(extended, TaskExtended)
    assert (extended.amount, extended.officer, extended.approved_by) == (3, "李", "赵")
    told = case.sent[-1]
    assert isinstance(told, TaskSupplemented)
    assert told.extension == MORE
    again = request(case, reason="又要", at=NOW + timedelta(minutes=1))
    case.tell(again)
    assert "once" in refusal(case)


@pytest.mark.parametrize(
    ("rules", "said", "reason"),
    [
        ({}, {}, "no extension"),
        ({"extension": MORE, "handling": None}, {}, "no extension"),
        ({"extension": MORE}, {"approved_by": "李"}, "cannot be who agrees"),
    ],
)
def test_a_request_that_the_item_does_not_allow_is_refused(
    rules: dict[str, Any], said: dict[str, Any], reason: str
) -> None:
    case = course(**rules)
    case.tell(request(case, **said))
    assert reason in refusal(case)


def test_that_a_task_was_extended_is_kept() -> None:
    case = course(extension=MORE)
    case.tell(request(case))
    tasks, _, _ = progress_of(progress_text(case.state.tasks, ()))
    assert tasks["siting"].extended
