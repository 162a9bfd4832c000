"""What may come after a task: a supplement, or that it is no longer wanted."""

from deploy.workercheck.record import Played
from deploy.workercheck.stage import Stage, about

REASON = "申请人撤回申请"


def cancellation(stage: Stage) -> Played:
    """One task is cancelled after its answer, and one before it arrives."""
    answered = stage.task()
    stage.answered(answered)
    late = stage.about(answered, "task.cancelled", reason=REASON)
    body = stage.body()
    early = stage.send(about(body, stage.now(), reason=REASON), kind="task.cancelled")
    stage.settled(late, early)
    overtaken = stage.send(body)
    behind = stage.task()
    stage.answered(behind)
    stage.settled(overtaken, behind)
    stage.quiet()
    return stage.over(tasks=(answered, behind), others=(late, early, overtaken))


def supplement(stage: Stage) -> Played:
    """A task without materials; if the worker returns it, they are handed in, told twice."""
    task = stage.task(materials=[])
    stage.answered(task)
    told = {it.type for it in stage.scene.answers(task.assignment)}
    if "task.returned" not in told:
        why = f"the worker did not return a task without materials, but said {', '.join(told)}"
        return stage.over(not_tried=why if told else "a task without materials was not answered")
    before = len(stage.scene.arrived(task.assignment))
    whole = stage.sample.body
    rest = {"form": whole["form"], "materials": whole["materials"], "note": "已补交"}
    brought = stage.about(task, "task.supplemented", **rest)
    stage.until(lambda so_far: len(so_far.arrived(task.assignment)) > before)
    copy = stage.again(brought)
    behind = stage.task()
    stage.answered(behind)
    stage.settled(brought, copy, behind)
    stage.quiet()
    return stage.over(tasks=(task, behind), others=(brought,))
