"""The tokens of departments that work at the desk."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer

from deploy.cli.console import say
from deploy.cli.department.options import AsJson, Folder, Name
from deploy.departments.site import business_time, catalogue_in_use, way_of
from deploy.local.databases import database_of
from deploy.local.services import departments
from services.department import store
from services.department.handlers import add_token, revoke_token
from shared.delivery.work import Work
from shared.errors import Fault, Invalid, NotFound

ID_LENGTH = 12


def token(
    department: Name,
    *,
    label: Annotated[str, typer.Option(help="What it is for, such as the system's name.")] = "",
    catalogue: Folder = None,
) -> None:
    """Make one more API token for a department that works at the desk. It is shown only now."""
    if not way_of(department, departments(catalogue_in_use(catalogue))):
        raise Invalid(Fault("department", f"{department} has a worker: give it its uri"))
    with working() as work:
        made = add_token(work, department, label)
    print(made)
    say(f"This token opens the tasks of {department}; it cannot be shown again.")


def tokens(department: Name, *, as_json: AsJson = False) -> None:
    """Every token that a department was given, by its id, also those that were revoked."""
    found = tokens_of(department)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for it in found:
        print(f"{it['id']}  made {it['made_at']}  {_state(it)}  {it['label']}".rstrip())


def revoke(
    department: Name,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `tokens` shows it.")],
) -> None:
    """Let a token open nothing any more, at once. It stays in the list."""
    with working() as work:
        given = store.tokens_of(work.transaction, department)
        meant = [it for it in given if _id(it) == token_id and it.opens(work.now)]
        if not meant:
            raise NotFound(
                f"{department} has no valid token {token_id}: see "
                f"`onewindow department tokens {department}`."
            )
        revoke_token(work, meant[0].digest)
    say(f"The token {token_id} of {department} opens nothing any more.")


def tokens_of(department: str) -> list[dict[str, Any]]:
    """Every token of a department as it is shown, the oldest first."""
    now = business_time().now()
    with database_of("department", os.environ) as database, database.reading() as tx:
        return [_shown(it, now) for it in store.tokens_of(tx, department)]


def revoke_all(department: str) -> None:
    """Let no token of a department open anything any more."""
    with working() as work:
        for it in store.tokens_of(work.transaction, department):
            store.revoke(work.transaction, it.digest, work.now)


@contextmanager
def working() -> Iterator[Work]:
    """A transaction of the department service, at the business time of its stack."""
    with database_of("department", os.environ) as database, database.transaction() as tx:
        yield Work(tx, business_time().now(), "department")


def _shown(token: store.Token, now: datetime) -> dict[str, Any]:
    return {
        "id": _id(token),
        "label": token.label,
        "made_at": _minute(token.made_at),
        "revoked_at": _minute(token.revoked_at),
        "opens_until": _minute(token.opens_until),
        "valid": token.opens(now),
    }


def _minute(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment else None


def _state(shown: dict[str, Any]) -> str:
    if shown["revoked_at"]:
        return f"revoked {shown['revoked_at']}"
    if shown["opens_until"]:
        return f"{'valid until' if shown['valid'] else 'ended'} {shown['opens_until']}"
    return "valid"


def _id(token: store.Token) -> str:
    """The beginning of what is kept of a token: enough to name it, useless to open anything."""
    return token.digest[:ID_LENGTH]
