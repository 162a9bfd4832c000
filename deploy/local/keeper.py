"""Keeps a server running for as long as another process lives, then throws its data away.

Processes of one test run share a broker: whichever needs it first starts a keeper for the run's
own process, so that the server outlives a test process that ends early and never the run itself.

    python -m deploy.local.keeper broker|postgres FOLDER OWNER
"""

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

from deploy.local.process import NotReady
from shared.errors import OneWindowError

READY, FAILED, PROCESS = "ready", "failed", "keeper.pid"
KINDS = ("broker", "postgres")
SECONDS = 240.0


class Server(Protocol):
    """What a keeper keeps."""

    def start(self) -> None: ...

    def kill(self) -> None: ...


def ask(kind: str, folder: Path, *, owner: int) -> None:
    """Start a keeper and return when its server answers; raises NotReady with its reason."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    keeper = subprocess.Popen(
        [sys.executable, "-m", "deploy.local.keeper", kind, str(folder), str(owner)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    (folder / PROCESS).write_text(str(keeper.pid))
    deadline = time.monotonic() + SECONDS
    while not (folder / READY).exists():
        if (folder / FAILED).exists():
            keeper.wait()
            raise NotReady((folder / FAILED).read_text())
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise NotReady(f"The shared {kind} of this test run did not start.")
        time.sleep(0.05)
    keeper.returncode = 0  # it is its owner's now, and nobody here waits for it


def _serve(server: Server, folder: Path, owner: int) -> None:
    wake, woken = socket.socketpair()
    woken.setblocking(False)
    signal.set_wakeup_fd(woken.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    descriptor = os.pidfd_open(owner)
    try:
        server.start()
        (folder / READY).touch()
        select.select([descriptor, wake.fileno()], [], [])
    except OneWindowError as error:
        (folder / FAILED).write_text(str(error))
        raise
    finally:
        server.kill()


def main(argv: list[str]) -> None:
    """Keep what the arguments name."""
    kind, folder, owner = argv[0], Path(argv[1]), int(argv[2])
    with contextlib.suppress(OneWindowError, ProcessLookupError):
        _serve(server_of(kind, folder), folder, owner)
    if not (folder / FAILED).exists():
        shutil.rmtree(folder, ignore_errors=True)


def server_of(kind: str, folder: Path) -> Server:
    """The server of this kind whose data is in the folder."""
    if kind == "postgres":
        from deploy.local.postgres import Postgres  # noqa: PLC0415

        return Postgres(folder / "server")
    from deploy.local.broker_node import BrokerNode  # noqa: PLC0415

    return BrokerNode(folder / "server")


if __name__ == "__main__":
    main(sys.argv[1:])
