"""A private RabbitMQ node: own name, ports, folders, cookie and port mapper; leaves nothing behind.

The node and its port mapper (epmd) are children of this process in sessions of their own. They end
with it, also when it is killed.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from deploy.local.broker_address import BrokerAddress
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.broker_config import SERVER, NodeIdentity, environment, write_folder
from deploy.local.ports import demand
from deploy.local.process import NotReady, ProcessId, descendants, end, spawn, until
from deploy.local.running import Running

START_SECONDS = 180.0
STOP_SECONDS = 30.0


class BrokerNode(Running):
    """A node whose everything is in one folder; starting again in the same folder finds its data.

    Use it as a context manager, or call `start` and `stop`. `kill` is for tests of what a crash
    does. Start it from a thread that lives as long as the node should (see process.spawn).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.identity = NodeIdentity.kept_in(self.folder / "node.json")
        self.admin = BrokerAdmin(self.address)
        self._node: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> BrokerAddress:
        """Where it answers, with the credentials of its administrator."""
        return self.identity.address

    @property
    def log(self) -> Path:
        """The file to which the node and its port mapper write."""
        return self.folder / "log" / "node.log"

    @property
    def process(self) -> ProcessId | None:
        """The node's process while it runs."""
        if self._node is None or self._node.poll() is not None:
            return None
        return ProcessId.of(self._node.pid)

    @property
    def processes(self) -> tuple[ProcessId, ...]:
        """Every process that belongs to the node now: node, port mapper and what they started."""
        children = [child for child in (self._node, self._epmd) if child and child.poll() is None]
        return tuple(
            process
            for child in children
            for process in (ProcessId.of(child.pid), *descendants(child.pid))
        )

    def start(self, seconds: float = START_SECONDS) -> None:
        """Start it and wait until it answers; raises PortTaken or NotReady with its last words."""
        if self.process is not None:
            return
        for port in self.identity.ports:
            remedy = f"end who listens there, or remove {self.folder} to get a new node"
            demand(port, what="the private broker", remedy=remedy)
        write_folder(self.identity, self.folder)
        try:
            self._start(seconds)
        except BaseException:
            self.kill()
            raise

    def _start(self, seconds: float) -> None:
        env = environment(self.identity, self.folder, os.environ)
        try:
            if not self.identity.cluster:
                self._epmd = start_port_mapper(self.identity, self.folder, self.log)
            self._node = spawn([str(SERVER)], env=env, log=self.log, folder=self.folder)
        except FileNotFoundError as error:
            raise NotReady(
                f"{error.filename} is not on the path: install util-linux and rabbitmq-server."
            ) from error
        until(
            lambda: _answers(self.identity.amqp_port) and self.admin.ready(),
            seconds=seconds,
            what="The private broker",
            process=self._node,
            log=self.log,
        )

    def settle(self, seconds: float = 15.0) -> None:
        """Wait until every quorum queue would survive a power cut; raises NotReady.

        RabbitMQ writes down which folder belongs to a queue up to three seconds after it has
        declared it (3.10.8, names.dets). Killed in between, it never finds the queue again.
        """
        deadline = time.monotonic() + seconds
        while missing := self._unnamed_queues():
            if time.monotonic() > deadline:
                raise NotReady(f"The private broker has not written down {len(missing)} queues.")
            time.sleep(0.05)

    def _unnamed_queues(self) -> tuple[str, ...]:
        name = self.identity.name
        place = self.folder / "data" / name / "quorum" / name
        names = place / "names.dets"
        written = names.read_bytes() if names.exists() else b""
        queues = (entry.name for entry in place.glob("*/") if (entry / "config").exists())
        return tuple(queue for queue in queues if queue.encode() not in written)

    def stop(self) -> None:
        """Stop it in good order, and insist if it does not."""
        if self._node is not None:
            end(self._node, seconds=STOP_SECONDS)
        self._end_port_mapper()

    def kill(self) -> None:
        """End it at once, as a power cut would (SIGKILL); its data stays."""
        if self._node is not None:
            end(self._node, seconds=STOP_SECONDS, number=signal.SIGKILL)
        self._end_port_mapper()

    def restart(self) -> None:
        """Stop it in good order and start it on the same data and ports."""
        self.stop()
        self.start()

    def _end_port_mapper(self) -> None:
        if self._epmd is not None:
            end(self._epmd, seconds=2)
        self._node = self._epmd = None


def start_port_mapper(identity: NodeIdentity, folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start Erlang's port mapper, by which the nodes of a machine find each other."""
    env = environment(identity, folder, os.environ)
    mapper = ["epmd", "-port", env["ERL_EPMD_PORT"], "-address", env["ERL_EPMD_ADDRESS"]]
    process = spawn(mapper, env=env, log=log, last_signal="KILL")
    until(
        lambda: _answers(identity.epmd_port),
        seconds=10,
        what="Erlang's port mapper (epmd)",
        process=process,
        log=log,
    )
    return process


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
