"""Show what runs, and where, and what the services remark of themselves.

A remark is something that a service goes on without, such as a people.yaml that is wrong. Exit
status 0 only if all of it runs.
"""

import json
import os
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.cli.addresses import table
from deploy.local.health import FAILING, OK, Health, healths
from deploy.local.places import Places
from deploy.local.state import StackState


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print it for a program.")] = False,
) -> None:
    state = StackState.read(Places.from_environment(os.environ).state)
    if as_json:
        print(json.dumps(_document(state), indent=1))
    elif state is None:
        print("Nothing is running here: `./onewindow up` starts a stack.")
    else:
        print(table(state.parts))
        for remark in _remarks(state):
            print(remark)
    if state is None or not state.up:
        raise typer.Exit(1)


def _remarks(state: StackState) -> list[str]:
    if not state.supervisor.alive:
        return ["The supervisor has ended: `./onewindow down` ends what is left of the stack."]
    if not state.ready:
        return ["The stack is being started."]
    ended = [f"{part.name}: see {part.log}" for part in state.parts if part.state != "running"]
    found = healths(state.parts).items()
    return ended + [f"{name}: {line}" for name, health in found for line in _said(health)]


def _said(health: Health) -> list[str]:
    if health.status == OK:
        return list(health.remarks)
    away = f" (cannot reach: {', '.join(health.away)})" if health.status == FAILING else ""
    return [f"{health.status}{away}", *health.remarks]


def _document(state: StackState | None) -> dict[str, Any]:
    if state is None:
        return {"up": False, "parts": []}
    health = healths(state.parts)
    parts = [
        {
            "name": part.name,
            "state": part.state,
            "process": part.process.pid,
            "address": part.address,
            "log": part.log,
            "health": asdict(health[part.name]) if part.name in health else None,
        }
        for part in state.parts
    ]
    return {"up": state.up, "ready": state.ready, "parts": parts}
