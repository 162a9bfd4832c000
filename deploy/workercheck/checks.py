"""The checks by name: what each plays, and by which rule it is judged."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from deploy.workercheck.findings import Trouble
from deploy.workercheck.judging import answers, standing
from deploy.workercheck.judging import scenes as judging
from deploy.workercheck.record import Played, Record
from deploy.workercheck.samples import Sample
from deploy.workercheck.scenes import afterwards, faults, ordinary, strange
from deploy.workercheck.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A check that plays something. `ours`: only where we started the worker ourselves."""

    title: str
    play: Callable[[Stage], Played]
    judge: Callable[[Played], Iterator[Trouble]]
    ours: bool = False


SCENES: Mapping[str, Scene] = {
    "answer": Scene(
        title="every task is answered or accepted in time",
        play=ordinary.answer,
        judge=judging.answer,
    ),
    "unknown-fields": Scene(
        title="fields that it cannot know are ignored",
        play=ordinary.unknown_fields,
        judge=judging.unknown_fields,
    ),
    "duplicate": Scene(
        title="a task that comes three times is answered once",
        play=ordinary.duplicate,
        judge=judging.duplicate,
    ),
    "cancellation": Scene(
        title="a cancelled task gets no answer any more",
        play=afterwards.cancellation,
        judge=judging.cancellation,
    ),
    "supplement": Scene(
        title="a returned task is answered after its supplement",
        play=afterwards.supplement,
        judge=judging.supplement,
    ),
    "unreadable": Scene(
        title="what cannot be read is set aside, the rest goes on",
        play=strange.unreadable,
        judge=judging.unreadable,
    ),
    "sender": Scene(
        title="tasks are taken from routing alone",
        play=strange.sender,
        judge=judging.sender,
    ),
    "unroutable": Scene(
        title="an answer that came back is sent again",
        play=faults.unroutable,
        judge=judging.unroutable,
    ),
    "kill": Scene(
        title="killed at the worst moments, it loses and doubles nothing",
        play=faults.kill,
        judge=judging.kill,
        ours=True,
    ),
    "stop": Scene(
        title="SIGTERM stops it in good order",
        play=faults.stop,
        judge=judging.stop,
        ours=True,
    ),
    "cut-line": Scene(
        title="an answer that was lost with its connection is sent again",
        play=faults.cut_line,
        judge=judging.cut_line,
    ),
    "broker-restart": Scene(
        title="it is back after a restart of the broker",
        play=faults.broker_restart,
        judge=judging.broker_restart,
    ),
}
"""In this order; each with what went before it in the same worker."""

FIRST_SCENE = "answer"
"""Always played: the others, and what is judged at the end, need a worker that answers at all."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A check of everything that was seen in all scenes."""

    title: str
    judge: Callable[[Record, Sample], Iterator[Trouble]]


STANDING: Mapping[str, Standing] = {
    "fields": Standing(
        title="bodies are as the contract says",
        judge=standing.fields,
    ),
    "envelope": Standing(
        title="the properties are whole",
        judge=lambda record, _: standing.envelope(record, Stage.now()),
    ),
    "routing": Standing(
        title="results go to their exchange and key",
        judge=lambda record, _: standing.routing(record),
    ),
    "publishing": Standing(
        title="results are confirmed and mandatory",
        judge=lambda record, _: standing.publishing(record),
    ),
    "identity": Standing(
        title="it acts as its own department alone",
        judge=lambda record, it: standing.identity(record, it.department),
    ),
    "acknowledging": Standing(
        title="deliveries are acknowledged by the worker",
        judge=lambda record, _: standing.acknowledging(record),
    ),
    "message-ids": Standing(
        title="a message id stands for one message",
        judge=lambda record, _: answers.ids_kept(record),
    ),
}
NAMES = (*SCENES, *STANDING)
