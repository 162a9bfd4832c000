"""What the tests of routing are made of: small items, a case under way, and answers to it."""

from datetime import UTC, date, datetime
from typing import Any

from services.routing.answers import Origin
from services.routing.case import Case
from services.routing.departments import Department, Departments
from services.routing.domain import apply
from services.routing.plan import Item, Sees, Task
from services.routing.step import Stepped
from shared.messages import (
    ActOnSilence,
    CaseAccepted,
    CaseSupplemented,
    CaseWithdrawn,
    CorrectCase,
    Deferral,
    ExtendCase,
    FormField,
    Limit,
    Material,
    MaterialRule,
    Person,
    Shortcoming,
    TaskAccepted,
    TaskAssigned,
    TaskCompleted,
    TaskDeclined,
    TaskNoted,
    TaskResumed,
    TaskReturned,
    TaskSuspended,
    Text,
    TransferTask,
)

NOW = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)
CODE = "330100-2609-0000001-42"
LIMIT = Limit(amount=5, source="本事项办事指南")
APPLICANT = Person(kind="organisation", name="杭州某某有限公司", number="91330100MA2XXXXXX0")


def text(words: str) -> Text:
    return Text(zh=words, en=words)


DEPARTMENTS = Departments(
    {
        key: Department(key=key, title=text(key), desk=key == "archives")
        for key in ("lead", "planning", "ecology", "fire", "water", "archives")
    }
)


def field(name: str, kind: Any = "boolean", **more: Any) -> FormField:
    return FormField(name=name, title=text(name), type=kind, **more)


def task(key: str, department: str = "planning", **more: Any) -> Task:
    return Task(key=key, title=text(key), department=department, **more)


def item(*tasks: Task, **more: Any) -> Item:
    given: dict[str, Any] = {
        "key": "building",
        "version": 1,
        "title": text("building"),
        "lead": "lead",
        "applicants": ("organisation",),
        "form": (field("area", "integer"), field("dirty")),
        "materials": (
            MaterialRule(name="plan", title=text("plan")),
            MaterialRule(name="deed", title=text("deed"), deferrable=True),
        ),
        "tasks": tasks,
    }
    return Item(**{**given, **more})


def material(name: str, letter: str = "a") -> Material:
    return Material(name=name, digest="sha256:" + letter * 64, media_type="application/pdf", size=1)


def deferral(name: str = "deed") -> Deferral:
    return Deferral(material=name, title=text(name), due_on=date(2026, 9, 30), promised_by="张三")


def accepted(**more: Any) -> CaseAccepted:
    given: dict[str, Any] = {
        "case": CODE,
        "item": "building",
        "item_version": 1,
        "region": "330100",
        "channel": "portal",
        "received_at": NOW,
        "accepted_at": NOW,
        "applicant": APPLICANT,
        "form": {"area": 100, "dirty": False},
        "materials": (material("plan"),),
    }
    return CaseAccepted(**{**given, **more})


class Course:
    """A case that is told one message after the other; keeps all that came out of it."""

    def __init__(self, of: Item, departments: Departments | None = None, **more: Any) -> None:
        self.item = of
        self.departments = departments or DEPARTMENTS
        self.case: Case | None = None
        self.changes: list[Any] = []
        self.sent: list[Any] = []
        self.steps = 0
        self.tell(accepted(**more), Origin(role="intake"))

    def tell(self, message: Any, origin: Origin | None = None) -> Stepped:
        origin = origin or self._origin(message)
        stepped = apply(
            self.case, message, origin, item=self.item, departments=self.departments, now=NOW
        )
        self.case = stepped.case
        self.changes += stepped.changes
        self.sent += stepped.messages
        self.steps += 1
        return stepped

    def _origin(self, message: Any) -> Origin:
        if isinstance(message, ActOnSilence):
            return Origin(role="supervision")
        department = getattr(message, "department", "")
        if not department or isinstance(message, TransferTask):
            return Origin(role="intake")
        if self.departments[department].desk:
            return Origin(role="department")
        return Origin(role="unit", unit=department)

    def kinds(self, since: int = 0) -> list[str]:
        return [type(change).__name__ for change in self.changes[since:]]

    def held(self) -> dict[str, str]:
        """The tasks that a department has in hand, with the department."""
        return {key: held.department for key, held in self.state.tasks.items() if held.held}

    @property
    def state(self) -> Case:
        assert self.case is not None
        return self.case

    def assigned(self, key: str) -> TaskAssigned:
        """The latest assignment of a task, as its department was told."""
        return [sent for sent in self.sent if isinstance(sent, TaskAssigned) and sent.task == key][
            -1
        ]

    def _answer(self, cls: type, key: str, **more: Any) -> Any:
        held = self.state.tasks[key]
        given = {
            "case": CODE,
            "assignment": held.assignment,
            "department": held.department,
            "at": NOW,
        }
        return cls(**{**given, **more})

    def completion(self, key: str, outcome: str = "approved", **more: Any) -> TaskCompleted:
        given: dict[str, Any] = {"outcome": outcome, "results": {}, "opinion": "同意"}
        if outcome == "rejected":
            given |= {"opinion": "不符合规划", "legal_basis": "城乡规划法第四十条"}
        else:
            issued = self.item.issued.get(key, ())
            given["documents"] = tuple(material(one.name, "c") for one in issued)
        if outcome == "approved_with_conditions":
            given["conditions"] = ("施工前报备",)
        return self._answer(TaskCompleted, key, **{**given, **more})

    def acceptance(self, key: str, **more: Any) -> TaskAccepted:
        return self._answer(TaskAccepted, key, **more)

    def return_of(self, key: str, *subjects: str, **more: Any) -> TaskReturned:
        missing = tuple(Shortcoming(subject=subject, problem="缺") for subject in subjects)
        return self._answer(TaskReturned, key, missing=missing, **more)

    def suspension(self, key: str, **more: Any) -> TaskSuspended:
        given = {"procedure": "专家评审", "legal_basis": "行政许可法第四十五条", "days": 10}
        return self._answer(TaskSuspended, key, **{**given, **more})

    def note(self, key: str, **more: Any) -> TaskNoted:
        return self._answer(TaskNoted, key, **{"note": "现场踏勘已完成", "percent": 60, **more})

    def resumption(self, key: str, **more: Any) -> TaskResumed:
        return self._answer(TaskResumed, key, **more)

    def decline(self, key: str, proposal: str = "", **more: Any) -> TaskDeclined:
        return self._answer(TaskDeclined, key, reason="不属本部门", proposal=proposal, **more)

    def directive(self, key: str, silence: Any) -> ActOnSilence:
        """What supervision says once the limit of the task's present assignment has passed."""
        more = {"silence": silence, "due_at": NOW, "source": LIMIT.source}
        directive: ActOnSilence = self._answer(ActOnSilence, key, task=key, **more)
        return directive

    def supplement(self, *names: str, form: dict[str, Any] | None = None) -> CaseSupplemented:
        return CaseSupplemented(
            case=CODE,
            at=NOW,
            form=form or {},
            materials=tuple(material(name, "b") for name in names),
        )

    def withdrawal(self) -> CaseWithdrawn:
        return CaseWithdrawn(case=CODE, at=NOW, reason="不办了")

    def extension(self, **more: Any) -> ExtendCase:
        given = {"capacity": "机关负责人", "reason": "跨区协调", "legal_basis": "第四十二条"}
        return ExtendCase(**{"case": CODE, "at": NOW, "by": "陈志远", **given, **more})

    def transfer(self, key: str, department: str) -> TransferTask:
        return TransferTask(
            case=CODE, at=NOW, task=key, department=department, by="陈志远", reason="职能调整"
        )

    def correction(self, *, note: str = "", **form: Any) -> CorrectCase:
        return CorrectCase(case=CODE, at=NOW, by="陈志远", reason="录入错误", form=form, note=note)


ALL = Sees(form=None, materials=None, applicant=True)
