"""What processes use of the machine, read from /proc (Linux; see proc(5))."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.process import descendants

TICKS = os.sysconf("SC_CLK_TCK")
KIB_A_MIB = 1024


@dataclass(frozen=True, kw_only=True)
class Memory:
    """MiB. `rss` counts shared pages in full, `pss` this process's share of them."""

    rss: float
    pss: float


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of those below it and of those that it has outlived."""
    alive = [pid, *(it.pid for it in descendants(pid))]
    return sum(_own_seconds(it, reaped=it == pid) for it in alive)


def _own_seconds(pid: int, *, reaped: bool) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    # fields 14 to 17: utime, stime, cutime, cstime; the state is field 3
    return sum(int(it) for it in fields[11 : 15 if reaped else 13]) / TICKS


def memory(pid: int) -> Memory:
    """What a process and those below it hold."""
    parts = [_own_memory(it) for it in (pid, *(it.pid for it in descendants(pid)))]
    return Memory(rss=sum(it.rss for it in parts), pss=sum(it.pss for it in parts))


def peak(pid: int) -> float:
    """The most that a process ever held, in MiB (VmHWM)."""
    return _mebibytes(Path(f"/proc/{pid}/status").read_text().splitlines(), "VmHWM:")


def _own_memory(pid: int) -> Memory:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return Memory(rss=0.0, pss=0.0)
    return Memory(rss=_mebibytes(lines, "Rss:"), pss=_mebibytes(lines, "Pss:"))


def _mebibytes(lines: Iterable[str], name: str) -> float:
    return next((int(it.split()[1]) / KIB_A_MIB for it in lines if it.startswith(name)), 0.0)


@dataclass(frozen=True, kw_only=True)
class Cores:
    """Seconds of all cores since the machine started: how long they have worked, for whomever, and
    how long the host of a virtual machine kept them from working, which nothing here can change."""

    busy: float
    stolen: float
    whole: float

    @classmethod
    def now(cls) -> "Cores":
        """So far."""
        text = Path("/proc/stat").read_text().splitlines()[0]
        fields = [int(it) / TICKS for it in text.split()[1:9]]
        # user, nice, system, idle, iowait, irq, softirq, steal
        idle, stolen = fields[3] + fields[4], fields[7]
        return cls(busy=sum(fields) - idle - stolen, stolen=stolen, whole=sum(fields))

    def stolen_percent(self, since: "Cores") -> float:
        """How much of the machine the host has taken since then."""
        return 100 * (self.stolen - since.stolen) / max(self.whole - since.whole, 1 / TICKS)
