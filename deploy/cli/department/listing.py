"""`department list`: who takes part, in which way, and how it goes."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from deploy.cli.department.desk import tokens_of
from deploy.cli.department.options import AsJson, Folder, SecretsFile
from deploy.departments import site
from deploy.departments.readers import look
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
    queues = [it for it in map(department_user, place.departments) if it in depths]
    waiting, users = look(place.admin.address.uri(), queues), place.admin.users()

    def row(name: str, desk: bool) -> Row:
        if desk:
            return Row(way="desk", tokens=_tokens(name))
        user = department_user(name)
        kept = read_hashed(place.kept.get(broker_secret(user)))
        return Row(
            way="worker",
            user=user if user in users else None,
            password_made_at=kept.made_at.isoformat(timespec="minutes") if kept else None,
            waiting=waiting[user].messages if user in waiting else None,
            in_hand=depths[user].unacknowledged if user in waiting else None,
            consumers=waiting[user].consumers if user in waiting else None,
        )

    return {name: row(name, desk) for name, desk in place.departments.items()}


def _tokens(department: str) -> list[dict[str, Any]] | None:
    try:
        return tokens_of(department)
    except NotFound:
        return None


def _show(rows: dict[str, Row]) -> None:
    width = max(map(len, rows), default=0) + 2
    line = "{:<%d}{:<8}{:>8}{:>9}{:>11}  {}" % width  # noqa: UP031 - the braces are for each row
    print(line.format("department", "way", "waiting", "in hand", "connected", "secrets"))
    for name, row in rows.items():
        counts = [_count(it) for it in (row.waiting, row.in_hand, row.consumers)]
        print(line.format(name, row.way, *counts, _secrets(row)).rstrip())


def _secrets(row: Row) -> str:
    if row.tokens is not None:
        valid = [it for it in row.tokens if it["valid"]]
        newest = f", the newest of {valid[-1]['made_at'][:10]}" if valid else ""
        return f"{len(valid)} token{'s' * (len(valid) != 1)}{newest}"
    return f"password of {row.password_made_at[:10]}" if row.password_made_at else ""


def _count(number: int | None) -> str:
    return "-" if number is None else str(number)


def _way(desk: bool) -> str:
    return "desk" if desk else "worker"
