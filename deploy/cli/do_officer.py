"""Who may sign in to the pages of a service: accounts of officers, heads, administrators.

The stack that runs on this machine is meant, or the database that ONEWINDOW_DATABASE names. A first
password is shown once, on standard output, and has to be changed at the first sign-in.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from deploy.cli.console import say
from deploy.cli.naming import check_known, departments_of, known_region
from deploy.local.databases import database_of
from deploy.local.places import Places
from deploy.local.state import StackState
from shared.accounts import keeping, store
from shared.accounts.account import Account
from shared.accounts.keeping import Once
from shared.accounts.roles import ROLES
from shared.businesstime import BusinessTime
from shared.errors import Fault, Invalid

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

BY = "operator"
Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="What they type to sign in.")]
Service = Annotated[str, typer.Option(help=f"Whose pages: {' or '.join(ROLES)}.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command()
def add(
    name: Name,
    *,
    unit: Annotated[str, typer.Option(help="Key of the department; for supervision a region.")],
    display_name: Annotated[str, typer.Option("--name", help="What others read, such as 李明.")],
    role: Annotated[
        list[str] | None, typer.Option(help="May be given several times; officer unless told.")
    ] = None,
    service: Service = "department",
    as_json: AsJson = False,
) -> None:
    """Make an account and print its first password, which is shown only now."""
    _check_unit(service, unit)
    once = Once.made()
    with _writing(service) as tx:
        made = keeping.add(
            tx,
            service,
            name=name,
            display_name=display_name,
            unit=unit,
            roles=role or ROLES[service][:1],
            once=once,
            now=BusinessTime().now(),
            by=BY,
        )
    _print_once(made, once, as_json=as_json)


@app.command("list")
def show_all(
    *,
    unit: Annotated[str, typer.Option(help="Only those of this department or region.")] = "",
    service: Service = "department",
    as_json: AsJson = False,
) -> None:
    """Every account: its unit, what it may do, and whether it opens anything."""
    with database_of(_known(service), os.environ) as database, database.reading() as tx:
        found = [_shown(it) for it in store.accounts_of(tx, unit)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for it in found:
        roles = ", ".join(it["roles"])
        print(f"{it['account']:<20}{it['unit']:<22}{roles:<28}{it['state']:<16}{it['name']}")


@app.command()
def reset(name: Name, *, service: Service = "department", as_json: AsJson = False) -> None:
    """Give an account another first password, shown only now; also opens a disabled one again."""
    once = Once.made()
    with _writing(service) as tx:
        changed = keeping.reset(tx, name, once=once, now=BusinessTime().now(), by=BY)
    _print_once(changed, once, as_json=as_json)


@app.command()
def disable(name: Name, *, service: Service = "department") -> None:
    """Let an account open nothing any more: whoever uses it is signed out at once."""
    with _writing(service) as tx:
        changed = keeping.disable(tx, name, now=BusinessTime().now(), by=BY)
    say(f"{changed.name} ({changed.display_name}) is signed out and cannot sign in any more.")


@app.command()
def roles(
    name: Name,
    role: Annotated[list[str], typer.Argument(metavar="ROLE...", help="All that they may be.")],
    *,
    service: Service = "department",
) -> None:
    """Say what an account may do from now on; whoever uses it has to sign in again."""
    with _writing(service) as tx:
        changed = keeping.give_roles(tx, service, name, role, now=BusinessTime().now(), by=BY)
    say(f"{changed.name} ({changed.display_name}) is now: {', '.join(changed.roles)}.")


@contextmanager
def _writing(service: str) -> Iterator[sa.Connection]:
    with database_of(_known(service), os.environ) as database, database.transaction() as tx:
        yield tx


def _known(service: str) -> str:
    if service not in ROLES:
        raise Invalid(Fault("service", f"{service!r} has no pages; it is {' or '.join(ROLES)}"))
    return service


def _check_unit(service: str, unit: str) -> None:
    """Raises Invalid for a unit that there is not, where it is known which catalogue holds."""
    catalogue = _catalogue()
    if catalogue and service == "department":
        check_known("unit", unit, departments_of(catalogue), where="the catalogue")
    elif catalogue:
        known_region(unit, catalogue)


def _catalogue() -> Path | None:
    """That of the environment, or of the stack that runs here."""
    stack = StackState.read(Places.from_environment(os.environ).state)
    named = os.environ.get("ONEWINDOW_CATALOGUE") or (stack.catalogue if stack else "")
    return Path(named) if named else None


def _shown(account: Account) -> dict[str, Any]:
    state = "disabled" if account.disabled_at else "first password" if account.must_change else "ok"
    return {
        "account": account.name,
        "name": account.display_name,
        "unit": account.unit,
        "roles": list(account.roles),
        "origin": account.origin,
        "state": state,
    }


def _print_once(account: Account, once: Once, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**_shown(account), "password": once.password}, ensure_ascii=False))
    else:
        print(once.password)
    say(
        f"The first password of {account.name} ({account.display_name}, {account.unit}):"
        " it cannot be shown again, and must be changed at the first sign-in."
    )
