"""The machine that figures were taken on."""

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.postgres import newest

GIB = 1024**3
RABBITMQ_LIBRARY = Path("/usr/lib/rabbitmq/lib")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a reader must know to compare. `load` is the load average when the run began."""

    cpu: str
    cores: int
    memory_gib: float
    system: str
    python: str
    rabbitmq: str
    postgresql: str
    load: float

    @classmethod
    def here(cls) -> "Machine":
        """This machine, now."""
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        return cls(
            cpu=_cpu(),
            cores=len(os.sched_getaffinity(0)),
            memory_gib=round(pages * size / GIB, 1),
            system=f"Linux {platform.release()}",
            python=platform.python_version(),
            rabbitmq=_rabbitmq(),
            postgresql=_postgresql(),
            load=round(os.getloadavg()[0], 2),
        )

    def __str__(self) -> str:
        return (
            f"{self.cpu}, {self.cores} cores, {self.memory_gib:g} GiB, {self.system}; "
            f"Python {self.python}, RabbitMQ {self.rabbitmq}, PostgreSQL {self.postgresql}; "
            f"load average {self.load:g} when the run began"
        )


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _rabbitmq() -> str:
    folders = RABBITMQ_LIBRARY.glob("rabbitmq_server-*")
    return max((it.name.partition("-")[2] for it in folders), default="unknown")


def _postgresql() -> str:
    said = subprocess.run(
        [str(newest() / "postgres"), "--version"], check=True, capture_output=True, text=True
    ).stdout
    return said.split()[2]
