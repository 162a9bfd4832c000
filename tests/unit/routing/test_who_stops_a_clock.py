"""Who let the clocks stop and run is told with the stop, so that a clock can be explained."""

from shared.messages.progress import Resumed, Suspended
from tests.unit.routing.building import Course, item, task
from tests.unit.routing.test_silence_and_procedures import REVIEW


def course() -> Course:
    return Course(item(task("a", procedures=("review",)), procedures=(REVIEW,)))


def last(course: Course) -> tuple[str, str, str]:
    change = course.changes[-1]
    assert isinstance(change, Suspended | Resumed)
    return type(change).__name__, change.department, change.officer


def test_a_special_procedure_names_who_began_and_who_ended_it() -> None:
    procedure = course()
    procedure.tell(procedure.suspension("a", officer="李某"))
    holder = procedure.held()["a"]
    assert last(procedure) == ("Suspended", holder, "李某")
    procedure.tell(procedure.resumption("a", officer="王敏"))
    assert last(procedure) == ("Resumed", holder, "王敏")


def test_a_return_names_who_returned_the_task() -> None:
    returning = course()
    returning.tell(returning.return_of("a", "plan", officer="李某"))
    assert last(returning) == ("Suspended", returning.held()["a"], "李某")
