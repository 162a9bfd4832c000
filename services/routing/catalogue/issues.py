"""Faults in documents that are issued: by whom, by what, and in what a case may reuse."""

from collections import Counter
from collections.abc import Collection, Iterator

from services.routing.catalogue.faults import Path, meant
from services.routing.catalogue.forms import Found
from services.routing.departments import Departments
from services.routing.plan import Issue, Item, Task


def check_issues(item: Item, departments: Departments) -> Iterator[Found]:
    """Whoever issues something is there, and what it comes with can bring it forth."""
    for place, rule in enumerate(item.materials):
        path: Path = ("materials", place)
        if rule.issued_by and rule.issued_by not in departments.names:
            yield (*path, "issued_by"), _no_department(rule.issued_by, departments)
        if rule.issued_by and rule.deferrable:
            problem = "promises what the applicant is not asked for: take it out"
            yield (*path, "deferrable"), problem
    counted = Counter(issue.name for issue in item.issues)
    declared = {task.key for task in item.tasks}
    for place, issue in enumerate(item.issues):
        path = ("issues", place)
        if counted[issue.name] > 1:
            yield (*path, "name"), f"{issue.name!r} is there twice"
        if issue.task:
            yield from _with_task(item, issue, (*path, "task"))
            continue
        if issue.name in declared:
            yield (*path, "name"), f"{issue.name!r} is the key of a task too: name it anew"
        if issue.department not in departments.names:
            yield (*path, "department"), _no_department(issue.department, departments)
        yield from _sees(item, issue, (*path, "sees"))


def _with_task(item: Item, issue: Issue, path: Path) -> Iterator[Found]:
    task = next((it for it in item.tasks if it.key == issue.task), None)
    if task is None:
        known = [it.key for it in item.tasks]
        yield path, f"{issue.task!r} is no task of this item{meant(issue.task, known)}"
    elif task.divided or task.formal or task.on_promise != "ask" or _deemed(task):
        problem = "may be done without an answer of its own, which would carry the document: "
        yield path, problem + "issue it after the decision, by `department` and `delivery`"


def _deemed(task: Task) -> bool:
    return task.silence == "deemed_approval"


def _sees(item: Item, issue: Issue, path: Path) -> Iterator[Found]:
    asked: dict[str, tuple[Collection[str] | None, list[str]]] = {
        "form": (issue.sees.form, [field.name for field in item.form]),
        "materials": (issue.sees.materials, [rule.name for rule in item.materials]),
        "opinions": (issue.sees.opinions, [task.key for task in item.tasks]),
    }
    for part, (names, known) in asked.items():
        for name in sorted(set(names or ()) - set(known)):
            yield (*path, part), f"{name!r} is not there in this item{meant(name, known)}"


def _no_department(name: str, departments: Departments) -> str:
    return f"{name!r} is no department of departments.yaml{meant(name, departments.names)}"
