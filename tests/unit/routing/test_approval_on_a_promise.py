"""Trust first, verify later: approved at once, verified afterwards, revoked if it was not true."""

from pathlib import Path
from typing import Any

import pytest

from services.routing.catalogue import check_catalogue, load_catalogue
from services.routing.documents import progress_of, progress_text
from services.routing.plan import Item, Promise
from shared.messages import MaterialRule
from shared.messages.progress import Assigned, Decided, Refused, Revoked, Settled, Skipped
from tests.unit.routing.building import Course, field, item, material, task, text
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

PROMISE = Promise(
    when="form.promised", material="letter", reason=text("告知承诺"), source="国办发〔2020〕42号"
)
LETTER = (material("plan"), material("letter", "b"))


def trusting(*more: Any) -> Item:
    return item(
        task("fire", "fire", on_promise="trust"),
        task("inspection", "fire", on_promise="verify"),
        *more,
        form=(field("area", "integer"), field("dirty"), field("promised")),
        materials=(
            MaterialRule(name="plan", title=text("plan")),
            MaterialRule(name="letter", title=text("letter"), when="form.promised"),
        ),
        promise=PROMISE,
    )


def on_promise(of: Item | None = None, *, promised: bool = True, materials: Any = LETTER) -> Course:
    form = {"area": 1, "dirty": False, "promised": promised}
    return Course(of or trusting(), form=form, materials=materials)


def test_a_signed_promise_is_trusted_at_once_and_its_verification_begins() -> None:
    course = on_promise()
    assert course.kinds() == ["Opened", "Settled", "Decided", "Assigned"]
    settled, decided = course.changes[1:3]
    assert isinstance(settled, Settled)
    assert (settled.task, settled.ground) == ("fire", "promise")
    assert settled.reason == "告知承诺\n告知承诺\n国办发〔2020〕42号"
    assert isinstance(decided, Decided)
    assert (decided.outcome, course.state.state) == ("approved", "decided")
    assert course.held() == {"inspection": "fire"}


@pytest.mark.parametrize(("promised", "materials"), [(False, LETTER), (True, (material("plan"),))])
def test_without_a_signed_promise_the_department_is_asked_and_nothing_verified(
    promised: bool, materials: Any
) -> None:
    course = on_promise(promised=promised, materials=materials)
    skipped = course.changes[1]
    assert isinstance(skipped, Skipped)
    assert (skipped.task, skipped.reason) == ("inspection", "no promise was signed")
    assert course.held() == {"fire": "fire"}
    course.tell(course.completion("fire"))
    assert course.state.closed
    assert not course.held()


def test_a_promise_that_comes_later_changes_nothing() -> None:
    course = on_promise(promised=False)
    course.tell(course.supplement("letter", form={"promised": True}))
    assert course.held() == {"fire": "fire"}


def test_what_is_asked_as_always_is_waited_for() -> None:
    course = on_promise(trusting(task("planning")))
    assert course.held() == {"planning": "planning"}
    assert not course.state.closed
    course.tell(course.completion("planning"))
    assert course.held() == {"inspection": "fire"}


def test_a_rejected_case_has_nothing_to_verify() -> None:
    course = on_promise(trusting(task("planning")))
    course.tell(course.completion("planning", "rejected"))
    assert (course.kinds()[-1], course.held()) == ("Decided", {})


def test_a_kept_promise_leaves_the_decision_as_it_is() -> None:
    course = on_promise()
    since = len(course.changes)
    course.tell(course.completion("inspection"))
    assert course.kinds(since) == ["Completed"]
    assert course.state.state == "decided"


def test_a_broken_promise_revokes_the_decision_with_reasons_and_legal_basis() -> None:
    course = on_promise(trusting(task("papers", "lead", on_promise="verify")))
    since = len(course.changes)
    course.tell(course.completion("inspection", "rejected"))
    assert course.kinds(since) == ["Completed", "Cancelled", "Revoked"]
    revoked = course.changes[-1]
    assert isinstance(revoked, Revoked)
    assert (revoked.task, revoked.department) == ("inspection", "fire")
    assert (revoked.reasons, revoked.legal_basis) == (("不符合规划",), "城乡规划法第四十条")
    assert (course.state.state, course.held()) == ("decided", {})


def test_a_revocation_that_comes_again_changes_nothing() -> None:
    course = on_promise()
    broken = course.completion("inspection", "rejected")
    course.tell(broken)
    again = course.tell(broken)
    assert ([it.ground for it in again.changes], again.messages) == (["repeated"], ())
    assert again.case.tasks == course.state.tasks


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda it: it.return_of("inspection", "plan"), "nothing can be asked of the applicant"),
        (
            lambda it: it.completion("inspection", "approved_with_conditions"),
            "a promise was kept (approved) or broken (rejected)",
        ),
    ],
)
def test_a_verification_asks_for_nothing_that_cannot_come(answer: Any, said: str) -> None:
    course = on_promise()
    course.tell(answer(course))
    refused = course.changes[-1]
    assert isinstance(refused, Refused)
    assert said in refused.reason
    assert course.held() == {"inspection": "fire"}


def test_a_verification_may_be_stopped_by_a_procedure_and_handed_on() -> None:
    course = on_promise()
    course.tell(course.suspension("inspection"))
    assert course.state.state == "decided"
    course.tell(course.decline("inspection", "water"))
    assert course.held() == {"inspection": "water"}
    assert isinstance(course.changes[-1], Assigned)


def test_a_case_under_verification_is_kept_as_it_is() -> None:
    tasks = on_promise().state.tasks
    assert progress_of(progress_text(tasks, ()))[0] == tasks


DECLARED = ITEM.replace(
    "form:\n",
    "promise:\n"
    "  when: form.kind == 'A'\n"
    "  material: site-plan\n"
    "  reason: {zh: 告知承诺, en: On a promise}\n"
    "  source: 国办发〔2020〕42号\n"
    "form:\n",
    1,
).replace("    after: [siting]\n", "    after: [siting]\n    on_promise: trust\n", 1) + (
    "  - key: check\n"
    "    title: {zh: 核查, en: Check}\n"
    "    department: planning\n"
    "    on_promise: verify\n"
    "    handling: {amount: 60, source: 承诺}\n"
    "    sees: {form: all}\n"
)


def test_a_file_says_what_is_trusted_and_what_is_verified(tmp_path: Path) -> None:
    assert check_catalogue(folder(tmp_path, DECLARED)) == []
    building = load_catalogue(tmp_path).items["building"]
    assert building.deciding == ("siting", "permit")
    assert building.promise is not None
    assert building.promise.material == "site-plan"


@pytest.mark.parametrize(
    ("found", "planted", "said"),
    [
        ("    on_promise: trust\n", "", "changes nothing: give a task `on_promise: trust`"),
        ("    on_promise: verify\n", "", "is never verified"),
        ("material: site-plan", "material: site-plna", "'site-plna' is no material"),
        ("when: form.kind == 'A'", "when: form.kinds == 'A'", "`form.kinds` is not there"),
        ("promise:\n  when", "promis:\n  when", "stands on a promise that the item does not have"),
        ("after: [siting]", "after: [siting, check]", "begins when the case is decided"),
        ("on_promise: verify", "on_promise: verfy", "must be one of ask, trust, verify"),
    ],
)
def test_a_fault_of_a_promise_is_told(tmp_path: Path, found: str, planted: str, said: str) -> None:
    assert found in DECLARED
    wrong = DECLARED.replace(found, planted, 1)
    if planted.startswith("promis:"):
        wrong = ITEM.replace("    after:", "    on_promise: trust\n    after:", 1)
    faults = check_catalogue(folder(tmp_path, wrong))
    assert any(said in str(fault) for fault in faults), faults
