"""What a department needs to plug in: its worker's address, or tokens for the desk.

The stack that runs on this machine is meant; tokens may also be those of the database that
ONEWINDOW_DATABASE names.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from deploy.cli.console import say
from deploy.local.databases import database_of
from deploy.local.passwords import Passwords
from deploy.local.places import Places
from deploy.local.services import CATALOGUE, departments
from deploy.local.state import StackState
from services.department import store
from services.department.handlers import add_token, revoke_token
from shared.businesstime import BusinessTime
from shared.delivery.topology import department_user
from shared.delivery.work import Work
from shared.errors import Fault, Invalid, NotFound

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

ID_LENGTH = 12

Name = Annotated[str, typer.Argument(metavar="DEPARTMENT", help="Its key in departments.yaml.")]
Folder = Annotated[
    Path, typer.Option("--catalogue", envvar="ONEWINDOW_CATALOGUE", help="Has departments.yaml.")
]


@app.command("list")
def show_all(
    *,
    catalogue: Folder = CATALOGUE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Every department, and whether it has a worker of its own or works at the desk."""
    ways = {name: "desk" if desk else "worker" for name, desk in departments(catalogue).items()}
    if as_json:
        print(json.dumps(ways, indent=1))
        return
    for name, way in ways.items():
        print(f"{name:<24}{way}")


@app.command()
def uri(department: Name, *, catalogue: Folder = CATALOGUE) -> None:
    """Print the broker address of a department's worker. It holds the password: keep it secret."""
    if departments(catalogue)[_known(department, catalogue)]:
        raise Invalid(Fault("department", f"{department} works at the desk: give it a token"))
    places = Places.from_environment(os.environ)
    user = department_user(department)
    address = _broker(places.state)
    print(with_user(address, user, Passwords(places.stack / "passwords").of(user)))


@app.command()
def token(
    department: Name,
    *,
    label: Annotated[str, typer.Option(help="What it is for, such as the system's name.")] = "",
    catalogue: Folder = CATALOGUE,
) -> None:
    """Make an API token for a department that works at the desk. It is shown only now."""
    if not departments(catalogue)[_known(department, catalogue)]:
        raise Invalid(Fault("department", f"{department} has a worker: give it its uri"))
    with _work() as work:
        made = add_token(work, department, label)
    print(made)
    say(f"This token opens the tasks of {department}; it cannot be shown again.")


@app.command()
def tokens(
    department: Name,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Every token that a department was given, by its id, also those that were revoked."""
    with database_of("department", os.environ) as database, database.reading() as tx:
        found = [_shown(it) for it in store.tokens_of(tx, department)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for it in found:
        state = f"revoked {it['revoked_at']}" if it["revoked_at"] else "valid"
        print(f"{it['id']}  made {it['made_at']}  {state}  {it['label']}".rstrip())


@app.command()
def revoke(
    department: Name,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `tokens` shows it.")],
) -> None:
    """Let a token open nothing any more, at once. It stays in the list."""
    with _work() as work:
        given = store.tokens_of(work.transaction, department)
        valid = [it for it in given if it.revoked_at is None]
        meant = [it.digest for it in valid if _id(it) == token_id]
        if not meant:
            raise NotFound(
                f"{department} has no valid token {token_id}: see "
                f"`onewindow department tokens {department}`."
            )
        revoke_token(work, meant[0])
    say(f"The token {token_id} of {department} opens nothing any more.")


@contextmanager
def _work() -> Iterator[Work]:
    now = BusinessTime.parse(os.environ.get("ONEWINDOW_TIME", ""), production=False).now()
    with database_of("department", os.environ) as database, database.transaction() as tx:
        yield Work(tx, now, "department")


def _shown(token: store.Token) -> dict[str, str | None]:
    revoked = token.revoked_at.isoformat(timespec="minutes") if token.revoked_at else None
    made = token.made_at.isoformat(timespec="minutes")
    return {"id": _id(token), "label": token.label, "made_at": made, "revoked_at": revoked}


def _id(token: store.Token) -> str:
    """The beginning of what is kept of a token: enough to name it, useless to open anything."""
    return token.digest[:ID_LENGTH]


def _known(department: str, catalogue: Path) -> str:
    known = departments(catalogue)
    if department not in known:
        problem = f"{department!r} is none of {', '.join(sorted(known))}"
        raise Invalid(Fault("department", problem))
    return department


def _broker(state_file: Path) -> str:
    """The address of the running stack's broker, without credentials."""
    state = StackState.read(state_file)
    brokers = [part.address for part in state.parts if part.name == "broker"] if state else []
    if not brokers:
        raise NotFound("No stack with a broker of its own runs here: ./onewindow up starts one.")
    return brokers[0]


def with_user(address: str, user: str, password: str) -> str:
    """An AMQP address with these credentials."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"
