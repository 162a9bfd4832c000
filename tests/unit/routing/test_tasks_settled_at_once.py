"""Tasks that the window settles: a formal look is enough where the item says so."""

from pathlib import Path

import pytest

from services.routing.catalogue import check_catalogue, load_catalogue
from services.routing.documents import progress_of, progress_text
from services.routing.plan import Formal, Item
from shared.messages.progress import Decided, Refused, Settled
from tests.unit.routing.building import ALL, CODE, NOW, Course, item, task, text
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

SMALL = Formal(when="form.area <= 100", reason=text("小于一百平方米，仅作形式审查"))


def formal(**more: object) -> Item:
    return item(
        task("siting", formal=SMALL, sees=ALL),
        task("permit", "lead", after=("siting",), sees=ALL.__class__(opinions=("siting",))),
        **more,
    )


def test_a_formal_look_settles_the_task_at_once_and_what_waits_for_it_begins() -> None:
    course = Course(formal(), form={"area": 100, "dirty": False})
    settled = next(it for it in course.changes if isinstance(it, Settled))
    assert (settled.task, settled.department, settled.ground) == ("siting", "planning", "formal")
    assert "仅作形式审查" in settled.reason
    assert course.held() == {"permit": "lead"}
    (read,) = course.assigned("permit").opinions
    assert (read.task, read.outcome, read.opinion) == ("siting", "approved", settled.reason)


def test_where_its_condition_does_not_hold_the_department_is_asked() -> None:
    course = Course(formal(), form={"area": 101, "dirty": False})
    assert course.held() == {"siting": "planning"}
    assert "Settled" not in course.kinds()


def test_a_case_of_formal_tasks_alone_is_decided_on_the_spot() -> None:
    course = Course(item(task("siting", formal=SMALL)), form={"area": 1, "dirty": False})
    assert course.kinds() == ["Opened", "Settled", "Decided"]
    assert isinstance(course.changes[-1], Decided)
    assert course.changes[-1].outcome == "approved"


def test_its_condition_is_asked_once_and_a_supplement_changes_nothing() -> None:
    course = Course(formal(), form={"area": 100, "dirty": False})
    course.tell(course.supplement(form={"area": 5_000}))
    assert course.held() == {"permit": "lead"}
    assert course.state.tasks["siting"].status == "completed"


def test_no_answer_counts_for_a_settled_task() -> None:
    course = Course(formal(), form={"area": 100, "dirty": False})
    before = course.state.tasks
    course.tell(course.completion("siting", "rejected"))
    assert isinstance(course.changes[-1], Refused)
    assert course.state.tasks == before


def test_a_settled_task_is_kept_as_it_is() -> None:
    course = Course(formal(), form={"area": 100, "dirty": False})
    kept = progress_of(progress_text(course.state.tasks, ()))[0]
    assert kept == course.state.tasks
    assert (course.state.code, course.state.decided_at) == (CODE, None)
    course.tell(course.completion("permit"))
    assert course.state.decided_at == NOW


FORMAL = "    formal: {when: form.area <= 10, reason: {zh: 形式审查, en: A formal look}}\n"
DECLARED = ITEM.replace("    after: [siting]\n", f"    after: [siting]\n{FORMAL}", 1)


def test_the_window_may_settle_what_a_file_says_so_of(tmp_path: Path) -> None:
    permit = load_catalogue(folder(tmp_path, DECLARED)).items["building"].task["permit"]
    assert permit.formal == Formal(
        when="form.area <= 10", reason=text("形式审查").__class__(zh="形式审查", en="A formal look")
    )


@pytest.mark.parametrize(
    ("found", "planted", "said"),
    [
        ("form.area <= 10", "form.aera <= 10", "`form.aera` is not there"),
        ("form.area <= 10", "results.siting.hazard", "is not there when the condition is asked"),
        ("form.area <= 10", "form.note == ''", "`form.note` may be absent"),
        (", reason: {zh: 形式审查, en: A formal look}", "", "formal.reason: is missing"),
    ],
)
def test_a_fault_of_it_is_told(tmp_path: Path, found: str, planted: str, said: str) -> None:
    faults = check_catalogue(folder(tmp_path, DECLARED.replace(found, planted, 1)))
    assert any(said in str(fault) for fault in faults), faults


def test_a_task_that_must_state_results_cannot_be_settled_by_the_window(tmp_path: Path) -> None:
    wrong = ITEM.replace("    results:\n", f"{FORMAL}    results:\n", 1)
    faults = [str(fault) for fault in check_catalogue(folder(tmp_path, wrong))]
    assert any("settles the task without results" in fault for fault in faults), faults
