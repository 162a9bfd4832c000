"""One department's worker under faults: `python -m deploy.chaos.worker planning`.

It does what the case says (script.py). Its effect on the world is a file a task, keyed by the
assignment as the SDK's guide says, so that a repeated call changes nothing; and it writes every
call of its handler down, so that repeats are seen. Answers that come later wait as files, too.
"""

import json
import logging
import os
import sys
import threading
import time
from pathlib import Path

from environs import Env
from onewindow_worker import (
    LATER,
    JournalUnusable,
    NotOpen,
    Result,
    Task,
    UnknownAssignment,
    Worker,
    approve,
    approve_with_conditions,
    decline,
    log_to_stderr,
    reject,
    return_for_supplement,
)

from deploy.chaos.script import LEADS, behaviour
from shared.businesstime import BusinessTime

log = logging.getLogger("onewindow.chaos")

LOOK = 0.5
"""How often to look whether a later answer is due, in seconds."""


class Desk:
    """The folder of one department: `calls.jsonl`, `effects/ASSIGNMENT`, `later/ASSIGNMENT`."""

    def __init__(self, folder: Path) -> None:
        self.calls = folder / "calls.jsonl"
        self.effects, self.later = folder / "effects", folder / "later"
        for place in (self.effects, self.later):
            place.mkdir(parents=True, exist_ok=True)

    def note(self, task: Task) -> None:
        """Write a call down; the line is there as a whole or not at all."""
        line = {"assignment": task.assignment, "supplemented": task.supplemented}
        descriptor = os.open(self.calls, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, (json.dumps(line) + "\n").encode())
        os.close(descriptor)

    def act(self, task: Task, does: str) -> bool:
        """Have the effect of a task, unless it was had before; whether it is new."""
        name = f"{task.assignment}.supplemented" if task.supplemented else task.assignment
        try:
            descriptor = os.open(self.effects / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            return False
        os.write(descriptor, does.encode())
        os.close(descriptor)
        return True

    def put_off(self, task: Task, seconds: int) -> None:
        """Have an answer given later; what was put off before keeps its moment."""
        note = self.later / task.assignment
        if not note.exists():
            draft = note.with_suffix(".new")
            draft.write_text(repr(time.time() + seconds))
            draft.replace(note)

    def due(self) -> list[Path]:
        """The notes of answers that are due."""
        notes = (it for it in self.later.iterdir() if it.suffix != ".new")
        return [it for it in notes if float(it.read_text()) <= time.time()]


def answer(task: Task, desk: Desk) -> Result:
    """What the department does with a task."""
    does, seconds = behaviour(task.form, task.task)
    desk.act(task, does)
    if does in ("hold", "later"):
        if does == "later":
            desk.put_off(task, seconds)
        return LATER
    if does == "conditions":
        return approve_with_conditions(["竣工前进行防雷装置检测"])
    if does == "reject":
        return reject("不符合规定", legal_basis="《中华人民共和国行政许可法》第三十八条")
    if does == "return" and not task.supplemented:
        return return_for_supplement({"design-plan": "缺少室外消防给水平面图"})
    if does == "decline" and task.department not in LEADS:
        return decline("不属本部门职责")
    return approve("符合要求", officer="经办人")


def give_later_answers(worker: Worker, desk: Desk) -> None:
    """Give what was put off when it is due, for ever; a note goes once its answer is safe."""
    while True:
        for note in desk.due():
            try:
                worker.complete(note.name, approve("现场核查合格", officer="经办人"))
            except (UnknownAssignment, JournalUnusable):
                continue  # the handler has not returned yet, or died before it did
            except NotOpen as error:
                log.info("Answer no longer wanted", extra={"reason": str(error)})
            note.unlink()
        time.sleep(LOOK)


def main(department: str) -> None:
    """Work until told to stop."""
    env = Env()
    log_to_stderr()
    business = BusinessTime.parse(env.str("ONEWINDOW_TIME", ""), production=False)
    desk = Desk(env.path("ONEWINDOW_CHAOS_DESKS") / department)
    uri, journal = env.str("ONEWINDOW_WORKER_URI"), env.str("ONEWINDOW_WORKER_JOURNAL")
    worker = Worker(department, uri, journal=journal, clock=business.now)

    @worker.task()
    def handle(task: Task) -> Result:
        desk.note(task)
        return answer(task, desk)

    threading.Thread(target=give_later_answers, args=(worker, desk), daemon=True).start()
    worker.run()


if __name__ == "__main__":
    main(sys.argv[1])
