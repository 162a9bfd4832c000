"""What a running stack writes down about itself, so that another shell can see and end it.

Only its owner may read it, for it holds the administrator's address of the broker. Every process
is named with the instant of its start, so that nobody else's is ever ended in its place.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.broker_address import BrokerAddress
from deploy.local.broker_config import write_secret
from deploy.local.process import ProcessId
from deploy.local.stack import ProcessState
from shared.errors import OneWindowError

RUNNING = "running"


class NotRunning(OneWindowError):
    """A command needs a running stack, and there is none in the state folder."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A process of the stack as written down; `seen` is how it was then: running, or its end."""

    name: str
    process: ProcessId
    address: str
    log: str
    seen: str = RUNNING

    @classmethod
    def of(cls, state: ProcessState) -> "Part":
        """A part from what the supervisor knows."""
        return cls(
            name=state.name,
            process=state.process,
            address=state.address,
            log=str(state.log),
            seen=RUNNING if state.status is None else f"ended with status {state.status}",
        )

    @property
    def state(self) -> str:
        """How it is now."""
        if self.process.alive:
            return RUNNING
        return "ended" if self.seen == RUNNING else self.seen


@dataclass(frozen=True, kw_only=True)
class StackState:
    """A stack as written down: who supervises it, whether it got ready, its parts, its doors.

    `amqp_uri` is the administrator's, in the stack's virtual host, and `api` the broker's
    management API; `database` is empty for SQLite in `data`. `catalogue` is the folder of items and
    departments, `time` the setting of business time, `connections` the file connections.yaml, empty
    where none is named.
    """

    supervisor: ProcessId
    ready: bool
    data: str
    parts: tuple[Part, ...] = ()
    amqp_uri: str = field(default="", repr=False)
    api: str = ""
    database: str = field(default="", repr=False)
    catalogue: str = ""
    time: str = ""
    connections: str = ""

    def write(self, file: Path) -> None:
        """Replace the file as a whole."""
        write_secret(file, json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, file: Path) -> "StackState | None":
        """What is written there; None if there is nothing."""
        try:
            found = json.loads(file.read_text())
        except FileNotFoundError:
            return None
        supervisor = ProcessId(**found["supervisor"])
        parts = tuple(_part(part) for part in found["parts"])
        return cls(**{**found, "supervisor": supervisor, "parts": parts})

    @classmethod
    def running(cls, file: Path) -> "StackState":
        """The stack that runs now, for commands that ask it something; raises NotRunning."""
        found = cls.read(file)
        if found is None or not found.ready or not found.supervisor.alive:
            raise NotRunning("No stack is running here: start one with `./onewindow up --detach`.")
        return found

    @property
    def broker(self) -> BrokerAddress:
        """The broker, as its administrator."""
        doors = {"AMQP_URI": self.amqp_uri, "ONEWINDOW_BROKER_API": self.api}
        address = BrokerAddress.from_environment(doors)
        if address is None:
            raise NotRunning(
                "The stack has no broker yet: wait until `./onewindow status` says so."
            )
        return address

    def address(self, name: str) -> str:
        """Where a service answers over HTTP, the first of its processes where there are several;
        raises NotRunning if it is not part of the stack."""
        for part in self.parts:
            if part.name in (name, f"{name}-1"):
                return part.address
        raise NotRunning(f"No {name} belongs to this stack: see `./onewindow status`.")

    @property
    def up(self) -> bool:
        """Whether the whole stack runs: ready, supervised, no part ended."""
        running = all(part.state == RUNNING for part in self.parts)
        return self.ready and self.supervisor.alive and running

    @property
    def left(self) -> tuple[ProcessId, ...]:
        """Processes that still run, the last one started first."""
        return tuple(part.process for part in reversed(self.parts) if part.process.alive)


def _part(found: dict[str, object]) -> Part:
    return Part(**{**found, "process": ProcessId(**found["process"])})  # type: ignore[arg-type]


def parts_of(states: Iterable[ProcessState]) -> tuple[Part, ...]:
    """The parts of a stack from what its supervisor knows."""
    return tuple(Part.of(state) for state in states)
