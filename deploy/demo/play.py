"""Sets up a stack in sped-up time, plays the demonstration on it and gathers the outcome."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.demo import outcome
from deploy.demo.applications import APPLICATIONS
from deploy.demo.drama import Drama, Town
from deploy.local.local_stack import LocalStack
from deploy.local.packages import RABBITMQ, ensure
from deploy.local.places import ROOT, SDK
from deploy.local.services import StackSettings, departments
from deploy.local.stack import ProcessSpec
from shared.businesstime import BusinessTime, setting_of, start
from shared.errors import OneWindowError

FRIDAY = datetime.fromisoformat("2026-09-18T09:00:00+08:00")
SPEED = 64_000
"""Business seconds a second: a day in 1.35 s, seven weeks in a minute."""

ANCHOR = "anchor"
"""The file that lets business time run, once everything is there."""

SET_UP = 30.0
"""Seconds after which the first cases should be on their way, however slow the machine."""

LONGEST = 75.0
"""Seconds of playing after which something is wrong."""

ROUND = 0.15
"""Seconds between two looks at all cases."""

FIRST_DAYS = (4, 4, 4)
"""How many applications are handed in on the first working days."""

Show = Callable[[Drama, list[dict[str, Any]]], None]


class TooLong(OneWindowError):
    """The cases did not all come to their end in time."""


def prepare(home: Path, say: Callable[[str], None]) -> Path:
    """An empty state folder for the demonstration; the broker's packages are there."""
    ensure(RABBITMQ, log=home / "packages.log", say=say)
    folder = home / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


@contextmanager
def town(folder: Path, say: Callable[[str], None]) -> Iterator[Town]:
    """A running stack with a worker for each department that has one; its time stands still."""
    clock = setting_of(FRIDAY, speed=SPEED, anchor=folder / ANCHOR)
    settings = replace(StackSettings(), time=clock)
    with LocalStack(folder, settings, say=say) as stack:
        units = departments(settings.catalogue)
        workers = [name for name, desk in units.items() if not desk]
        say(f"Starting {len(workers)} departments' workers ...")
        stack.services.start(*(_worker(stack, name, clock) for name in workers))
        yield Town(
            intake=stack.address("intake"),
            department=stack.address("department"),
            supervision=stack.address("supervision"),
            worker_uri=lambda name: stack.amqp_uri(f"department.{name}"),
            desks={name: outcome.desk_token(folder, name) for name, desk in units.items() if desk},
            time=BusinessTime.parse(clock, production=False),
            start=lambda: start(folder / ANCHOR),
        )


def _worker(stack: LocalStack, department: str, clock: str) -> ProcessSpec:
    return ProcessSpec(
        name=f"worker-{department}",
        argv=(sys.executable, "-P", "-m", "deploy.demo.worker", department),
        env={
            "PYTHONPATH": f"{ROOT}:{SDK}",
            "PYTHONUNBUFFERED": "1",
            "ONEWINDOW_TIME": clock,
            "ONEWINDOW_WORKER_URI": stack.amqp_uri(f"department.{department}"),
            "ONEWINDOW_WORKER_JOURNAL": str(stack.folder / "data" / f"{department}.journal"),
        },
    )


def play(place: Town, show: Show) -> Drama:
    """Play until every case is closed; raises TooLong.

    The first applications are handed in at nine on Friday, while time stands still.
    """
    drama = Drama(place, APPLICATIONS)
    batches = list(FIRST_DAYS)
    _until(lambda: drama.ready, "the service items are published")
    drama.hand_in(batches.pop(0))
    _until(drama.all_handled, "the first cases are with their departments")
    place.start()
    begun, hand_in_at = time.monotonic(), outcome.next_morning(FRIDAY)
    while not drama.over:
        if batches and drama.now >= hand_in_at:
            drama.hand_in(batches.pop(0))
            hand_in_at = outcome.next_morning(drama.now)
        drama.step()
        show(drama, drama.alerts())
        if time.monotonic() - begun > LONGEST:
            open_cases = ", ".join(it.code for it in drama.stories if not it.closed)
            raise TooLong(f"after {LONGEST:g} s these cases are still open: {open_cases}")
        time.sleep(ROUND)
    return drama


def _until(there: Callable[[], bool], what: str) -> None:
    """Wait while business time stands still."""
    deadline = time.monotonic() + SET_UP
    while not there():
        if time.monotonic() > deadline:
            raise TooLong(f"it took more than {SET_UP:g} s until {what}")
        time.sleep(0.05)
