"""The stack under test: broker, database, proxy, services and workers, in a folder of its own.

Every service and worker reaches broker and database through the proxy. Processes are started again
without waiting until they are ready, because the next fault does not wait either.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from deploy.chaos.wires import Wires
from deploy.local.broker_config import environment
from deploy.local.broker_node import BrokerNode
from deploy.local.broker_setup import set_up
from deploy.local.packages import POSTGRESQL, RABBITMQ, ensure
from deploy.local.passwords import Passwords
from deploy.local.places import ROOT, SDK
from deploy.local.ports import free_ports
from deploy.local.postgres import Postgres
from deploy.local.process import NotReady, ProcessId, quote
from deploy.local.services import SERVICES, StackSettings, departments, service_spec
from deploy.local.stack import ProcessSpec, ProcessState, Stack, answers
from shared.businesstime import BusinessTime, setting_starting_now

VHOST = DATABASE = "onewindow"
CONTROL = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")

Say = Callable[[str], None]


class Ground:
    """Use it as a context manager, from one thread: the processes end with it."""

    def __init__(self, folder: Path, *, start: datetime, speed: float, sqlite: bool) -> None:
        self.folder = folder.absolute()
        self.folder.mkdir(mode=0o755, parents=True)
        setting = setting_starting_now(start, speed=speed)
        self.settings = StackSettings(time=setting)
        self.business = BusinessTime.parse(setting, production=False)
        self.data = self.folder / "data"
        self.processes = Stack(self.folder / "log")
        self.node = BrokerNode(self.folder / "broker")
        self.postgres = None if sqlite else Postgres(self.folder / "postgres")
        self.departments = departments(self.settings.catalogue)
        self.workers = tuple(name for name, desk in self.departments.items() if not desk)
        self.desks = tuple(name for name, desk in self.departments.items() if desk)
        self.desks_folder = self.folder / "desks"
        self.vhost = VHOST
        self.database = ""
        self._ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        self.wires = Wires.laid(self._targets())

    def _targets(self) -> dict[str, int]:
        clients = (*SERVICES, *map(worker_name, self.workers))
        targets = {f"{client}>broker": self.node.identity.amqp_port for client in clients}
        if self.postgres is not None:
            port = self.postgres.identity.port
            targets |= {f"{service}>database": port for service in SERVICES}
        return targets

    def start(self, say: Say) -> None:
        """Start everything and wait until all of it answers."""
        say("Starting broker and database ...")
        self._start_servers(say)
        self.data.mkdir(mode=0o700)
        say(f"Starting the proxy, {len(SERVICES)} services and {len(self.workers)} workers ...")
        self.processes.start(self.wires.proxy(self.folder / "proxy.json"))
        self.await_ready("proxy", self.wires.answers)
        for spec in (*self._services(), *self._workers()):
            self.processes.start(spec)
        for service in SERVICES:
            self.await_ready(service, partial(answers, self.health(service)))
        self.node.settle()

    def _start_servers(self, say: Say) -> None:
        ensure(RABBITMQ, log=self.folder / "packages.log", say=say)
        self.node.start()
        self.set_up()
        if self.postgres is not None:
            ensure(POSTGRESQL, log=self.folder / "packages.log", say=say)
            self.postgres.start()
            self.database = self.postgres.ensure_database(DATABASE)

    def set_up(self) -> None:
        """Make the topology, or what is missing of it."""
        passwords = Passwords(self.folder / "passwords")
        set_up(self.node.admin, self.vhost, passwords, departments=self.departments)

    def _services(self) -> Iterator[ProcessSpec]:
        for name in SERVICES:
            spec = service_spec(
                name,
                port=self._ports[name],
                amqp_uri=self._through_proxy(name, name),
                data=self.data,
                database=self._database_of(name),
                settings=self.settings,
                environ=os.environ,
            )
            yield replace(spec, health="")

    def _workers(self) -> Iterator[ProcessSpec]:
        for name in self.workers:
            uri = self._through_proxy(f"department.{name}", worker_name(name))
            yield ProcessSpec(
                name=worker_name(name),
                argv=(sys.executable, "-P", "-m", "deploy.chaos.worker", name),
                env={
                    "PYTHONPATH": f"{ROOT}:{SDK}",
                    "PYTHONUNBUFFERED": "1",
                    "ONEWINDOW_TIME": self.settings.time,
                    "ONEWINDOW_CHAOS_DESKS": str(self.desks_folder),
                    "ONEWINDOW_WORKER_URI": uri,
                    "ONEWINDOW_WORKER_JOURNAL": str(self.data / f"{name}.journal"),
                },
            )

    def _through_proxy(self, user: str, client: str) -> str:
        password = Passwords(self.folder / "passwords").of(user)
        address = replace(self.node.address, port=self.wires.ports[f"{client}>broker"])
        return address.uri(user, password, vhost=self.vhost)

    def _database_of(self, service: str) -> str:
        if self.postgres is None:
            return ""
        own, proxied = self.postgres.identity.port, self.wires.ports[f"{service}>database"]
        return self.database.replace(f":{own}/", f":{proxied}/")

    def await_ready(self, name: str, ready: Callable[[], bool], seconds: float = 90.0) -> None:
        """Wait until a process is ready; raises NotReady with its last words."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise NotReady(f"{name} was not ready{quote(self.processes.log(name))}")
            time.sleep(0.05)

    def address(self, service: str) -> str:
        """Where a service answers over HTTP."""
        return f"http://127.0.0.1:{self._ports[service]}"

    def health(self, service: str) -> str:
        """The address that says whether a service is well."""
        return f"{self.address(service)}/health"

    def process(self, name: str) -> ProcessId | None:
        """The process of a name, the servers' too; None while it does not run."""
        if name == "broker":
            return self.node.process
        if name == "database":
            return self.postgres.process if self.postgres else None
        states = {it.name: it for it in self.processes.states()}
        return states[name].process if states[name].status is None else None

    def ended(self) -> list[ProcessState]:
        """Processes that have ended and were not started again."""
        return list(self.processes.ended())

    def limit_disk(self, bytes_free: int) -> None:
        """Have the broker block its publishers below so many free bytes; raises OSError."""
        order = ("set_disk_free_limit", str(bytes_free))
        done = subprocess.run(
            [str(CONTROL), "-q", "-n", self.node.identity.name, *order],
            env=environment(self.node.identity, self.node.folder, os.environ),
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        if done.returncode:
            raise OSError(f"rabbitmqctl: {done.stderr.strip()[-200:]}")

    def stop(self) -> None:
        """End everything."""
        for state in self.processes.states():
            state.process.signal(signal.SIGCONT)  # who is stopped hears no SIGTERM
            state.process.signal(signal.SIGTERM)  # all at once: there is nothing left to do
        self.processes.stop()
        for server in (self.postgres, self.node):
            if server is not None:
                server.stop()

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def worker_name(department: str) -> str:
    """What the process of a department's worker is called."""
    return f"worker-{department}"
