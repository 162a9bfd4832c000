"""What several commands about departments are told."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from shared.errors import Fault, Invalid

Name = Annotated[str, typer.Argument(metavar="DEPARTMENT", help="Its key in departments.yaml.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--catalogue",
        envvar="ONEWINDOW_CATALOGUE",
        help="Folder with departments.yaml; that of the running stack unless told.",
        show_default=False,
    ),
]
SecretsFile = Annotated[
    Path | None,
    typer.Option(
        "--passwords",
        help="passwords.json of a stack elsewhere, whose broker is in AMQP_URI.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def span(text: str, field: str) -> timedelta:
    """A span of time as `30m`, `24h`, `7d` or `0`; raises Invalid."""
    found = re.fullmatch(r"(\d{1,6})([mhd])|0", text)
    if found is None:
        raise Invalid(Fault(field, f"{text!r} is no span of time such as 30m, 24h, 7d or 0"))
    return timedelta(**{UNITS[found[2]]: int(found[1])}) if found[1] else timedelta()
