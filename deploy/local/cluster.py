"""Several private RabbitMQ nodes on this machine that form one cluster.

Quorum queues have a member on each of the first three nodes: any one node may fail.
"""

import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

from deploy.local.broker_admin import BrokerAdmin
from deploy.local.broker_config import NodeIdentity, write_secret
from deploy.local.broker_node import BrokerNode, start_port_mapper
from deploy.local.ports import free_ports
from deploy.local.process import end
from deploy.local.running import Running


class BrokerCluster(Running):
    """Nodes with one cookie and one port mapper, each in a folder of its own.

    Use it as a context manager, or call `start` and `stop`; kill and start single nodes through
    `nodes`. Start it from a thread that lives as long as the nodes should (see process.spawn).
    """

    def __init__(self, folder: Path, size: int = 3) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._mapper: subprocess.Popen[bytes] | None = None
        folders = [self.folder / f"node-{number}" for number in range(1, size + 1)]
        if not (folders[-1] / "node.json").exists():
            _introduce(folders)
        self.nodes = tuple(BrokerNode(folder) for folder in folders)

    @property
    def admin(self) -> BrokerAdmin:
        """The administrator, at a node that runs."""
        return next(node.admin for node in self.nodes if node.process is not None)

    def uri(self, user: str, password: str, *, vhost: str) -> str:
        """The addresses of all nodes in one AMQP_URI."""
        return ";".join(node.address.uri(user, password, vhost=vhost) for node in self.nodes)

    def start(self) -> None:
        """Start all nodes, one after the other: each joins those that are there already."""
        first = self.nodes[0]
        log = self.folder / "port-mapper.log"
        self._mapper = start_port_mapper(first.identity, first.folder, log)
        try:
            for node in self.nodes:
                node.start()
        except BaseException:
            self.kill()
            raise

    def settle(self) -> None:
        """Wait until every node would find its queues again after a power cut."""
        for node in self.nodes:
            node.settle()

    def stop(self) -> None:
        """Stop all nodes in good order."""
        for node in reversed(self.nodes):
            node.stop()
        self._end_port_mapper()

    def kill(self) -> None:
        """End everything at once (SIGKILL); its data stays."""
        for node in self.nodes:
            node.kill()
        self._end_port_mapper()

    def _end_port_mapper(self) -> None:
        if self._mapper is not None:
            end(self._mapper, seconds=2)
        self._mapper = None


def _introduce(folders: list[Path]) -> None:
    """Write down who each node is, and who the others are."""
    one = NodeIdentity.new()
    ports = free_ports(3 * len(folders))
    stem, _, host = one.name.partition("@")
    names = tuple(f"{stem}-{folder.name}@{host}" for folder in folders)
    for index, (name, folder) in enumerate(zip(names, folders, strict=True)):
        amqp, api, distribution = ports[3 * index : 3 * index + 3]
        identity = replace(
            one,
            name=name,
            amqp_port=amqp,
            api_port=api,
            distribution_port=distribution,
            cluster=names,
        )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secret(folder / "node.json", json.dumps(asdict(identity), indent=1))
