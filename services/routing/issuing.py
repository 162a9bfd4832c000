"""Documents that a case brings forth, and materials that a department of the system has issued.

What an approval carries under the name of a licence or notice of the item is issued: the case
stream says so, with the document by reference. What it carries under the name of a material that
this department issues is reused: it joins the application, and every task that sees the material
gets it. A material that nobody has brought yet is to be fetched from who issued it.
"""

from collections.abc import Iterator

from services.routing.handing import supplement, visible
from services.routing.plan import Task
from services.routing.step import Step
from shared.messages import MaterialRule, TaskCompleted
from shared.messages.progress import Issued

REUSED = "issued by a department in this case"


def bring_forth(step: Step, task: Task, message: TaskCompleted) -> None:
    """Take in what an approval carries."""
    step.changes += _issued(step, task, message)
    names = {rule.name for rule in step.item.materials if _issues(step, task, message, rule)}
    reused = tuple(document for document in message.documents if document.name in names)
    if reused:
        step.application = step.application.with_more({}, reused)
        brought = {document.name for document in reused}
        for key, state in list(step.tasks.items()):
            if state.held and visible(step.item, key, brought):
                supplement(step, key, REUSED)


def _issued(step: Step, task: Task, message: TaskCompleted) -> Iterator[Issued]:
    titles = {issue.name: issue.title for issue in step.item.issued.get(task.key, ())}
    for document in message.documents:
        if document.name in titles:
            yield Issued(
                task=task.key,
                department=message.department,
                title=titles[document.name],
                document=document,
            )


def _issues(step: Step, task: Task, message: TaskCompleted, rule: MaterialRule) -> bool:
    """Whether the material is one that the department issues which answered."""
    if not rule.issued_by:
        return False
    return message.department == step.filling(rule.issued_by) or task.department == rule.issued_by
