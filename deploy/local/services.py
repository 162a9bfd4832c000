"""How the four services are started on one machine."""

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.places import ROOT, SDK
from deploy.local.stack import ProcessSpec
from shared.errors import Fault, Invalid

SERVICES = ("intake", "routing", "department", "supervision")
CATALOGUE = ROOT / "deploy" / "catalogue"


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """What may be chosen for a local stack.

    `first_port` is that of intake, the others follow; 0 picks free ones. `time` is in the form of
    ONEWINDOW_TIME, empty for the real clock. `database` is empty for SQLite, `postgres` for a
    private server, or a postgresql:// URL. `processes` says of which services there are several,
    `partitions` over how many queues the messages of each service are spread by case; 0 is as many
    as the processes of every service can share evenly.
    """

    first_port: int = 0
    time: str = ""
    database: str = ""
    catalogue: Path = CATALOGUE
    processes: Mapping[str, int] = field(default_factory=dict)
    partitions: int = 0

    def __post_init__(self) -> None:
        for name, count in self.processes.items():
            if name not in SERVICES:
                raise _wrong(f"names {name}, but the services are {', '.join(SERVICES)}")
            if count < 1:
                raise _wrong(f"asks for {count} processes of {name}; there must be one at least")

    @property
    def queues(self) -> int:
        """Over how many queues each service's messages are to be spread."""
        return self.partitions or math.lcm(*self.processes.values())

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The name of each process with its service; the first of every service come first."""
        most = max(self.processes.values(), default=1)
        return tuple(
            (self._name(service, number), service)
            for number in range(1, most + 1)
            for service in SERVICES
            if number <= self.processes.get(service, 1)
        )

    def _name(self, service: str, number: int) -> str:
        return f"{service}-{number}" if self.processes.get(service, 1) > 1 else service

    def chosen(self) -> dict[str, str]:
        """The same for every service, as environment variables."""
        return {
            "ONEWINDOW_TIME": self.time,
            "ONEWINDOW_CATALOGUE": str(self.catalogue),
            "ONEWINDOW_PARTITIONS": str(self.queues),
        }


def processes_from(text: str) -> dict[str, int]:
    """Read `routing=2,supervision=2`; raises Invalid."""
    chosen: dict[str, int] = {}
    for part in filter(None, text.split(",")):
        name, _, count = part.strip().partition("=")
        if not count.isdecimal():
            raise _wrong(f"must look like routing=2,supervision=2, not {text!r}")
        chosen[name] = int(count)
    return chosen


def _wrong(problem: str) -> Invalid:
    return Invalid(Fault("processes", problem))


def service_spec(
    name: str,
    *,
    service: str = "",
    port: int,
    amqp_uri: str,
    data: Path,
    database: str,
    settings: StackSettings,
    environ: Mapping[str, str],
) -> ProcessSpec:
    """A process that listens on a port of 127.0.0.1 and answers GET /health when it is ready.

    It is one of `service`, which is its own name where there is one process alone.
    """
    address = f"http://127.0.0.1:{port}"
    return ProcessSpec(
        name=name,
        argv=(sys.executable, "-P", "-m", "services", service or name),
        env={
            **environ,
            **settings.chosen(),
            "PYTHONPATH": f"{ROOT}:{SDK}",
            "PYTHONUNBUFFERED": "1",
            "AMQP_URI": amqp_uri,
            "ONEWINDOW_DATA": str(data),
            "ONEWINDOW_DATABASE": database,
            "ONEWINDOW_HTTP": f"127.0.0.1:{port}",
        },
        address=address,
        health=f"{address}/health",
    )


def departments(catalogue: Path) -> dict[str, bool]:
    """Every department of a catalogue, and whether its people work at the desk."""
    import yaml  # noqa: PLC0415 - a status should not wait for it

    text = (catalogue / "departments.yaml").read_text()
    listed: dict[str, dict[str, object]] = yaml.safe_load(text)["departments"]
    return {name: bool(department.get("desk")) for name, department in listed.items()}
