"""Processes by identity: a process id together with the instant the process started.

A bare process id may belong to somebody else tomorrow; the pair never does. Linux only: reads
/proc (see proc_pid_stat(5), field 22 for the start time in clock ticks since boot).
"""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import OneWindowError

SETPRIV = "setpriv"


@dataclass(frozen=True, kw_only=True)
class ProcessId:
    """Which process is meant, for as long as the machine runs."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "ProcessId":
        """The process that has this id now; raises ProcessGone if there is none."""
        stat = _stat(pid)
        if stat is None:
            raise ProcessGone(f"No process has the id {pid}.")
        return cls(pid=pid, started=stat.started)

    @property
    def alive(self) -> bool:
        """Whether it still runs; a zombie, which only waits to be collected, does not."""
        stat = _stat(self.pid)
        return stat is not None and stat.started == self.started and stat.state not in "ZX"

    def signal(self, number: int) -> None:
        """Send a signal to exactly this process, or to nobody."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            if self.alive:
                signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return
        finally:
            os.close(descriptor)

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; False when it still runs after `seconds`."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if self.alive:
                select.select([descriptor], [], [], seconds)
        finally:
            os.close(descriptor)
        return not self.alive


def wait_for_any(processes: Sequence[ProcessId]) -> None:
    """Wait until one of these ends, or for ever if there are none."""
    descriptors: list[int] = []
    try:
        for process in processes:
            if not process.alive:
                return
            with contextlib.suppress(ProcessLookupError):
                descriptors.append(os.pidfd_open(process.pid))
        select.select(descriptors, [], [])
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


class ProcessGone(OneWindowError):
    """A process that was asked for has ended."""


class NotReady(OneWindowError):
    """Something that was started did not get ready, or ended instead; quotes what it said last."""


@dataclass(frozen=True, kw_only=True)
class _Stat:
    state: str
    parent: int
    started: int


def _stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return _Stat(state=fields[0], parent=int(fields[1]), started=int(fields[19]))


def descendants(pid: int) -> tuple[ProcessId, ...]:
    """Every process below this one, children before grandchildren."""
    children: dict[int, list[ProcessId]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))) is not None:
            child = ProcessId(pid=int(entry.name), started=stat.started)
            children.setdefault(stat.parent, []).append(child)
    found = list(children.get(pid, ()))
    for process in found:
        found.extend(children.get(process.pid, ()))
    return tuple(found)


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    folder: Path | None = None,
    user: str | None = None,
    last_signal: str = "TERM",
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C does not reach it.

    The kernel sends it `last_signal` when the thread that called this ends (PR_SET_PDEATHSIG), so
    call it from a thread that lives as long as the process should. Output is appended to `log`.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [SETPRIV, "--pdeathsig", last_signal, "--", *argv],
            env=dict(env),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )


def end(process: subprocess.Popen[bytes], *, seconds: float, number: int = signal.SIGTERM) -> None:
    """Ask a child to stop, insist after `seconds`, and wait for everything below it as well."""
    below = descendants(process.pid)
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    end_all(below, seconds=2)


def end_all(processes: Iterable[ProcessId], *, seconds: float) -> None:
    """Wait until these have ended by themselves, at most `seconds`, then end them."""
    deadline = time.monotonic() + seconds
    for process in processes:
        if not process.wait(max(0.0, deadline - time.monotonic())):
            process.signal(signal.SIGKILL)
            process.wait(seconds)


def until(
    ready: Callable[[], bool],
    *,
    seconds: float,
    what: str,
    process: subprocess.Popen[bytes],
    log: Path,
) -> None:
    """Wait until `ready()`; raises NotReady, quoting the end of `log`, if that does not happen."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            said = f"{what} ended with status {process.returncode} instead of getting ready"
            raise NotReady(f"{said}{quote(log)}")
        if time.monotonic() > deadline:
            raise NotReady(f"{what} was not ready after {seconds:.0f} s{quote(log)}")
        time.sleep(0.05)


def quote(log: Path, lines: int = 8) -> str:
    """The end of a log for an error message."""
    try:
        last = log.read_text(errors="replace").rstrip().splitlines()[-lines:]
    except FileNotFoundError:
        last = []
    if not last:
        return f" and said nothing ({log})."
    return f"; the last that it said ({log}):\n" + "\n".join(f"  {line}" for line in last)
