"""A progress note of a department: told in the case stream, and nothing else."""

import pytest

from services.routing.answers import Origin
from tests.unit.routing.building import Course, item, task

TWO = item(task("a"), task("b", "ecology"))


def refused(course: Course, message: object, origin: Origin | None = None) -> tuple[str, bool]:
    (change,) = course.tell(message, origin).changes
    assert type(change).__name__ == "Refused"
    return change.reason, change.forged


def test_a_note_is_told_in_a_numbered_step_and_changes_neither_task_nor_case() -> None:
    course = Course(TWO)
    before = course.state
    stepped = course.tell(course.note("a", officer="王敏"))
    (said,) = stepped.changes
    assert (type(said).__name__, said.task, said.note) == ("Noted", "a", "现场踏勘已完成")
    assert (said.percent, said.officer, said.department) == (
        60,
        "王敏",
        before.tasks["a"].department,
    )
    assert (stepped.messages, stepped.case.tasks) == ((), before.tasks)
    assert stepped.case.state == before.state


def test_a_note_is_no_acceptance_so_the_clock_of_acceptance_runs_on() -> None:
    course = Course(TWO)
    course.tell(course.note("a"))
    assert not course.state.tasks["a"].accepted
    course.tell(course.acceptance("a"))
    assert course.kinds()[-1] == "Accepted"


@pytest.mark.parametrize("wait", ["return_of", "suspension"])
def test_a_note_on_a_waiting_task_does_not_end_the_waiting(wait: str) -> None:
    course = Course(TWO)
    course.tell(getattr(course, wait)("a"))
    waiting = course.state.tasks["a"].status
    course.tell(course.note("a"))
    assert (course.kinds()[-1], course.state.tasks["a"].status) == ("Noted", waiting)


def test_a_note_from_another_department_is_refused_as_forged() -> None:
    course = Course(TWO)
    reason, forged = refused(course, course.note("a", department="ecology"))
    assert forged
    assert "ecology answered" in reason


def test_a_note_on_a_task_that_is_answered_or_cancelled_is_refused() -> None:
    course = Course(TWO)
    late, cut_off = course.note("a"), course.note("b")
    course.tell(course.completion("a"))
    assert refused(course, late)[0] == "the task has been answered already, and differently"
    course.tell(course.withdrawal())
    assert refused(course, cut_off)[0] in ("the task was cancelled before",)
