"""`department rotate`: another password or token, without a pause in the work."""

from typing import Annotated

import typer

from deploy.cli.console import say
from deploy.cli.department.desk import working
from deploy.cli.department.joining import address, keep, new_password
from deploy.cli.department.options import Folder, Name, SecretsFile, span
from deploy.departments import site, unit
from services.department.handlers import rotate_token
from shared.delivery.topology import department_user


def rotate(
    department: Name,
    *,
    keep_old: Annotated[
        str,
        typer.Option("--keep", help="How long earlier tokens of a desk still open: 30m, 24h, 7d."),
    ] = "24h",
    label: Annotated[str, typer.Option(help="What a new token is for.")] = "",
    disconnect: Annotated[
        bool,
        typer.Option("--disconnect", help="Also end connections made with the old password, now."),
    ] = False,
    catalogue: Folder = None,
    passwords: SecretsFile = None,
) -> None:
    """Give a department a new password (worker) or token (desk). It is shown only now.

    \b
    Worker: the connection that is open goes on with its work; the next one needs the new password.
            So put it where the worker reads ONEWINDOW_WORKER_URI, then restart the worker when it
            suits: what comes meanwhile waits in its queue. Did somebody else learn the old one?
            --disconnect ends what was connected with it.
    Desk:   the old tokens open for --keep longer, then nothing; --keep 0 ends them now.
    """
    place = site.find(catalogue, passwords)
    if place.way_of(department):
        grace = span(keep_old, "keep")
        with working() as work:
            print(rotate_token(work, department, label, grace))
        ends = f"in {keep_old}" if grace else "now"
        say(f"A new token of {department}, shown only now. Its earlier tokens end {ends}.")
        return
    password, kept = new_password()
    unit.give_password(place.admin, department, kept)
    keep(place, department, kept)
    print(address(place, department, password))
    say(f"A new address of {department}, shown only now. The next connection needs it.")
    if disconnect:
        ended = place.admin.disconnect(department_user(department))
        say(f"{ended} connections that were open are ended.")
