"""`department list`: who takes part, in which way, and how it goes."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.cli.department.desk import tokens_of
from deploy.cli.department.options import AsJson, Folder, SecretsFile
from deploy.departments import site
from deploy.departments.readers import readers_of
from deploy.local.hashed import read_hashed
from deploy.local.passwords import broker_secret
from deploy.local.services import departments
from deploy.local.state import NotRunning
from shared.delivery.topology import department_user
from shared.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Row:
    """A department. Of one with a worker: its broker user, when its password was made (None: with
    the stack), what waits in its queue, what is in the hands of those who read it, and how many do.
    Of one at the desk: its tokens. What cannot be asked just now is None."""

    way: str
    user: str | None = None
    password_made_at: str | None = None
    waiting: int | None = None
    in_hand: int | None = None
    consumers: int | None = None
    tokens: list[dict[str, Any]] | None = None


def show_all(
    *, catalogue: Folder = None, passwords: SecretsFile = None, as_json: AsJson = False
) -> None:
    """Every department: worker or desk, what waits for it, who reads it, and its secrets' age.

    Of a stack that does not run only the way is known.
    """
    try:
        rows = _of(site.find(catalogue, passwords))
    except NotRunning:
        known = departments(site.catalogue_in_use(catalogue))
        rows = {name: Row(way=_way(desk)) for name, desk in known.items()}
    if as_json:
        print(json.dumps({name: asdict(row) for name, row in rows.items()}, indent=1))
    else:
        _show(rows)


def _of(place: site.Site) -> dict[str, Row]:
    depths = {it.name: it for it in place.admin.queues(place.vhost)}
    uri, users = place.admin.address.uri(), place.admin.users()
    readers = readers_of(
        uri, [it for it in map(department_user, place.departments) if it in depths]
    )

    def row(name: str, desk: bool) -> Row:
        if desk:
            return Row(way="desk", tokens=_tokens(name))
        user = department_user(name)
        kept, depth = read_hashed(place.kept.get(broker_secret(user))), depths.get(user)
        return Row(
            way="worker",
            user=user if user in users else None,
            password_made_at=kept.made_at.isoformat(timespec="minutes") if kept else None,
            waiting=depth.ready if depth else None,
            in_hand=depth.unacknowledged if depth else None,
            consumers=readers.get(user),
        )

    return {name: row(name, desk) for name, desk in place.departments.items()}


def _tokens(department: str) -> list[dict[str, Any]] | None:
    try:
        return tokens_of(department)
    except NotFound:
        return None


def _show(rows: dict[str, Row]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("department", "way", "waiting", "in hand", "connected", "secrets"):
        table.add_column(column, no_wrap=True)
    for name, row in rows.items():
        counts = [_count(it) for it in (row.waiting, row.in_hand, row.consumers)]
        table.add_row(name, row.way, *counts, _secrets(row))
    Console(highlight=False, emoji=False).print(table)


def _secrets(row: Row) -> str:
    if row.tokens is not None:
        valid = [it for it in row.tokens if it["valid"]]
        newest = f", the newest of {valid[-1]['made_at']}" if valid else ""
        return f"{len(valid)} tokens{newest}"
    return f"password of {row.password_made_at}" if row.password_made_at else ""


def _count(number: int | None) -> str:
    return "-" if number is None else str(number)


def _way(desk: bool) -> str:
    return "desk" if desk else "worker"
