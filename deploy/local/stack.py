"""A supervisor: starts processes, waits until they are ready, tells when one ends, stops them all.

It restarts nothing by itself: a process that ended is told and shown until somebody acts. The
processes are children of this one and end with it, also when it is killed.
"""

import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.process import ProcessId, end, spawn, until
from shared.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class ProcessSpec:
    """What to start and how to see that it is ready.

    `health` is an address that answers 200 then, `ready_file` a file that exists then; a process
    with neither is ready at once. `address` is what a person opens. Times are in seconds.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    address: str = ""
    health: str = ""
    ready_file: Path | None = None
    ready_seconds: float = 180.0
    stop_seconds: float = 15.0


@dataclass(frozen=True, kw_only=True)
class ProcessState:
    """How a process is doing; `status` is its exit status once it has ended."""

    name: str
    process: ProcessId
    address: str
    log: Path
    status: int | None


class Stack:
    """Processes by name, each with a log file of its own in `folder`.

    Use it from one thread, which must live as long as the processes should (see process.spawn).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._specs: dict[str, ProcessSpec] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ids: dict[str, ProcessId] = {}

    def start(self, *specs: ProcessSpec) -> None:
        """Start these together and wait until all are ready; raises NotReady with last words."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for spec in specs:
            self._spawn(spec)
        for spec in specs:
            self._await(spec)

    def start_again(self, name: str) -> None:
        """Start a process that has ended once more, as it was, and wait until it is ready."""
        self.start(self._spec(name))

    def log(self, name: str) -> Path:
        """The file to which a process writes."""
        return self.folder / f"{name}.log"

    def kill(self, name: str) -> None:
        """End a process at once (SIGKILL), as a crash would."""
        self._end(name, signal.SIGKILL)

    def end(self, name: str) -> None:
        """Ask a process to end (SIGTERM), and insist if it does not."""
        self._end(name, signal.SIGTERM)

    def stop(self) -> None:
        """Stop everything, the last one started first."""
        for name in reversed(self._running):
            self.end(name)

    def states(self) -> tuple[ProcessState, ...]:
        """How every process is doing, in the order of their start."""
        return tuple(
            ProcessState(
                name=name,
                process=self._ids[name],
                address=self._specs[name].address,
                log=self.log(name),
                status=process.poll(),
            )
            for name, process in self._running.items()
        )

    def ended(self) -> Iterator[ProcessState]:
        """Processes that have ended although nobody asked them to."""
        return (state for state in self.states() if state.status is not None)

    def _spec(self, name: str) -> ProcessSpec:
        if name not in self._specs:
            raise NotFound(f"No process is called {name}: there are {', '.join(self._specs)}.")
        return self._specs[name]

    def _spawn(self, spec: ProcessSpec) -> None:
        self._specs[spec.name] = spec
        process = spawn(spec.argv, env=spec.env, log=self.log(spec.name), folder=self.folder)
        self._running.pop(spec.name, None)  # what is started again is the last one started
        self._running[spec.name] = process
        self._ids[spec.name] = ProcessId.of(process.pid)

    def _await(self, spec: ProcessSpec) -> None:
        until(
            ready_check(spec),
            seconds=spec.ready_seconds,
            what=spec.name,
            process=self._running[spec.name],
            log=self.log(spec.name),
        )

    def _end(self, name: str, number: int) -> None:
        end(self._running[name], seconds=self._spec(name).stop_seconds, number=number)


def ready_check(spec: ProcessSpec) -> Callable[[], bool]:
    """How to see that a process is ready."""
    if spec.health:
        return lambda: answers(spec.health)
    if spec.ready_file is not None:
        return spec.ready_file.exists
    return lambda: True


def answers(url: str, *, seconds: float = 2.0) -> bool:
    """Whether this address answers 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
