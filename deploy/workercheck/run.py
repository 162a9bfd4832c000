"""One run of the checks against one worker."""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from deploy.local.broker_node import BrokerNode
from deploy.workercheck.checks import FIRST_SCENE, NAMES, SCENES, STANDING, Scene
from deploy.workercheck.findings import Finding, Trouble
from deploy.workercheck.platform_side import PlatformSide
from deploy.workercheck.samples import Sample
from deploy.workercheck.stage import START, Stage
from deploy.workercheck.subject import Subject
from deploy.workercheck.tap import Tap

MOST = 5
"""Troubles of one check that are told; the next ones seldom say more."""

STOP = 10.0
ATTACHED = "needs a worker that this command starts itself: give its COMMAND"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be checked. `command` is empty where the worker runs elsewhere.

    `within` is how many seconds a worker has for an answer or an acceptance. `only` names checks,
    all where it is empty. `port` is where the worker connects to, 0 for any.
    """

    command: Sequence[str]
    sample: Sample
    within: float = 10.0
    only: Collection[str] = ()
    port: int = 0

    def plays(self, check: str) -> bool:
        """Whether the check is wanted."""
        return not self.only or check in self.only


Tell = Callable[[Finding], None]


def run(
    wanted: Wanted,
    node: BrokerNode,
    folder: Path,
    *,
    tell: Tell,
    announce: Callable[[Mapping[str, str]], None] = lambda _: None,
    wait: float = START,
) -> list[Finding]:
    """Check a worker at a running node; each finding is told as soon as it is there.

    `announce` is handed the variables that a worker which runs elsewhere needs; it has `wait`
    seconds to come. `folder` takes its journal and its log.
    """
    side = PlatformSide(node, wanted.sample.department)
    tap = Tap(node.address.port, wanted.port)
    handed = variables(wanted.sample.department, side.worker_uri(tap.port), folder)
    subject = None
    try:
        if wanted.command:
            env = {**_clean(os.environ), **handed}
            subject = Subject(wanted.command, env, folder / "worker.log")
        else:
            announce(handed)
        stage = Stage(side, tap, subject, wanted.sample, wanted.within)
        return _findings(wanted, stage, tell, wait)
    finally:
        if subject is not None:
            subject.stop(STOP)
        tap.close()
        if node.process is not None:
            side.close()


def variables(department: str, uri: str, folder: Path) -> dict[str, str]:
    """What a worker is told through its environment. The journal is a file or folder to make."""
    return {
        "ONEWINDOW_WORKER_DEPARTMENT": department,
        "ONEWINDOW_WORKER_URI": uri,
        "ONEWINDOW_WORKER_JOURNAL": str(folder / "worker.journal"),
    }


def _clean(environ: Mapping[str, str]) -> dict[str, str]:
    """Without what would lead the worker elsewhere than to our broker."""
    ours = ("AMQP_URI", "ONEWINDOW_WORKER_")
    return {name: value for name, value in environ.items() if not name.startswith(ours)}


def _findings(wanted: Wanted, stage: Stage, tell: Tell, wait: float) -> list[Finding]:
    findings: list[Finding] = []
    for finding in _all(wanted, stage, wait):
        findings.append(finding)
        tell(finding)
    return findings


def _all(wanted: Wanted, stage: Stage, wait: float) -> Iterator[Finding]:
    first = _connects(stage, wait)
    yield first
    if first.troubles:
        # what it did instead may explain it; that nothing else was broken means nothing
        yield from (it for it in _standing_checks(wanted, stage) if it.troubles)
        return
    yield from _played(wanted, stage)
    yield from _standing_checks(wanted, stage)


def _standing_checks(wanted: Wanted, stage: Stage) -> Iterator[Finding]:
    for name, check in STANDING.items():
        if wanted.plays(name):
            told = _few(check.judge(stage.record, wanted.sample))
            yield Finding(check=name, title=check.title, troubles=told)


def _connects(stage: Stage, wait: float) -> Finding:
    began = time.monotonic()
    there = stage.start(wait)
    trouble = Trouble(
        seen=f"{_standing(stage)} and had not asked for its tasks after "
        f"{time.monotonic() - began:.0f} s{_words(stage)}",
        expected=f"it connects to ONEWINDOW_WORKER_URI and consumes department."
        f"{stage.sample.department}",
        remedy="read address and department from the environment variables "
        "ONEWINDOW_WORKER_URI and ONEWINDOW_WORKER_DEPARTMENT",
    )
    return Finding(
        check="connect",
        title="it connects and asks for its tasks",
        troubles=() if there else (trouble,),
        seconds=time.monotonic() - began,
    )


def _played(wanted: Wanted, stage: Stage) -> Iterator[Finding]:
    for name, scene in SCENES.items():
        if wanted.plays(name) or name == FIRST_SCENE:
            began = time.monotonic()
            troubles, why = _play(scene, stage)
            took = time.monotonic() - began
            yield Finding(check=name, title=scene.title, troubles=troubles, why=why, seconds=took)


def _play(scene: Scene, stage: Stage) -> tuple[Sequence[Trouble], str]:
    if scene.ours and stage.subject is None:
        return (), ATTACHED
    if not stage.begin():
        return (_died(stage, "it did not get ready again"),), ""
    played = scene.play(stage)
    troubles = [] if played.not_tried else _few(scene.judge(played))
    if stage.subject is not None and not stage.subject.running:
        troubles.append(_died(stage, "nobody had told it to"))
    return troubles, played.not_tried


def _few(troubles: Iterable[Trouble]) -> list[Trouble]:
    """The first of each kind."""
    return list(islice(dict.fromkeys(troubles), MOST))


def _died(stage: Stage, how: str) -> Trouble:
    return Trouble(
        seen=f"{_standing(stage)}; {how}{_words(stage)}",
        expected="the worker goes on, whatever arrives and whatever breaks",
        remedy="catch what handling one message raises, and connect again after a loss",
    )


def _standing(stage: Stage) -> str:
    if stage.subject is None or stage.subject.running:
        return "the worker runs"
    return f"the worker ended with status {stage.subject.ended}"


def _words(stage: Stage) -> str:
    said = stage.subject.last_words() if stage.subject is not None else ""
    return f"; the last that it said: {said}" if said else ""


def unknown(names: Iterable[str]) -> list[str]:
    """Those names that no check has."""
    return [name for name in names if name not in NAMES]
