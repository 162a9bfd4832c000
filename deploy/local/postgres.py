"""A private PostgreSQL server: own data folder, port and password; leaves nothing behind.

PostgreSQL refuses to run as root; started by root it runs as the distribution's user `postgres`.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.broker_config import write_secret
from deploy.local.packages import CannotInstall
from deploy.local.ports import demand, free_ports
from deploy.local.process import NotReady, ProcessId, descendants, end, spawn, until
from deploy.local.running import Running

OWNER = "onewindow"
SYSTEM_USER = "postgres"
SERVERS = Path("/usr/lib/postgresql")
START_SECONDS = 180.0
STOP_SECONDS = 30.0
LOCALE = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, kw_only=True)
class ServerIdentity:
    """What stays the same through all starts of a server."""

    port: int
    password: str = field(repr=False)

    @classmethod
    def kept_in(cls, file: Path) -> "ServerIdentity":
        """The identity kept in a file that only its owner may read; a new one the first time."""
        if file.exists():
            return cls(**json.loads(file.read_text()))
        identity = cls(port=free_ports(1)[0], password=secrets.token_hex(24))
        write_secret(file, json.dumps(asdict(identity)))
        return identity


class Postgres(Running):
    """A server whose everything is in one folder; starting again there finds its data.

    Use it as a context manager, or call `start` and `stop`. Started by root, every folder above
    must let the user `postgres` through.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.identity = ServerIdentity.kept_in(self.folder / "postgres.json")
        self.log = self.folder / "postgres.log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> ProcessId | None:
        """The server's process while it runs."""
        if self._server is None or self._server.poll() is not None:
            return None
        return ProcessId.of(self._server.pid)

    @property
    def processes(self) -> tuple[ProcessId, ...]:
        """Every process of the server now."""
        server = self.process
        return () if server is None else (server, *descendants(server.pid))

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as its owner."""
        identity = self.identity
        return f"postgresql://{OWNER}:{identity.password}@127.0.0.1:{identity.port}/{database}"

    def create_database(self, name: str) -> str:
        """Make an empty database and return its address."""
        self._execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def ensure_database(self, name: str) -> str:
        """The address of a database that is made unless it is there."""
        import psycopg2.errors  # noqa: PLC0415

        try:
            return self.create_database(name)
        except psycopg2.errors.DuplicateDatabase:
            return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def start(self, seconds: float = START_SECONDS) -> None:
        """Start it and wait until it answers; raises PortTaken or NotReady with its last words."""
        if self.process is not None:
            return
        remedy = f"end who listens there, or remove {self.folder} to get a new server"
        demand(self.identity.port, what="the private database", remedy=remedy)
        if not (self.folder / "data" / "PG_VERSION").exists():
            self._initialise()
        try:
            self._server = spawn(
                [str(newest() / "postgres"), "-D", str(self.folder / "data"), *self._options()],
                env={**os.environ, **LOCALE},
                log=self.log,
                user=system_user(),
                last_signal="INT",
            )
            until(
                self._answers,
                seconds=seconds,
                what="The private database",
                process=self._server,
                log=self.log,
            )
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop it in good order, ending open sessions ("fast shutdown"), and insist if need be."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it at once, as a power cut would (SIGKILL); its data stays."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop it in good order and start it on the same data and port."""
        self.stop()
        self.start()

    def _end(self, number: int) -> None:
        if self._server is not None:
            end(self._server, seconds=STOP_SECONDS, number=number)
        self._server = None

    def _options(self) -> list[str]:
        sockets = self.folder / "data"
        # a socket's path has at most 107 bytes (unix(7))
        place = str(sockets) if len(str(sockets)) < 80 else ""
        return [
            *("-p", str(self.identity.port)),
            *("-c", "listen_addresses=127.0.0.1"),
            *("-c", f"unix_socket_directories={place}"),
            *("-c", "max_connections=200"),
        ]

    def _initialise(self) -> None:
        data, secret = self.folder / "data", self.folder / "password"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        write_secret(secret, self.identity.password)
        user = system_user()
        for path in (data, secret):
            if user is not None:
                shutil.chown(path, user)
        command = [
            *(str(newest() / "initdb"), "-D", str(data), "-U", OWNER, "-A", "scram-sha-256"),
            *("--pwfile", str(secret), "-E", "UTF8", "--no-sync"),
        ]
        with self.log.open("ab") as output:
            done = subprocess.run(
                command,
                check=False,
                env={**os.environ, **LOCALE},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        secret.unlink()
        if done.returncode != 0:
            shutil.rmtree(data)
            through = f" (does every folder above let the user {user} through?)" if user else ""
            raise NotReady(f"The private database could not be made in {data}{through}: {self.log}")

    def _answers(self) -> bool:
        import psycopg2  # noqa: PLC0415 - only who starts a database should wait for it

        try:
            psycopg2.connect(self.url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _execute(self, statement: str) -> None:
        import psycopg2  # noqa: PLC0415

        connection = psycopg2.connect(self.url(), connect_timeout=10)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


def system_user() -> str | None:
    """The user that a server started by root runs as; None when we are not root."""
    return SYSTEM_USER if os.geteuid() == 0 else None


def newest(servers: Path = SERVERS) -> Path:
    """The folder with the programs of the newest server installed; raises CannotInstall."""
    versions = {
        int(folder.name): folder / "bin"
        for folder in servers.glob("*")
        if re.fullmatch(r"\d+", folder.name) and (folder / "bin" / "postgres").exists()
    }
    if not versions:
        raise CannotInstall("PostgreSQL is missing: run `sudo apt-get install postgresql`.")
    return versions[max(versions)]
