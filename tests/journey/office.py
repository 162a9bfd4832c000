"""A department's worker as a process of its own: `python -m tests.journey.office planning`.

It does what the case says (see script.py), and writes every call of its handlers down, one JSON
object a line: that is the department's side of "each assignment has its effect once".
"""

import json
import os
import sys
from pathlib import Path

from onewindow_worker import (
    LATER,
    Cancellation,
    NotFetched,
    Result,
    Task,
    Worker,
    approve,
    approve_with_conditions,
    decline,
    log_to_stderr,
    return_for_supplement,
    suspend,
)

from tests.journey.script import LEAD, behaviour

CALLS = "ONEWINDOW_TEST_CALLS"
CONDITION = "竣工前进行防雷装置检测"
READS = "siting"
"""The task whose department opens what it was handed."""

LEGAL_BASIS = "《中华人民共和国行政许可法》第四十五条"


def answer(task: Task) -> Result:
    """What the department does with a task."""
    does, proposed = behaviour(task.form["project_name"], task.task)
    if does in ("later", "reject", "hold"):
        task.progress("正在研究", percent=30, officer="经办人")
        return LATER
    if does == "conditions":
        return approve_with_conditions([CONDITION], officer="经办人")
    if does == "return" and not task.supplemented:
        return return_for_supplement({"design-plan": "缺少室外消防给水平面图"})
    if does == "suspend":
        return suspend("专家评审", legal_basis=LEGAL_BASIS, days=5)
    if does == "decline" and task.department != (proposed or LEAD):
        return decline("不属本部门职责", proposal=proposed)
    results = {"hazard_area": True} if does == "hazard" else {}
    return approve("符合要求", results=results, officer="经办人")


def opened(subject: Task | Cancellation) -> str:
    """What the first material says, as its link leads to it; empty where intake is away."""
    try:
        return next((it.read(timeout=5).decode() for it in getattr(subject, "materials", ())), "")
    except NotFetched:
        return ""


def note(file: Path, kind: str, subject: Task | Cancellation) -> None:
    """Write a call down; the line is there as a whole or not at all."""
    line = {
        "kind": kind,
        "case": subject.case,
        "task": subject.task,
        "assignment": subject.assignment,
        "supplemented": getattr(subject, "supplemented", False),
        "form": sorted(getattr(subject, "form", ())),
        "read": opened(subject) if subject.task == READS else "",
    }
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, (json.dumps(line) + "\n").encode())
    os.close(descriptor)


def main(department: str) -> None:
    """Work until told to stop."""
    log_to_stderr()
    worker = Worker.from_environment()
    calls = Path(os.environ[CALLS]) / f"{department}.jsonl"

    @worker.task()
    def handle(task: Task) -> Result:
        note(calls, "task", task)
        return answer(task)

    @worker.cancelled
    def forget(cancelled: Cancellation) -> None:
        note(calls, "cancelled", cancelled)

    worker.run()


if __name__ == "__main__":
    main(sys.argv[1])
