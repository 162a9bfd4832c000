"""The secrets of a stack: one folder with a file for each thing that somebody has to be told.

`passwords.json` holds every password, each made once; the other files are written from it. Two of
them are for the servers, the others hold one address each, with its user and password. Of a
department that joined or changed its password by `./onewindow department` only the hash is kept,
and there is no file with its address:

    broker-administrator.conf      RabbitMQ's first user, in the form of rabbitmq.conf
    broker-administrator.amqp-uri
    database-administrator.password
    database-administrator.database-url
    SERVICE.amqp-uri               and SERVICE.database-url
    department.KEY.amqp-uri        for the worker of a department

Only the owner may enter the folder. The files in it may be read by all, because a container sees
one of them alone, as a user of its own.
"""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.hashed import read_hashed
from deploy.local.passwords import broker_secret
from shared.errors import Fault, Invalid, NotFound

PASSWORDS = "passwords.json"
ADMINISTRATOR = "administrator"
BROKER_ADMINISTRATOR = "onewindow-administrator"
DATABASE_ADMINISTRATOR = "onewindow_administrator"
BROKER_ADDRESS = "broker-administrator.amqp-uri"
DATABASE_ADDRESS = "database-administrator.database-url"


PLACE = re.compile(r"([^/@:?#\s]+|\[[0-9a-fA-F:.]+\]):\d{1,5}/[^/@?#\s]+")


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Where the servers are, as the services see them; raises Invalid."""

    broker: str = "broker:5672/onewindow"
    database: str = "database:5432/onewindow"

    def __post_init__(self) -> None:
        for name, place in vars(self).items():
            if not PLACE.fullmatch(place):
                example = getattr(type(self), name)
                raise Invalid(Fault(name, f"{place!r} is no HOST:PORT/NAME such as {example}"))

    @classmethod
    def told(cls, folder: Path, *, broker: str = "", database: str = "") -> "Servers":
        """Those that are named now; else those that the files of the folder name already."""
        return cls(
            broker=broker or _place_in(folder / BROKER_ADDRESS) or cls.broker,
            database=database or _place_in(folder / DATABASE_ADDRESS) or cls.database,
        )


def _place_in(file: Path) -> str:
    return file.read_text().strip().rpartition("@")[2] if file.exists() else ""


def database_role(service: str) -> str:
    """The PostgreSQL role of a service."""
    return f"onewindow_{service}"


def database_secret(user: str) -> str:
    """The name of the password of a service's role in passwords.json."""
    return f"database/{user}"


def read_passwords(file: Path) -> dict[str, str]:
    """Every password by its name; raises NotFound and Invalid."""
    try:
        found = json.loads(file.read_text())
    except OSError as error:
        raise NotFound(f"{file} cannot be read: `./onewindow secrets` makes it") from error
    except ValueError as error:
        raise Invalid(
            Fault(str(file), "is not the JSON that `./onewindow secrets` wrote")
        ) from error
    return {str(name): str(value) for name, value in found.items()}


def password(passwords: Mapping[str, str], name: str) -> str:
    """One password; raises NotFound, saying what to do."""
    if name not in passwords:
        raise NotFound(f"there is no password {name} yet: run `./onewindow secrets` again")
    return passwords[name]


def write_secrets(
    folder: Path,
    servers: Servers,
    *,
    services: Sequence[str],
    departments: Sequence[str],
    renew: Sequence[str] = (),
) -> tuple[str, ...]:
    """Write every file; passwords that are there stay, but for those to `renew`. Returns their
    names. Raises NotFound for a name to renew that there is not."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    users = (ADMINISTRATOR, *services, *departments)
    wanted = [broker_secret(user) for user in users]
    wanted += [database_secret(user) for user in (ADMINISTRATOR, *services)]
    kept = read_passwords(folder / PASSWORDS) if (folder / PASSWORDS).exists() else {}
    for name in renew:
        password(kept, name)
    made = {name: secrets.token_hex(24) for name in wanted if name not in kept or name in renew}
    passwords = {**kept, **made}
    _write(folder / PASSWORDS, json.dumps(passwords, indent=1) + "\n")
    for name, text in _files(passwords, servers, services, departments).items():
        _write(folder / name, text + "\n")
    return tuple(made)


def _files(
    passwords: Mapping[str, str],
    servers: Servers,
    services: Sequence[str],
    departments: Sequence[str],
) -> dict[str, str]:
    def amqp(user: str, name: str) -> str:
        return f"amqp://{name}:{passwords[broker_secret(user)]}@{servers.broker}"

    def database(user: str, role: str) -> str:
        return f"postgresql://{role}:{passwords[database_secret(user)]}@{servers.database}"

    told_once = {it for it in departments if read_hashed(passwords[broker_secret(it)])}
    users = [*services, *(it for it in departments if it not in told_once)]
    broker = passwords[broker_secret(ADMINISTRATOR)]
    return {
        "broker-administrator.conf": (
            f"default_user = {BROKER_ADMINISTRATOR}\ndefault_pass = {broker}"
        ),
        BROKER_ADDRESS: amqp(ADMINISTRATOR, BROKER_ADMINISTRATOR),
        "database-administrator.password": passwords[database_secret(ADMINISTRATOR)],
        DATABASE_ADDRESS: database(ADMINISTRATOR, DATABASE_ADMINISTRATOR),
        **{f"{user}.amqp-uri": amqp(user, user) for user in users},
        **{f"{name}.database-url": database(name, database_role(name)) for name in services},
    }


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.chmod(0o444)
    draft.replace(file)
