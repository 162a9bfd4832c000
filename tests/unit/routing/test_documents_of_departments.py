"""Materials that departments issue are fetched or reused; licences and notices are issued."""

from pathlib import Path
from typing import Any

import pytest

from services.routing.catalogue import check_catalogue, load_catalogue
from services.routing.handlers import published
from services.routing.plan import Issue, Item
from shared.database import Database
from shared.delivery.work import Work
from shared.messages import Limit, MaterialRule, TaskSupplemented
from shared.messages.progress import Issued, Refused
from tests.unit.routing.building import ALL, NOW, Course, item, material, task, text
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

SURVEY = MaterialRule(name="survey", title=text("测绘成果"), issued_by="planning")
DEED = MaterialRule(name="deed", title=text("产权证"), issued_by="archives", when="form.dirty")
TEN = Limit(amount=10, source="行政许可法第四十四条")
NOTICE = Issue(name="notice", title=text("告知书"), task="siting")
LICENCE = Issue(name="licence", title=text("许可证"), department="lead", delivery=TEN, sees=ALL)


def reusing(**more: Any) -> Item:
    return item(
        task("siting", "planning", sees=ALL),
        task("fire", "fire", sees=ALL),
        task("permit", "lead", after=("siting", "fire"), sees=ALL),
        materials=(MaterialRule(name="plan", title=text("plan")), SURVEY, DEED),
        **more,
    )


def to_fetch(course: Course, key: str) -> list[tuple[str, str]]:
    return [(it.name, it.department) for it in course.assigned(key).to_fetch]


def answer(course: Course, key: str, *documents: str, outcome: str = "approved") -> None:
    given = tuple(material(name, "d") for name in documents)
    course.tell(course.completion(key, outcome, documents=given))


def test_a_task_is_told_what_to_fetch_and_from_whom() -> None:
    course = Course(reusing())
    assert to_fetch(course, "fire") == [("survey", "planning")]
    course = Course(reusing(), form={"area": 1, "dirty": True})
    assert to_fetch(course, "fire") == [("survey", "planning"), ("deed", "archives")]


def test_what_a_task_may_not_see_it_need_not_fetch() -> None:
    course = Course(item(task("a"), materials=(SURVEY,)))
    assert to_fetch(course, "a") == []


def test_what_was_handed_in_all_the_same_need_not_be_fetched() -> None:
    course = Course(reusing(), materials=(material("plan"), material("survey")))
    assert to_fetch(course, "fire") == []


def test_what_its_issuer_brings_is_reused_by_later_tasks_and_told_to_those_at_work() -> None:
    course = Course(reusing())
    answer(course, "siting", "survey")
    (told,) = [it for it in course.sent if isinstance(it, TaskSupplemented)]
    assert (told.task, [it.name for it in told.materials]) == ("fire", ["plan", "survey"])
    answer(course, "fire")
    permit = course.assigned("permit")
    assert [it.name for it in permit.materials] == ["plan", "survey"]
    assert permit.to_fetch == ()


def test_what_another_department_brings_under_that_name_is_not_reused() -> None:
    course = Course(reusing())
    answer(course, "fire", "survey")
    assert [it.name for it in course.state.application.materials] == ["plan"]


def test_an_approval_carries_the_document_that_the_item_names() -> None:
    course = Course(reusing(issues=(NOTICE,)))
    course.tell(course.completion("siting", documents=()))
    refused = course.changes[-1]
    assert isinstance(refused, Refused)
    assert refused.reason == "incomplete: an approval must carry the document notice"
    answer(course, "siting", "notice", "draft")
    (issued,) = [it for it in course.changes if isinstance(it, Issued)]
    assert (issued.task, issued.department, issued.title.zh) == ("siting", "planning", "告知书")
    assert issued.document.name == "notice"


def test_a_rejection_carries_none() -> None:
    course = Course(reusing(issues=(NOTICE,)))
    answer(course, "siting", "notice", outcome="rejected")
    assert course.state.state == "decided"
    assert "Issued" not in course.kinds()


def decided(*issues: Issue) -> Course:
    course = Course(item(task("a"), issues=issues))
    course.tell(course.completion("a"))
    return course


def test_a_licence_is_issued_once_the_case_is_approved_within_the_limit_of_delivery() -> None:
    course = decided(LICENCE)
    assert course.kinds()[-2:] == ["Decided", "Assigned"]
    assert course.held() == {"licence": "lead"}
    assigned = course.assigned("licence")
    assert (assigned.handling, assigned.form["area"]) == (TEN, 100)
    answer(course, "licence", "licence")
    assert (course.kinds()[-1], course.held(), course.state.state) == ("Issued", {}, "decided")


@pytest.mark.parametrize("outcome", ["rejected", "approved_with_conditions"])
def test_an_approved_case_leaves_nothing_but_to_issue_the_document(outcome: str) -> None:
    course = decided(LICENCE)
    answer(course, "licence", "licence", outcome=outcome)
    assert isinstance(course.changes[-1], Refused)
    course.tell(course.return_of("licence", "plan"))
    assert isinstance(course.changes[-1], Refused)
    assert course.held() == {"licence": "lead"}


def test_a_rejected_case_has_nothing_to_issue() -> None:
    course = Course(item(task("a"), issues=(LICENCE,)))
    course.tell(course.completion("a", "rejected"))
    assert course.held() == {}


DECLARED = ITEM.replace(
    "tasks:\n",
    "  - name: survey\n"
    "    title: {zh: 测绘成果, en: Survey}\n"
    "    issued_by: planning\n"
    "issues:\n"
    "  - name: notice\n"
    "    title: {zh: 告知书, en: Notice}\n"
    "    task: siting\n"
    "  - name: licence\n"
    "    title: {zh: 许可证, en: Licence}\n"
    "    department: archives\n"
    "    delivery: {amount: 10, source: 行政许可法第四十四条}\n"
    "    sees: {form: [area]}\n"
    "tasks:\n",
    1,
)


def test_what_is_issued_is_published_and_can_be_followed(tmp_path: Path) -> None:
    assert check_catalogue(folder(tmp_path, DECLARED)) == []
    catalogue = load_catalogue(tmp_path)
    database = Database.open("routing", data=tmp_path)
    with database.reading() as tx:
        work = Work(tx, NOW, "routing")
        said = published(work, catalogue.items["building"], catalogue.departments)
    database.close()
    assert [(it.name, it.task) for it in said.issues] == [
        ("notice", "siting"),
        ("licence", "licence"),
    ]
    assert [it.key for it in said.tasks] == ["siting", "permit", "licence"]
    assert said.materials[1].issued_by == "planning"


@pytest.mark.parametrize(
    ("found", "planted", "said"),
    [
        ("issued_by: planning", "issued_by: planing", "materials[1].issued_by: 'planing' is no d"),
        ("issued_by: planning", "issued_by: planning\n    deferrable: true", "is not asked for"),
        ("task: siting", "task: sitting", "issues[0].task: 'sitting' is no task of this item"),
        ("name: licence", "name: permit", "issues[1].name: 'permit' is the key of a task too"),
        ("name: licence", "name: notice", "issues[0].name: 'notice' is there twice"),
        ("department: archives\n    delivery", "delivery", "issues[1].department: is missing"),
        ("    delivery: {amount: 10, source: 行政许可法第四十四条}\n", "", "delivery: is missing"),
        ("department: archives\n    del", "department: archive\n    del", "'archive' is no depart"),
        ("sees: {form: [area]}\ntasks", "sees: {form: [aera]}\ntasks", "'aera' is not there"),
    ],
)
def test_a_fault_of_a_document_is_told(tmp_path: Path, found: str, planted: str, said: str) -> None:
    assert found in DECLARED
    faults = check_catalogue(folder(tmp_path, DECLARED.replace(found, planted, 1)))
    assert any(said in str(fault) for fault in faults), faults
