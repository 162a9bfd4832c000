"""Whatever the plan and whatever is answered: one decision or withdrawal, and nothing is awaited
that cannot come.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from services.routing.case import Case, TaskState
from services.routing.domain import progress
from services.routing.plan import Formal, Issue, Item, Promise, Subitem, Task
from services.routing.subitems import expanded
from shared.messages import ExtensionRule
from shared.messages.progress import Refused
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

FORM_CONDITIONS = ["", "", "form.dirty", "!form.dirty", "form.area > 1000", "form.area <= 1000"]
SITES = field("sites", "list", fields=(field("flag"),), maximum=3, required=False)
REVIEW = {"joint_with": ("fire", "lead")}
DIVIDED: list[dict[str, Any]] = [
    *[{}] * 6,
    {"for_each": "form.sites"},
    REVIEW,
    {**REVIEW, "decision": "lead"},
    {**REVIEW, "decision": "quorum", "quorum": 2},
]
FORMAL = [
    None,
    None,
    Formal(when="form.dirty", reason=text("形式审查")),
    Formal(when="form.area <= 1000", reason=text("形式审查")),
]
PROMISE = Promise(when="form.dirty", material="", reason=text("告知承诺"), source="国办发42号")
LICENCE = Issue(name="v-licence", title=text("许可证"), department="lead")
EXTENSION = ExtensionRule(amount=10, by=text("机关负责人"))
OUTCOMES = ["approved", "approved", "approved", "approved_with_conditions", "rejected"]


ANY_SITES = st.lists(st.fixed_dictionaries({"flag": st.booleans()}), max_size=3)


@st.composite
def plans(draw: st.DrawFn) -> Item:
    """Any graph without a cycle, with conditions over the form and over earlier results."""
    keys = [f"t{number}" for number in range(draw(st.integers(1, 9)))]
    tasks = [_any_task(draw, key, keys[:place]) for place, key in enumerate(keys)]
    promise = draw(st.sampled_from([None, PROMISE]))
    if promise:
        tasks = [_trusted(draw, one) for one in tasks] + _verifications(draw, keys)
    if not promise and draw(st.booleans()):
        return _taking_in(draw, tasks)
    issues = draw(st.sampled_from([(), (LICENCE,)]))
    return item(
        *tasks,
        extension=draw(st.sampled_from([None, EXTENSION])),
        promise=promise,
        issues=issues,
        on_rejection=draw(st.sampled_from(["stop", "collect"])),
        form=(*item().form, SITES),
    )


def _any_task(draw: st.DrawFn, key: str, earlier: list[str]) -> Task:
    after = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)) if earlier else []
    stated = [f"has(results.{one}.flag) && results.{one}.flag" for one in after]
    department = draw(st.sampled_from(sorted(DEPARTMENTS)))
    divided = dict(draw(st.sampled_from(DIVIDED)))
    formal = None if divided else draw(st.sampled_from(FORMAL))
    if "joint_with" in divided:
        divided["joint_with"] = tuple(one for one in divided["joint_with"] if one != department)
    return task(
        key,
        department,
        after=tuple(after),
        when=draw(st.sampled_from(FORM_CONDITIONS + stated)),
        results=(field("flag", required=False),),
        sees=ALL,
        formal=formal,
        **divided,
    )


def _taking_in(draw: st.DrawFn, tasks: list[Task]) -> Item:
    """The same plan twice, as two sub-cases, the second perhaps after the first."""
    stops = st.sampled_from(["stop", "collect"])
    form = (*item().form, SITES)
    items = {
        key: item(*tasks, key=key, on_rejection=draw(stops), form=form) for key in ("one", "two")
    }
    second = Subitem(
        key="b",
        item="two",
        when=draw(st.sampled_from(FORM_CONDITIONS)),
        after=draw(st.sampled_from([(), ("a",)])),
    )
    parent = item(on_rejection=draw(stops), subitems=(Subitem(key="a", item="one"), second))
    return expanded(parent, items)


def _trusted(draw: st.DrawFn, one: Task) -> Task:
    trusted = not one.divided and draw(st.booleans())
    return replace(one, on_promise="trust") if trusted else one


def _verifications(draw: st.DrawFn, keys: list[str]) -> list[Task]:
    """One that waits for nothing but the decision, and one after it and after any earlier task."""
    after = ("v1", *draw(st.lists(st.sampled_from(keys), unique=True, max_size=2)))
    when = draw(st.sampled_from(FORM_CONDITIONS))
    return [
        task("v1", on_promise="verify"),
        task("v2", "fire", on_promise="verify", after=after, when=when),
    ]


def check(course: Course) -> None:
    """What is true of a case at any time."""
    case, ends = course.state, [kind for kind in course.kinds() if kind in ("Decided", "Withdrawn")]
    assert len(ends) == case.closed
    assert course.kinds().count("Extended") == case.extended <= 1
    deciding = {key for key in course.held() if not key.startswith("v")}
    if case.closed:
        assert not deciding
    else:
        assert course.held().keys() == deciding
        assert deciding or (case.state == "awaiting_materials" and case.deferrals)
    assert (case.state == "suspended") == any(case.tasks[key].waits for key in deciding)
    _check_revocation(course)
    _check_subcases(course)
    _check_assignments(course)


def _check_subcases(course: Course) -> None:
    """Each is decided at most once, with nothing of it left; all of them before an approval."""
    decided = [it for it in course.changes if type(it).__name__ == "SubcaseDecided"]
    assert len({it.subcase for it in decided}) == len(decided)
    for one in decided:
        tasks = course.item.subcase_tasks[one.subcase]
        assert all(course.state.tasks[key].status in ("completed", "skipped") for key in tasks)
    ends = [it for it in course.changes if type(it).__name__ == "Decided"]
    if ends and ends[0].outcome != "rejected":
        assert all(it.outcome != "rejected" for it in decided)


def _check_revocation(course: Course) -> None:
    """Only an approval is revoked, once, after it was verified, and then nothing is verified."""
    kinds = course.kinds()
    if "Revoked" in kinds:
        decided = next(it for it in course.changes if type(it).__name__ == "Decided")
        assert decided.outcome != "rejected"
        assert (kinds.count("Revoked"), course.held()) == (1, {})
        assert kinds.index("Decided") < kinds.index("Revoked")


def _check_assignments(course: Course) -> None:
    assigned = [one.assignment for one in course.changes if type(one).__name__ == "Assigned"]
    assert len(set(assigned)) == len(assigned)
    divided = {one.key for one in course.item.tasks if one.divided}
    ended = Counter(
        one.assignment
        for one in course.changes
        if type(one).__name__ in ("Completed", "Declined", "Cancelled", "Transferred")
        and one.task not in divided
    )
    held = {one.assignment for one in course.state.tasks.values() if one.held}
    assert ended == Counter(set(assigned) - held)


@given(
    plan=plans(),
    form=st.fixed_dictionaries(
        {"area": st.integers(0, 2000), "dirty": st.booleans(), "sites": ANY_SITES}
    ),
    deferred=st.booleans(),
    data=st.data(),
)
@settings(max_examples=150, deadline=None)
def test_any_plan_with_any_answers_ends_in_exactly_one_decision(
    plan: Item, form: dict[str, Any], deferred: bool, data: st.DataObject
) -> None:
    course = Course(plan, form=form, deferrals=(deferral(),) if deferred else ())
    for _ in range(3 * len(plan.tasks)):
        check(course)
        if not course.held() or course.state.closed:
            break
        key = data.draw(st.sampled_from(sorted(course.held())))
        results = data.draw(st.sampled_from([{}, {"flag": True}, {"flag": False}]))
        outcome = data.draw(st.sampled_from(OUTCOMES))
        course.tell(course.completion(key, outcome, results=results))
    if not course.state.closed:
        assert course.state.state == "awaiting_materials"
        course.tell(course.supplement("deed"))
    while held := course.held():
        course.tell(course.completion(next(iter(held))))
    check(course)
    assert course.state.closed


class AnyCourse(RuleBasedStateMachine):
    """Departments, the applicant and strangers say anything at any time, also twice and late."""

    said = Bundle("said")

    @initialize(plan=plans(), dirty=st.booleans(), deferred=st.booleans(), sites=ANY_SITES)
    def open(self, plan: Item, dirty: bool, deferred: bool, sites: list[Any]) -> None:
        deferrals = (deferral(),) if deferred else ()
        form = {"area": 900, "dirty": dirty, "sites": sites}
        self.course = Course(plan, form=form, deferrals=deferrals)
        self.time = NOW
        self.numbers: list[int] = []
        self.counted: list[Any] = []
        self.stream: Case = self.course.state
        self._number(tuple(self.course.changes))

    def _number(self, changes: tuple[Any, ...]) -> None:
        if changes:
            case = replace(self.course.state, number=self.stream.number)
            self.stream, message = progress(case, changes, NOW)
            self.numbers.append(message.number)

    def _tell(self, message: Any) -> Any:
        stepped = self.course.tell(message)
        self._number(stepped.changes)
        return stepped

    def _key(self, data: st.DataObject) -> str:
        tasks = [key for key, one in self.course.state.tasks.items() if one.assignment]
        return data.draw(st.sampled_from(tasks)) if tasks else ""

    @rule(target=said, kind=st.sampled_from(range(7)), data=st.data())
    def a_department_answers(self, kind: int, data: st.DataObject) -> Any:
        key, course = self._key(data), self.course
        if not key:
            return None
        self.time += timedelta(minutes=1)
        proposal = data.draw(st.sampled_from(["", *DEPARTMENTS]))
        message = (
            lambda: course.acceptance(key, at=self.time),
            lambda: course.completion(key, at=self.time),
            lambda: course.completion(key, data.draw(st.sampled_from(OUTCOMES)), at=self.time),
            lambda: course.return_of(key, "plan", at=self.time),
            lambda: course.suspension(key, at=self.time),
            lambda: course.resumption(key, at=self.time),
            lambda: course.decline(key, proposal, at=self.time),
        )[kind]()
        changes = self._tell(message).changes
        if changes and not isinstance(changes[0], Refused):
            self.counted.append(message)
        return message

    @rule(message=said)
    def an_answer_comes_again(self, message: Any) -> None:
        if message is None:
            return
        stepped = self._tell(message)
        if message in self.counted:
            assert stepped.messages == ()
            grounds = {it.ground for it in stepped.changes if isinstance(it, Refused)}
            assert len(stepped.changes) == len(grounds) <= 1, "it is recorded at most"
            assert grounds <= {"repeated"}

    @rule(data=st.data())
    def a_stranger_answers(self, data: st.DataObject) -> None:
        key = self._key(data)
        if not key:
            return
        other = next(one for one in DEPARTMENTS if one != self.course.state.tasks[key].department)
        before = self.course.state.tasks
        stepped = self._tell(self.course.completion(key, "rejected", department=other))
        assert [change.forged for change in stepped.changes] == [True]
        assert stepped.case.tasks == before

    @rule(name=st.sampled_from(["plan", "deed"]))
    def the_applicant_hands_in_more(self, name: str) -> None:
        self._tell(self.course.supplement(name))

    @rule(target=said, kind=st.sampled_from(range(3)), data=st.data())
    def a_person_orders_something(self, kind: int, data: st.DataObject) -> Any:
        course, department = self.course, data.draw(st.sampled_from([*DEPARTMENTS, "nobody"]))
        message = (
            course.extension,
            lambda: course.transfer(self._key(data) or "t0", department),
            lambda: course.correction(dirty=data.draw(st.booleans())),
        )[kind]()
        self._tell(message)
        return None if kind == 2 else message

    @rule(
        target=said,
        silence=st.sampled_from(["reassign", "deemed_approval"]),
        data=st.data(),
    )
    def a_department_keeps_silent(self, silence: str, data: st.DataObject) -> Any:
        key = self._key(data)
        if not key:
            return None
        message = self.course.directive(key, silence)
        before = self.course.state.tasks[key]
        changes = self._tell(message).changes
        assert not any(isinstance(it, Refused) for it in changes)
        self._check_silence(key, silence, before)
        if changes:
            self.counted.append(message)
        return message

    def _check_silence(self, key: str, silence: str, before: TaskState) -> None:
        after = self.course.state.tasks[key]
        if before.status != "open":
            assert after == before
        elif silence == "deemed_approval":
            assert (after.status, after.outcome) == ("completed", "approved")
        else:
            assert after.department == "lead"

    @rule(really=st.integers(0, 9))
    def the_applicant_withdraws(self, really: int) -> None:
        if really == 0:
            self._tell(self.course.withdrawal())

    @invariant()
    def the_case_is_whole(self) -> None:
        if hasattr(self, "course"):
            check(self.course)
            assert self.numbers == list(range(1, len(self.numbers) + 1))

    def teardown(self) -> None:
        if not hasattr(self, "course"):
            return
        self._answer_all()
        if not self.course.state.closed:
            self.course.tell(self.course.supplement("deed"))
        self._answer_all()
        check(self.course)
        assert self.course.state.closed

    def _answer_all(self) -> None:
        while held := self.course.held():
            self.course.tell(self.course.completion(next(iter(held))))


AnyCourse.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_a_case_stays_whole_whatever_is_said_also_twice_and_late = AnyCourse.TestCase
