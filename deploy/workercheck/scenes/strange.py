"""Messages that no worker should act on."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.workercheck.record import Played, Sent
from deploy.workercheck.stage import Stage

NEVER_WRITTEN = 99
"""A schema version that no platform has written yet."""


def unreadable(stage: Stage) -> Played:
    """Broken messages of several kinds, and a sound task behind them."""
    strange = dict(_strange(stage))
    behind = stage.task()
    stage.answered(behind)
    stage.settled(*strange.values())
    stage.quiet()
    names = {sent.message_id: name for name, sent in strange.items()}
    return stage.over(tasks=(behind,), others=tuple(strange.values()), facts={"names": names})


def _strange(stage: Stage) -> Iterator[tuple[str, Sent]]:
    yield "a body that is not JSON", stage.send(b'{"case": "3301')
    yield "a body that is a list", stage.send(b"[1, 2, 3]")
    yield "a task without assignment", stage.send(_bytes(stage, assignment=...))
    yield "a task whose form is a text", stage.send(_bytes(stage, form="none"))
    yield "a message of an unknown type", stage.send(_bytes(stage), kind="task.sung")
    version = stage.send(_bytes(stage), version=NEVER_WRITTEN)
    yield f"a task in version {NEVER_WRITTEN}", version


def _bytes(stage: Stage, **changes: Any) -> bytes:
    """A task's body, as bytes so that nobody expects an answer to it; `...` leaves a field out."""
    body: Mapping[str, Any] = stage.body(**changes)
    return json.dumps({name: it for name, it in body.items() if it is not ...}).encode()


def sender(stage: Stage) -> Played:
    """A sound task from somebody who is not routing, and one from routing behind it."""
    user = stage.side.node.address.user
    forged = stage.send(stage.body(), sender=user)
    behind = stage.task()
    stage.answered(behind)
    stage.settled(forged, behind)
    stage.quiet()
    return stage.over(tasks=(behind,), others=(forged,), facts={"sender": user})
