"""How the four services are started on one machine."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import ROOT, SDK
from deploy.local.stack import ProcessSpec

SERVICES = ("intake", "routing", "department", "supervision")
CATALOGUE = ROOT / "deploy" / "catalogue"


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """What may be chosen for a local stack.

    `first_port` is that of intake, the others follow; 0 picks free ones. `time` is in the form of
    ONEWINDOW_TIME, empty for the real clock. `database` is empty for SQLite, `postgres` for a
    private server, or a postgresql:// URL.
    """

    first_port: int = 0
    time: str = ""
    database: str = ""
    catalogue: Path = CATALOGUE
    partitions: int = 1

    def chosen(self) -> dict[str, str]:
        """The same for every service, as environment variables."""
        return {
            "ONEWINDOW_TIME": self.time,
            "ONEWINDOW_CATALOGUE": str(self.catalogue),
            "ONEWINDOW_PARTITIONS": str(self.partitions),
        }


def service_spec(
    name: str,
    *,
    port: int,
    amqp_uri: str,
    data: Path,
    database: str,
    settings: StackSettings,
    environ: Mapping[str, str],
) -> ProcessSpec:
    """A service that listens on a port of 127.0.0.1 and answers GET /health when it is ready."""
    address = f"http://127.0.0.1:{port}"
    return ProcessSpec(
        name=name,
        argv=(sys.executable, "-P", "-m", "services", name),
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
