"""`department remove`: a department leaves a running stack."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from deploy.cli.console import say
from deploy.cli.department.desk import revoke_all
from deploy.cli.department.options import Folder, Name, SecretsFile
from deploy.departments import roll, site, unit
from deploy.departments.listing import without_entry
from deploy.departments.workload import Workload, workload
from deploy.local.databases import database_of
from deploy.local.passwords import broker_secret
from services.routing.catalogue import read_departments
from shared.delivery.topology import department_user
from shared.errors import Invalid, OneWindowError

SHOWN = 5


class StillNeeded(OneWindowError):
    """A department that is to be removed has tasks in hand, or open cases will come to it."""


def remove(
    department: Name,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Also with tasks in hand; says what becomes of them.")
    ] = False,
    catalogue: Folder = None,
    passwords: SecretsFile = None,
) -> None:
    """Let a department leave: its entry, its user or tokens, its queue. Nothing is thrown away.

    It is refused while an item or a role of the catalogue names the department, always; and while
    it has tasks in hand or open cases go by a plan that names it, unless --force. What its queue
    still holds is parked with routing then: see `./onewindow parked list`.
    """
    place = site.find(catalogue, passwords)
    desk = place.way_of(department)
    left = {key: it for key, it in place.departments.items() if key != department}
    with _unnamed(place, department):
        _check(place, department, force=force)
        parked = unit.leave(place.admin, place.vhost, left, department, desk=desk)
        if desk:
            revoke_all(department)
        place.kept.forget(broker_secret(department_user(department)))
    say(f"{department} has left; it can sign in nowhere any more.")
    if parked:
        say(f"{parked} messages that it had not taken are parked: `./onewindow parked list`.")


@contextmanager
def _unnamed(place: site.Site, department: str) -> Iterator[None]:
    """Take the entry out of departments.yaml once the body is done; raises StillNeeded before."""
    try:
        with roll.changing(place.catalogue, lambda text: without_entry(text, department)):
            yield
    except Invalid as error:
        raise StillNeeded(
            f"The catalogue needs {department}: take it out of the items and roles that name it,"
            f" and publish those. Without it: {error}"
        ) from error


def _check(place: site.Site, department: str, *, force: bool) -> None:
    with database_of("routing", os.environ) as database, database.reading() as tx:
        found = workload(tx, department, read_departments(place.catalogue))
    said = list(_said(found, department))
    if said and not force:
        raise StillNeeded(" ".join([*said, "With --force it leaves all the same."]))
    for sentence in said:
        say(sentence)


def _said(found: Workload, department: str) -> list[str]:
    said = []
    if found.tasks:
        shown = ", ".join(f"{case} {task}" for case, task in found.tasks[:SHOWN])
        more = f" and {len(found.tasks) - SHOWN} more" if len(found.tasks) > SHOWN else ""
        said.append(
            f"{department} has {len(found.tasks)} tasks in hand ({shown}{more}): they stay open"
            " with nobody to answer; hand each on with `./onewindow case transfer`."
        )
    if found.plans:
        plans = ", ".join(f"{item} {version}" for item, version in found.plans)
        said.append(
            f"Open cases go by plans that may come to {department} ({plans}): the message that does"
            " is parked; let another department fill the role, or migrate the cases."
        )
    return said
