"""`department add`: a department joins a running stack."""

import secrets
from enum import StrEnum
from typing import Annotated

import typer

from deploy.cli.console import say
from deploy.cli.department.desk import working
from deploy.cli.department.options import Folder, SecretsFile
from deploy.departments import roll, site, unit
from deploy.departments.listing import with_entry
from deploy.local.hashed import hashed
from deploy.local.passwords import broker_secret
from services.department.handlers import add_token
from shared.businesstime import BusinessTime
from shared.delivery.topology import department_user, topology
from shared.errors import Fault, Invalid


class Way(StrEnum):
    """How a department gets its tasks."""

    worker = "worker"
    desk = "desk"


def add(
    department: Annotated[
        str,
        typer.Argument(
            metavar="DEPARTMENT",
            help="A key for it: lower-case letters, digits and hyphens, such as drainage.",
        ),
    ],
    *,
    zh: Annotated[str, typer.Option(help="What it is called in Chinese.")],
    en: Annotated[str, typer.Option(help="What it is called in English.")],
    way: Annotated[
        Way, typer.Option(help="`worker`: a program takes its tasks; `desk`: its people do.")
    ] = Way.worker,
    may_see: Annotated[
        list[str] | None,
        typer.Option(help="A class of data that it is entitled to, such as personal; may repeat."),
    ] = None,
    catalogue: Folder = None,
    passwords: SecretsFile = None,
) -> None:
    """Let a department join, while everything runs. Prints what it signs in with, only now.

    \b
      ./onewindow department add drainage --zh 排水管理处 --en "Drainage Office"
          prints the address for ONEWINDOW_WORKER_URI, with its password
      ./onewindow department add drainage --zh 排水管理处 --en "Drainage Office" --way desk
          prints a token for `Authorization: Bearer TOKEN`

    It is written into departments.yaml, which routing reads again by itself; nothing is restarted.
    Then name it as the `department` of an item's task, or let it fill a role.
    """
    place = site.find(catalogue, passwords)
    known = place.departments
    if department in known:
        raise Invalid(Fault("department", f"{department} is there already: see `department list`"))
    then = {**known, department: way is Way.desk}
    topology(then)  # says what cannot be a key
    written = roll.entry(zh=zh, en=en, desk=way is Way.desk, may_see=tuple(may_see or ()))
    with roll.changing(place.catalogue, lambda text: with_entry(text, department, written)):
        told = (
            _at_the_desk(place, then, department)
            if way is Way.desk
            else _with_a_worker(place, then, department)
        )
    print(told)
    say(f"{department} has joined, in {place.catalogue / roll.FILE}. What is printed above is")
    say("what it signs in with; it is shown only now.")


def _with_a_worker(place: site.Site, then: dict[str, bool], department: str) -> str:
    password, kept = new_password()
    unit.join(place.admin, place.vhost, then, department, kept)
    keep(place, department, kept)
    return address(place, department, password)


def _at_the_desk(place: site.Site, then: dict[str, bool], department: str) -> str:
    unit.join(place.admin, place.vhost, then, department, "")
    with working() as work:
        return add_token(work, department, "")


def new_password() -> tuple[str, str]:
    """A password of 192 random bits, and what is kept of it."""
    password = secrets.token_hex(24)
    return password, hashed(password, BusinessTime().now())


def keep(place: site.Site, department: str, kept: str) -> None:
    """Keep the hash of a password. A file with the address that was told before is out of date."""
    user = department_user(department)
    place.kept.keep(broker_secret(user), kept)
    if place.elsewhere:
        place.kept.file.with_name(f"{user}.amqp-uri").unlink(missing_ok=True)


def address(place: site.Site, department: str, password: str) -> str:
    """The broker's address with a department's own user."""
    return place.admin.address.uri(department_user(department), password)
