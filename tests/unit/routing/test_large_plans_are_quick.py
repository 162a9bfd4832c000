"""The pure rules are the hot path of every message: how long they take is a promise.

It holds for a machine that is as quick as the one on which it was made. How quick a machine is at
this moment is measured beside it, by work of a known size in the same process: where others take
the processor's time, or the processor is a slower one, both take longer.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.routing.plan import Item
from tests.unit.routing.building import ALL, Course, item, task

PROMISED = 0.050
"""Seconds."""

USUAL = 0.010
"""Seconds for the work of a known size on a quick machine to itself."""


def test_a_plan_of_200_tasks_with_400_dependencies_is_gone_through_in_50_ms() -> None:
    plan = large_plan()
    assert sum(len(it.after) for it in plan.tasks) >= 397
    assert min(_seconds_to_go_through(plan) for _ in range(5)) < PROMISED


def large_plan() -> Item:
    dice = random.Random(1)
    keys = [f"t{number}" for number in range(200)]
    after = [tuple(dice.sample(keys[:place], min(place, 2))) for place in range(200)]
    when = {0: "form.area > 10", 3: "form.dirty"}
    return item(
        *(
            task(key, after=after[place], when=when.get(place % 7, ""), sees=ALL)
            for place, key in enumerate(keys)
        )
    )


def _seconds_to_go_through(plan: Item) -> float:
    """As they would be on a quick machine to itself."""
    known = min(_seconds(_work_of_a_known_size) for _ in range(3))
    slower = max(1.0, known / USUAL)
    return _seconds(lambda: _go_through(plan)) / slower


def _go_through(plan: Item) -> None:
    course = Course(plan)
    while held := course.held():
        course.tell(course.completion(next(iter(held))))
    assert course.state.closed


@dataclass(frozen=True, kw_only=True)
class Known:
    number: int
    name: str


def _work_of_a_known_size() -> None:
    """What the rules do too: frozen values in a mapping, each replaced by the next."""
    values = {str(number): Known(number=number, name=str(number)) for number in range(4_000)}
    for name, value in list(values.items()):
        values[name] = replace(value, number=value.number + 1)
    assert len(values) == 4_000


def _seconds(work: Callable[[], None]) -> float:
    began = time.process_time()  # what other processes take is not ours
    work()
    return time.process_time() - began
