"""The settings of a worker from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onewindow_worker.errors import InvalidSettings

PREFIX = "ONEWINDOW_WORKER_"
_KEY = re.compile(r"[a-z][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Settings:
    """See the README for the variables. `sender` is the broker user that hands out tasks.

    The broker's address is `uri`, or what stands in `uri_file`, read anew for every connection.

    `metrics_port` 0 serves no metrics, an empty `health_file` writes none.
    """

    department: str
    uri: str
    journal: str
    threads: int = 1
    prefetch: int = 200
    attempts: int = 5
    retry_after: float = 1.0
    sender: str = "routing"
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    health_file: str = ""
    uri_file: str = ""

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.department):
            raise InvalidSettings(
                f"department: {self.department!r} is not lower-case letters, digits and hyphens"
            )
        if bool(self.uri) == bool(self.uri_file):
            raise InvalidSettings("uri: give either the address of the broker or uri_file")
        if self.uri:
            _checked(self.uri, "uri")
        for name in ("threads", "prefetch", "attempts"):
            if getattr(self, name) < 1:
                raise InvalidSettings(f"{name}: is {getattr(self, name)}; give 1 or more")
        if self.prefetch > 65_535:
            raise InvalidSettings(f"prefetch: is {self.prefetch}; at most 65535 are possible")
        if not 0 <= self.metrics_port <= 65_535:
            raise InvalidSettings(f"metrics_port: is {self.metrics_port}; give 1 to 65535")
        if self.retry_after <= 0:
            raise InvalidSettings("retry_after: is not a positive number of seconds")

    def address(self) -> str:
        """The broker's address as it is now; raises InvalidSettings."""
        if self.uri:
            return self.uri
        try:
            text = Path(self.uri_file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise InvalidSettings(f"uri_file: {self.uri_file} cannot be read: {error}") from error
        return _checked(text, f"uri_file: {self.uri_file}")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read ONEWINDOW_WORKER_*; raises InvalidSettings naming the variable."""
        department = _needed(environment, "DEPARTMENT", "the department's key, such as planning")
        file = environment.get(PREFIX + "URI_FILE", "")
        example = "amqp://department.planning:SECRET@HOST:5672/VHOST"
        return cls(
            department=department,
            uri="" if file else _needed(environment, "URI", example),
            uri_file=file,
            journal=environment.get(PREFIX + "JOURNAL") or f"{department}.journal",
            threads=int(_number(environment, "THREADS", cls.threads)),
            prefetch=int(_number(environment, "PREFETCH", cls.prefetch)),
            attempts=int(_number(environment, "ATTEMPTS", cls.attempts)),
            retry_after=_number(environment, "RETRY_AFTER", cls.retry_after),
            sender=environment.get(PREFIX + "SENDER") or cls.sender,
            metrics_port=int(_number(environment, "METRICS_PORT", cls.metrics_port)),
            metrics_host=environment.get(PREFIX + "METRICS_HOST") or cls.metrics_host,
            health_file=environment.get(PREFIX + "HEALTH_FILE") or cls.health_file,
        )


def _checked(address: str, where: str) -> str:
    if not address.startswith(("amqp://", "amqps://")):
        raise InvalidSettings(f"{where}: the address of the broker begins with amqp:// or amqps://")
    return address


def _needed(environment: Mapping[str, str], name: str, meaning: str) -> str:
    value = environment.get(PREFIX + name, "")
    if not value:
        raise InvalidSettings(f"{PREFIX}{name} is not set: give {meaning}")
    return value


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(PREFIX + name) or str(default)
    try:
        return float(text)
    except ValueError:
        raise InvalidSettings(f"{PREFIX}{name} is {text!r}; give a number") from None
