"""The wires between processes and servers: ports of the proxy, and orders to it."""

import json
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import ROOT
from deploy.local.ports import free_ports
from deploy.local.stack import ProcessSpec

PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True)
class Wires:
    """A port of the proxy for each client and server, by `CLIENT>SERVER`."""

    control: int
    ports: Mapping[str, int]
    targets: Mapping[str, int]

    @classmethod
    def laid(cls, targets: Mapping[str, int]) -> "Wires":
        """Ports for routes to these ports."""
        control, *ports = free_ports(len(targets) + 1)
        return cls(
            control=control, ports=dict(zip(targets, ports, strict=True)), targets=dict(targets)
        )

    def to(self, server: str) -> tuple[str, ...]:
        """The routes that lead to a server."""
        return tuple(name for name in self.ports if name.endswith(f">{server}"))

    def proxy(self, config: Path) -> ProcessSpec:
        """The process that serves them."""
        routes = {name: (port, self.targets[name]) for name, port in self.ports.items()}
        config.write_text(json.dumps({"control": self.control, "routes": routes}))
        return ProcessSpec(
            name="proxy",
            argv=(sys.executable, "-P", "-m", "deploy.chaos.proxy", str(config)),
            env={"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        )

    def order(self, what: str, routes: Sequence[str], seconds: float = 0.0) -> int:
        """Have the proxy do something to routes; how many connections that met."""
        with socket.create_connection(("127.0.0.1", self.control), PATIENCE) as line:
            order = {"do": what, "routes": list(routes), "seconds": seconds}
            line.sendall(json.dumps(order).encode() + b"\n")
            with line.makefile() as answers:
                return int(json.loads(answers.readline())["met"])

    def answers(self) -> bool:
        """Whether the proxy takes orders."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.control)) == 0
