"""What silence means, who may extend, which procedures stop the clock: declared, told, checked."""

from pathlib import Path

import pytest

from services.routing.catalogue import check_catalogue, load_catalogue
from services.routing.handlers import published
from services.routing.plan import Item
from shared.database import Database
from shared.delivery.work import Work
from shared.messages import Limit, Procedure
from shared.messages.progress import Assigned, Opened, Refused
from tests.unit.routing.building import NOW, Course, item, task, text
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

REVIEW = Procedure(
    key="review", title=text("专家评审"), limit=Limit(amount=10, source="第四十五条")
)
HEARING = Procedure(key="hearing", title=text("听证"), limit=Limit(amount=20, source="第四十五条"))

DECLARED = ITEM.replace(
    "form:\n",
    "extension: {amount: 10, source: 行政许可法第四十二条, by: {zh: 机关负责人, en: Head}}\n"
    "procedures:\n"
    "  - key: hearing\n"
    "    title: {zh: 听证, en: Hearing}\n"
    "    limit: {amount: 20, source: 行政许可法第四十八条}\n"
    "form:\n",
    1,
).replace(
    "    sees: {form: all",
    "    silence: deemed_approval\n    procedures: [hearing]\n    sees: {form: all",
)
DECLARED = DECLARED.replace("type: boolean}", "type: boolean, required: false}", 1).replace(
    "when: results.siting.hazard", "when: has(results.siting.hazard) && results.siting.hazard", 1
)


def stopping(*procedures: str) -> Item:
    return item(task("a", procedures=procedures), procedures=(REVIEW, HEARING))


@pytest.mark.parametrize("name", ["review", "专家评审"])
def test_a_procedure_that_the_task_names_stops_its_clock(name: str) -> None:
    course = Course(stopping("review"))
    course.tell(course.suspension("a", procedure=name))
    assert course.kinds()[-1] == "Suspended"


@pytest.mark.parametrize(
    ("allowed", "procedure", "days", "said"),
    [
        (("review",), "hearing", 1, "the clock of this task stops for: review; not for hearing"),
        ((), "review", 1, "the clock of this task stops for: none; not for review"),
        (("review",), "review", 11, "review may take 10 working days, not 11"),
    ],
)
def test_no_other_procedure_stops_it_and_none_for_longer(
    allowed: tuple[str, ...], procedure: str, days: int, said: str
) -> None:
    course = Course(stopping(*allowed))
    course.tell(course.suspension("a", procedure=procedure, days=days))
    refused = course.changes[-1]
    assert isinstance(refused, Refused)
    assert refused.reason == said
    assert course.state.state == "handling"
    assert not course.state.tasks["a"].accepted


def test_what_is_declared_is_published_and_told_with_the_case(tmp_path: Path) -> None:
    catalogue = load_catalogue(folder(tmp_path, DECLARED))
    declared = catalogue.items["building"]
    database = Database.open("routing", data=tmp_path)
    with database.reading() as tx:
        said = published(Work(tx, NOW, "routing"), declared, catalogue.departments)
    database.close()
    assert said.extension is not None
    assert (said.extension.amount, said.extension.by.zh) == (10, "机关负责人")
    assert [it.key for it in said.procedures] == ["hearing"]
    assert [(it.silence, it.procedures) for it in said.tasks] == [
        ("deemed_approval", ("hearing",)),
        ("nothing", ()),
    ]
    course = Course(declared, departments=catalogue.departments, form={"area": 3, "kind": "A"})
    opened, assigned = course.changes
    assert isinstance(opened, Opened)
    assert isinstance(assigned, Assigned)
    assert (opened.extension, assigned.silence) == (said.extension, "deemed_approval")


@pytest.mark.parametrize(
    ("found", "planted", "said"),
    [
        ("deemed_approval", "consent", "tasks[0].silence: must be one of nothing, escalate"),
        ("[hearing]", "[haering]", "'haering' is no procedure of this item; did you mean 'heari"),
        ("by: {zh: 机关负责人, en: Head}", "", "extension.by: is missing"),
        ("limit: {amount: 20, source", "limit: {amount: 20, sorce", "procedures[0].limit.source: "),
        (
            "statutory: {amount: 20, source: 行政许可法第四十二条}\n",
            "",
            "extends the statutory limit",
        ),
        (
            "    handling: {amount: 5, source: 承诺}\n    results",
            "    results",
            "tasks[0].silence: never comes about",
        ),
        (
            "type: boolean, required: false}",
            "type: boolean}",
            "tasks[0].silence: settles the task without results: make every one of them",
        ),
        (
            "tasks:\n",
            "issues:\n  - {name: letter, title: {zh: 书, en: Letter}, task: siting}\ntasks:\n",
            "issues[0].task: may be done without an answer of its own",
        ),
    ],
)
def test_a_fault_of_what_is_declared_is_told(
    tmp_path: Path, found: str, planted: str, said: str
) -> None:
    assert found in DECLARED
    faults = check_catalogue(folder(tmp_path, DECLARED.replace(found, planted, 1)))
    assert any(said in str(fault) for fault in faults), faults
