"""Others that do the same work, measured in the same run, each round beside ours.

They come as a folder of their own with a `bench.py`, an `up.sh` and a `down.sh`, and live in a room
of their own (environments, servers, data): $PEERS_ROOM, or bench/peers in the state folder. Their
bench prints one JSON line a run; what it says is taken as it is.
"""

import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.bench.processes import Cores
from deploy.local.local_stack import Say
from shared.errors import NotFound, OneWindowError

COUNTS: Mapping[str, int] = {
    "raw_buf_quorum_pg2": 3_000,
    "dramatiq_p1t8": 1_000,
    "celery_redis_quorum_c4": 500,
    "dbos_steps_w2": 500,
    "nameko": 300,
}
"""Who is measured, and with how many cases: each for about ten seconds."""

BROKER = 55_672
"""The port of the peers' broker, fixed in their scripts."""

PARTS = {"app": "application", "beam": "broker", "pg": "database", "redis": "redis"}


class PeerFailed(OneWindowError):
    """A peer did not finish its run; quotes what it said last."""


@dataclass(frozen=True, kw_only=True)
class Peers:
    """The peers' scripts and the room in which they live."""

    scripts: Path
    room: Path

    @classmethod
    def at(cls, scripts: Path, home: Path) -> "Peers":
        """The peers of this folder; raises NotFound for a folder that has none."""
        if not (scripts / "bench.py").exists():
            raise NotFound(f"{scripts} has no bench.py: name the folder with the peers' scripts.")
        room = Path(os.environ.get("PEERS_ROOM") or home / "bench" / "peers").absolute()
        return cls(scripts=scripts.absolute(), room=room)

    @contextmanager
    def up(self, say: Say) -> Iterator[None]:
        """Their servers run inside; those that ran before run on afterwards."""
        if _listens(BROKER):
            yield
            return
        say(f"Starting the peers' servers in {self.room} (the first time takes minutes) ...")
        self._script("up.sh")
        try:
            yield
        finally:
            self._script("down.sh")

    def saturated(self, name: str, share: float = 1.0) -> dict[str, Any]:
        """One run as fast as it goes, with a share of the usual number of cases."""
        return self._run(f"{name}:{max(50, int(COUNTS[name] * share))}")

    def light(self, name: str, rate: float, seconds: float) -> dict[str, Any]:
        """One run at `rate` cases a second."""
        return self._run(name, "--mode", "light", "--rate", str(rate), "--seconds", str(seconds))

    def _run(self, *arguments: str) -> dict[str, Any]:
        before = Cores.now()
        with tempfile.NamedTemporaryFile() as out:
            done = subprocess.run(
                [str(self.room / "venv/bin/python"), "bench.py", *arguments, "--out", out.name],
                check=False,
                cwd=self.scripts,
                env={**os.environ, "PEERS_ROOM": str(self.room), "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
            )
            lines = Path(out.name).read_text().splitlines()
        if not lines:
            raise PeerFailed(f"{arguments[0]} did not run: {done.stderr.strip()[-400:]}")
        figures = _figures(json.loads(lines[-1]))
        return {**figures, "stolen_percent": Cores.now().stolen_percent(before)}

    def _script(self, name: str) -> None:
        done = subprocess.run(
            [str(self.scripts / name), str(self.room)], check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise PeerFailed(f"{name} of the peers failed: {done.stderr.strip()[-400:]}")


def _figures(said: Mapping[str, Any]) -> dict[str, Any]:
    """A peer's run under our names for the same things."""
    if said["done"] < said["n"] or not said["rate"]:
        raise PeerFailed(f"{said['name']} finished {said['done']} of {said['n']} cases.")
    return {
        "cases": said["n"],
        "cases_per_second": said["rate"],
        **{f"decided_p{it}_ms": said[f"p{it}"] for it in (50, 95, 99)},
        "cpu_ms_per_case": {
            PARTS[part]: 1000 * seconds / said["n"]
            for part, seconds in said["cpu"].items()
            if part in PARTS
        },
        "machine_busy_ms_per_case": 1000 * said["busy"] / said["n"],
        "memory_mib": {
            PARTS[part]: {"rss": said["rss"][part], "pss": said["pss"][part]}
            for part in said["rss"]
        },
    }


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
