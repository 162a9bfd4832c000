"""Bad days: nobody takes results, the worker is killed or stopped, the broker goes away."""

import time
import uuid
from collections.abc import Callable

from deploy.workercheck.record import FIRST, Played, Sent
from deploy.workercheck.seen import Confirmed, Event, Published, Settled, TurnedBack
from deploy.workercheck.stage import Stage
from deploy.workercheck.tap import Trap

TASKS = 3
TWICE = 2
"""An answer that came back may be held for so many times the time allowed before it is sent."""

STOP = 30.0
"""Seconds that a worker has to end after SIGTERM."""

RECONNECT = 60.0
"""Seconds that a worker has to be back after the broker is."""


def unroutable(stage: Stage) -> Played:
    """For a while no queue takes results: a mandatory message comes back, and is sent again."""
    with stage.side.nobody_receives():
        task = stage.task()
        stage.until(lambda so_far: bool(so_far.of(TurnedBack) or so_far.arrived(task.assignment)))
        # before there is a queue again: what is sent at once when there is one counts as well
        rebound = time.monotonic()
    back = lambda so_far: bool(so_far.after(rebound).arrived(task.assignment))  # noqa: E731
    stage.until(back, TWICE * stage.within)
    return stage.over(tasks=(task,), facts={"rebound": rebound})


Moment = Callable[[Event, frozenset[str]], bool]

MOMENTS: dict[str, tuple[Moment, bool]] = {
    "acknowledging a task": (
        lambda event, ids: isinstance(event, Settled) and not ids.isdisjoint(event.message_ids),
        True,
    ),
    "sending an answer": (
        lambda event, _: isinstance(event, Published) and event.type in FIRST,
        False,
    ),
    "getting a confirmation": (lambda event, _: isinstance(event, Confirmed), False),
}
"""When the worker is killed, and whether the frame of that moment still gets through."""


def kill(stage: Stage) -> Played:
    """SIGKILL at each of these moments, with tasks in its hands, and a new start."""
    assert stage.subject is not None, "only a worker that we started can be killed"
    tasks: list[Sent] = []
    moments: dict[str, str] = {}
    for moment, (springs_at, forward) in MOMENTS.items():
        ids = frozenset(f"check-{uuid.uuid4()}" for _ in range(TASKS))
        trap = _trap(springs_at, ids, act=stage.subject.kill, forward=forward)
        stage.tap.set_trap(trap)
        met = [stage.send(stage.body(), message_id=one) for one in sorted(ids)]
        sprung = stage.tap.trapped(stage.within)
        stage.subject.kill()
        stage.tap.cut()
        stage.tap.mend()
        if stage.start():
            stage.answered(*met)
            stage.settled(*met)
        tasks += met
        moments.update(dict.fromkeys((it.message_id for it in met), moment if sprung else ""))
    stage.quiet()
    return stage.over(tasks=tuple(tasks), facts={"moments": moments})


def _trap(
    springs_at: Moment, ids: frozenset[str], *, act: Callable[[], None], forward: bool
) -> Trap:
    return Trap(springs_at=lambda event: springs_at(event, ids), act=act, forward=forward)


def stop(stage: Stage) -> Played:
    """SIGTERM with tasks in its hands, and a new start."""
    assert stage.subject is not None, "only a worker that we started can be stopped"
    tasks = tuple(stage.task() for _ in range(TASKS))
    stage.until(lambda so_far: bool(so_far.delivered(tasks[0].message_id)))
    status, took = stage.subject.stop(STOP)
    if stage.start():
        stage.answered(*tasks)
        stage.settled(*tasks)
    return stage.over(tasks=tasks, facts={"status": status, "took": took})


def cut_line(stage: Stage) -> Played:
    """The connection is lost with an answer on its way."""
    on_the_way = MOMENTS["sending an answer"][0]
    stage.tap.set_trap(_trap(on_the_way, frozenset(), act=lambda: None, forward=False))
    task = stage.task()
    stage.tap.trapped(stage.within)
    stage.tap.cut()
    stage.tap.mend()
    stage.answered(task, seconds=RECONNECT)
    stage.settled(task)
    return stage.over(tasks=(task,))


def broker_restart(stage: Stage) -> Played:
    """The broker stops, and is back some seconds later with everything that it had."""
    gone = time.monotonic()
    stage.side.node.restart()
    back = time.monotonic()
    task = stage.task()
    stage.answered(task, seconds=RECONNECT)
    stage.settled(task)
    return stage.over(tasks=(task,), facts={"gone": gone, "back": back})
