"""A running case is carried to another version of its item, or it is said why it cannot be."""

from dataclasses import replace
from typing import Any

import pytest

from services.routing.new_version import Passage, passage
from services.routing.plan import Item, Sees, Subitem
from services.routing.subitems import expanded
from shared.messages import Limit, MaterialRule
from tests.unit.routing.building import (
    ALL,
    DEPARTMENTS,
    NOW,
    Course,
    deferral,
    field,
    item,
    task,
    text,
)
from tests.unit.routing.test_cases_with_subcases import FORM, HYGIENE, LICENCE


def days(amount: int) -> Limit:
    return Limit(amount=amount, source="承诺")


A = task("a", results=(field("flag", required=False),), handling=days(3))
B = task("b", "ecology", after=("a",), handling=days(5))
C = task("c", "fire", after=("b",))
OLD = item(A, B, C, promised=days(10))


def version(*tasks: Any, **more: Any) -> Item:
    return item(*tasks, **{"version": 2, "promised": days(10), **more})


def carried(course: Course, new: Item) -> Passage:
    return passage(course.state, course.item, new, DEPARTMENTS, NOW)


def at_b() -> Course:
    """A case whose first task is answered, and whose second is at the ecology department."""
    course = Course(OLD)
    course.tell(course.completion("a"))
    return course


def differences(found: Passage) -> set[tuple[str, str, str, str]]:
    return {(it.what, it.of, it.before, it.after) for it in found.differences}


def test_what_is_out_stays_and_what_comes_is_that_of_the_new_version() -> None:
    new = version(A, B, task("d", "water", after=("a",)), task("e", "fire", after=("b", "d")))
    found = carried(at_b(), new)
    assert found.refusals == ()
    assert differences(found) == {
        ("added", "d", "", "water"),
        ("added", "e", "", "fire"),
        ("dropped", "c", "fire", ""),
    }
    assert found.stepped is not None
    assert [type(it).__name__ for it in found.stepped.changes] == ["Assigned"]
    course = at_b()
    course.item, course.case = new, found.stepped.case
    assert course.state.version == 2
    assert course.held() == {"b": "ecology", "d": "water"}
    assert course.state.tasks["b"].assignment == at_b().state.tasks["b"].assignment
    for key in "bde":
        course.tell(course.completion(key))
    assert course.kinds()[-1] == "Decided"


def test_a_task_that_is_gone_is_taken_back_from_its_department() -> None:
    found = carried(at_b(), version(A, task("c", "fire", after=("a",))))
    assert ("taken_back", "b", "ecology", "") in differences(found)
    assert found.stepped is not None
    assert [type(it).__name__ for it in found.stepped.changes] == ["Cancelled", "Assigned"]
    assert [type(it).__name__ for it in found.stepped.messages] == [
        "TaskCancelled",
        "TaskAssigned",
    ]
    assert "b" not in found.stepped.case.tasks


def test_a_case_of_which_nothing_is_left_to_do_is_decided() -> None:
    found = carried(at_b(), version(A))
    assert found.stepped is not None
    assert found.stepped.case.state == "decided"


def test_limits_order_departments_and_conditions_that_change_are_shown() -> None:
    changed = replace(C, after=("a",), department="water", when="form.dirty", handling=days(2))
    found = carried(at_b(), version(A, replace(B, handling=days(1)), changed, promised=days(8)))
    assert differences(found) == {
        ("limit_of_new_cases", "promised", "10 working days", "8 working days"),
        ("department", "c", "fire", "water"),
        ("limit", "c", "", "2 working days"),
        ("order", "c", "b", "a"),
        ("condition", "c", "", "form.dirty"),
    }


ASKED = task("d", after=("b",), when="results.a.flag")
VERIFIED = task("v", on_promise="verify")
REFUSED = [
    (version(B, C), "the task a was answered, and is gone"),
    (version(A, B, C, form=(field("area", "integer"), field("dirty"), field("new"))), "form.new"),
    (version(A, B, C, form=(field("area", "text"), field("dirty"))), "form.area must be of type"),
    (
        version(A, B, C, materials=(MaterialRule(name="more", title=text("more")),)),
        "the material more is asked for now, and was not handed in",
    ),
    (
        version(A, replace(B, joint_with=("fire",)), C),
        "the task b is under way, and falls into other parts",
    ),
    (
        version(A, replace(B, after=("a", "d")), C, task("d", "water")),
        "the task b is under way, and would have to wait for d",
    ),
    (version(A, B, C, ASKED), "the condition of d asks for results.a.flag, which was not stated"),
    (version(A, B, C, VERIFIED), "a promise is verified by other tasks"),
    (version(A, B, C, version=1), "it has version 1 already"),
    (version(A, B, C, key="other"), "it is a case of building, not of other"),
]


@pytest.mark.parametrize(("new", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_cannot_be_carried_is_refused_with_its_reason(new: Item, said: str) -> None:
    found = carried(at_b(), new)
    assert found.stepped is None
    assert len(found.refusals) == 1
    assert found.refusals[0].startswith(said)


def test_a_promised_material_must_still_be_one_that_can_be_promised() -> None:
    course = Course(OLD, deferrals=(deferral("deed"),))
    plan = MaterialRule(name="plan", title=text("plan"))
    (gone,) = carried(course, version(A, B, C, materials=(plan,))).refusals
    assert gone == "the material deed, which was promised, is gone"
    strict = MaterialRule(name="deed", title=text("deed"))
    (no_longer,) = carried(course, version(A, B, C, materials=(plan, strict))).refusals
    assert no_longer == "the material deed, which was promised, can no longer be promised"


def test_what_a_case_takes_in_stays_and_what_is_decided_gets_no_further_task() -> None:
    course = Course(matter(), form=FORM)
    other = matter(version=2, subitems=(Subitem(key="l", item="licence"),))
    (refused,) = carried(course, other).refusals
    assert refused.startswith("the item takes in other items")
    course.tell(course.completion("l-check", results={"risky": False}))
    longer = replace(LICENCE, tasks=(*LICENCE.tasks, task("seal")))
    more = expanded(replace(PARENT, version=2), {"licence": longer, "hygiene": HYGIENE})
    (refused,) = carried(course, more).refusals
    assert refused == "the sub-case l is decided, and would get the task l-seal"
    fuller = replace(HYGIENE, tasks=(*HYGIENE.tasks, task("seal")))
    more = expanded(replace(PARENT, version=2), {"licence": LICENCE, "hygiene": fuller})
    found = carried(course, more)
    assert found.stepped is not None
    assert found.stepped.case.tasks["h-seal"].held


PARENT = item(
    key="restaurant",
    form=(field("food"),),
    materials=(),
    on_rejection="collect",
    subitems=(
        Subitem(key="l", item="licence"),
        Subitem(key="h", item="hygiene", when="form.food"),
    ),
)


def matter(**more: Any) -> Item:
    return expanded(replace(PARENT, **more), {"licence": LICENCE, "hygiene": HYGIENE})


def test_a_case_that_has_ended_stays_as_it_is() -> None:
    course = at_b()
    course.tell(course.withdrawal())
    assert carried(course, version(A)).refusals == ("the case is withdrawn already",)


def test_parts_of_a_task_go_with_their_task() -> None:
    sites = field("sites", "list", fields=(field("name", "text"),), maximum=5)
    form = (field("area", "integer"), field("dirty"), sites)
    each = task("each", for_each="form.sites", sees=ALL)
    old = item(each, C, form=form)
    old = replace(old, tasks=(each, replace(C, after=("each",))))
    given = {"area": 1, "dirty": True, "sites": [{"name": "x"}, {"name": "y"}]}
    course = Course(old, form=given)
    kept = carried(course, version(*old.tasks, B, form=form))
    assert kept.stepped is not None
    assert set(kept.stepped.case.tasks) == {"each", "each-1", "each-2"}
    gone = passage(course.state, old, version(C_ALONE, form=form), DEPARTMENTS, NOW)
    assert gone.stepped is not None
    assert [it.of for it in gone.differences if it.what == "taken_back"] == ["each"]
    assert [type(it).__name__ for it in gone.stepped.changes].count("Cancelled") == 2
    assert set(gone.stepped.case.tasks) == {"c"}


C_ALONE = task("c", "fire", sees=Sees())
