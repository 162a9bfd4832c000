"""A whole OneWindow on this machine: broker, topology, databases and the four services.

with LocalStack(folder, StackSettings(), say=print) as stack:
    stack.address("intake")              # http://127.0.0.1:...
    stack.amqp_uri("department.tax")     # for a worker of that department
    stack.services.kill("routing"); stack.services.start_again("routing")

With StackSettings(processes={"routing": 2}) there are routing-1 and routing-2.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from deploy.local.broker_address import BrokerAddress
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.broker_config import write_secret
from deploy.local.broker_node import BrokerNode
from deploy.local.broker_setup import set_up
from deploy.local.npm import ensure_page_scripts
from deploy.local.packages import POSTGRESQL, RABBITMQ, ensure
from deploy.local.passwords import Passwords
from deploy.local.places import Places
from deploy.local.ports import demand, free_ports
from deploy.local.postgres import Postgres
from deploy.local.process import ProcessId, wait_for_any
from deploy.local.running import Running
from deploy.local.services import StackSettings, departments, service_spec
from deploy.local.stack import Stack
from deploy.local.state import RUNNING, Part, StackState, parts_of
from shared.errors import OneWindowError
from shared.links import KEY_FILE, new_key

Say = Callable[[str], None]
VHOST = "onewindow"
DATABASE = "onewindow"
STATE = "stack.json"


class AlreadyRunning(OneWindowError):
    """Another stack uses the same state folder."""


class LocalStack(Running):
    """Everything of one stack is in `folder`; starting again there finds its cases.

    AMQP_URI in the environment uses that broker, and its virtual host, instead of a private node.
    """

    def __init__(self, folder: Path, settings: StackSettings, *, say: Say) -> None:
        self.folder = folder.absolute()
        self.settings = settings
        self.services = Stack(self.folder / "log")
        self.data = self.folder / "data"
        self.broker: BrokerAdmin | None = None
        self.vhost = VHOST
        self.users: tuple[str, ...] = ()
        self._say = say
        self._node: BrokerNode | None = None
        self._postgres: Postgres | None = None
        self._servers: dict[str, Part] = {}
        self._database = settings.database if "://" in settings.database else ""
        self._lock: IO[str] | None = None

    @property
    def node(self) -> BrokerNode:
        """The private node; raises AttributeError with a broker of somebody else's."""
        if self._node is None:
            raise AttributeError("This stack uses the broker in AMQP_URI.")
        return self._node

    @property
    def postgres(self) -> Postgres:
        """The private database server; raises AttributeError where there is none."""
        if self._postgres is None:
            raise AttributeError("This stack has no database server of its own.")
        return self._postgres

    @property
    def database(self) -> str:
        """The postgresql:// address of the databases; empty for SQLite in `data`."""
        return self._database

    def address(self, service: str) -> str:
        """Where a service answers over HTTP: the first of its processes."""
        return self.addresses(service)[0]

    def addresses(self, service: str) -> tuple[str, ...]:
        """Where each process of a service answers over HTTP, in the order of their names."""
        found = {it.name: it.address for it in self.services.states()}
        return tuple(found[name] for name, of in self.settings.names if of == service)

    def amqp_uri(self, user: str | None = None) -> str:
        """The address of the broker for one of `users`; the administrator's unless named."""
        password = None if user is None else self._passwords.of(user)
        return self._admin.address.uri(user, password, vhost=self.vhost)

    @property
    def _admin(self) -> BrokerAdmin:
        if self.broker is None:
            raise AttributeError("The stack has no broker before it is started.")
        return self.broker

    @property
    def _passwords(self) -> Passwords:
        return Passwords(self.folder / "passwords")

    def start(self) -> None:
        """Start everything and wait until it is ready; what was started is stopped on failure."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._take_lock()
        try:
            ports = self._ports()
            self._write(ready=False)
            ensure_page_scripts(Places.from_environment(os.environ), self._say)
            self._start_broker()
            self._start_database()
            names = [name for name, _ in self.settings.names]
            self._say("Starting " + ", ".join(names) + " ...")
            self._start_services(ports)
            if self._node is not None:
                self._node.settle()
            self._write(ready=True)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything in reverse order; nothing that was accepted is lost."""
        if self._lock is None or self._lock.closed:
            return  # what is written down there is another stack's
        self.services.stop()
        for server in (self._postgres, self._node):
            if server is not None:
                server.stop()
        (self.folder / STATE).unlink(missing_ok=True)
        self._lock.close()

    def watch(self) -> Iterator[Part]:
        """Every part that ends although nobody asked it to, as it happens; for ever."""
        told: set[ProcessId] = set()
        while True:
            self._write(ready=True)
            for part in self.parts:
                if part.state != RUNNING and part.process not in told:
                    told.add(part.process)
                    yield part
            wait_for_any([part.process for part in self.parts if part.process not in told])

    def _take_lock(self) -> None:
        self._lock = (self.folder / "stack.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise AlreadyRunning(
                f"A stack is running in {self.folder} already:"
                " see `./onewindow status`, end it with `./onewindow down`,"
                " or set ONEWINDOW_HOME to another folder."
            ) from error

    def _ports(self) -> tuple[int, ...]:
        first, names = self.settings.first_port, self.settings.names
        if first == 0:
            return free_ports(len(names))
        for port, (name, _) in enumerate(names, start=first):
            demand(port, what=name, remedy="end who listens there, or choose others with --port")
        return tuple(range(first, first + len(names)))

    def _start_broker(self) -> None:
        address = BrokerAddress.from_environment(os.environ)
        if address is None:
            ensure(RABBITMQ, log=self.folder / "packages.log", say=self._say)
            self._say("Starting a private broker ...")
            self._node = BrokerNode(self.folder / "broker")
            self._node.start()
            self.broker = self._node.admin
        else:
            self._say(f"Using the broker at {address.host}:{address.port} ...")
            self.broker, self.vhost = BrokerAdmin(address), address.vhost
            self.broker.overview()
        from shared.delivery.retry import delays_from  # noqa: PLC0415 - `down` should not wait for it

        self._write(ready=False)
        self._admin.create_vhost(self.vhost)
        self.settings = replace(self.settings, partitions=self._partitions())
        self.users = set_up(
            self._admin,
            self.vhost,
            self._passwords,
            departments=departments(self.settings.catalogue),
            partitions=self.settings.partitions,
            retry_delays=delays_from(os.environ),
        )

    def _partitions(self) -> int:
        """As many as are asked for, and never fewer than there are: those hold messages."""
        queues = self._admin.queues(self.vhost)
        there = sum(bool(re.fullmatch(r"routing\.[0-9]+", queue.name)) for queue in queues)
        return max(self.settings.queues, there)

    def _start_database(self) -> None:
        if self.settings.database != "postgres":
            return
        ensure(POSTGRESQL, log=self.folder / "packages.log", say=self._say)
        self._say("Starting a private database ...")
        self._postgres = Postgres(self.folder / "postgres")
        self._postgres.start()
        self._database = self._postgres.ensure_database(DATABASE)

    def _start_services(self, ports: tuple[int, ...]) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        environ = {**self._links(ports[0]), **os.environ}
        specs = [
            service_spec(
                name,
                service=service,
                port=port,
                amqp_uri=self.amqp_uri(service),
                data=self.data,
                database=self._database,
                settings=self.settings,
                environ=environ,
            )
            for (name, service), port in zip(self.settings.names, ports, strict=True)
        ]
        self.services.start(*specs)

    def _links(self, port: int) -> dict[str, str]:
        """Departments get links to what intake, at this port, has; their key is made once."""
        folder = Path(os.environ.get("ONEWINDOW_MATERIALS") or self.data / "materials")
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not (folder / KEY_FILE).exists():
            write_secret(folder / KEY_FILE, new_key())
        return {"ONEWINDOW_MATERIALS_ADDRESS": f"http://127.0.0.1:{port}"}

    def _write(self, *, ready: bool) -> None:
        state = StackState(
            supervisor=ProcessId.of(os.getpid()),
            ready=ready,
            data=str(self.data),
            parts=self.parts,
            amqp_uri=self.amqp_uri() if self.broker else "",
            api=self.broker.address.api if self.broker else "",
            database=self._database,
            catalogue=str(self.settings.catalogue.absolute()),
            time=self.settings.time,
            connections=_absolute(os.environ.get("ONEWINDOW_CONNECTIONS", "")),
        )
        state.write(self.folder / STATE)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every process of the stack: servers first, then services."""
        if self._node is not None and self._node.process is not None:
            address = f"amqp://127.0.0.1:{self._node.identity.amqp_port}/{self.vhost}"
            self._note_server("broker", self._node.process, address, self._node.log)
        if self._postgres is not None and self._postgres.process is not None:
            address = f"postgresql://127.0.0.1:{self._postgres.identity.port}/{DATABASE}"
            self._note_server("database", self._postgres.process, address, self._postgres.log)
        return (*self._servers.values(), *parts_of(self.services.states()))

    def _note_server(self, name: str, process: ProcessId, address: str, log: Path) -> None:
        self._servers[name] = Part(name=name, process=process, address=address, log=str(log))


def _absolute(name: str) -> str:
    return str(Path(name).absolute()) if name else ""
