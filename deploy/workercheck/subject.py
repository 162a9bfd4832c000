"""The worker under check as a process: started, killed, stopped, started again."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.process import descendants, spawn
from shared.errors import Fault, Invalid


def demand(command: Sequence[str]) -> None:
    """Raise Invalid unless the command can be started from here."""
    if shutil.which(command[0]) is None:
        raise Invalid(Fault("COMMAND", f"{command[0]!r} is no program that can be started here"))


class Subject:
    """A command in a session of its own; its output is appended to `log`."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self._command, self._env, self.log = command, env, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it unless it runs."""
        if not self.running:
            self._process = spawn(
                self._command, env=self._env, log=self.log, folder=Path.cwd(), last_signal="KILL"
            )

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    @property
    def ended(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs or was never started."""
        return None if self._process is None else self._process.poll()

    def kill(self) -> None:
        """SIGKILL, for it and everything that it started."""
        if self._process is None:
            return
        below = descendants(self._process.pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for each in below:
            each.signal(signal.SIGKILL)
        self._process.wait()

    def stop(self, seconds: float) -> tuple[int | None, float]:
        """SIGTERM; its exit status or None if it had to be killed, and how long that took."""
        began = time.monotonic()
        if self._process is None or not self.running:
            return self.ended, 0.0
        self._process.terminate()
        try:
            status: int | None = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        took = time.monotonic() - began
        self.kill()
        return status, took

    def last_words(self, lines: int = 3) -> str:
        """The end of its output."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return " / ".join(text.rstrip().splitlines()[-lines:])
