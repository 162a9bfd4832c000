"""Explain the clocks of a case line by line: what ran, what stopped and why, and when each is due.

Every stretch that ran, every stop and extension with its reason, its legal basis and who, and the
days off between; the lines add up to the due date and to the time that is used.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from deploy.cli.catalogue.options import EXAMPLE, Folder
from deploy.cli.do_trace import checked
from deploy.cli.ordering import now
from deploy.local.databases import database_of
from services.supervision import view
from services.supervision.alerts import LIMITS
from services.supervision.clocks import KINDS
from shared.errors import Fault, Invalid
from shared.worktime import read_calendars
from shared.worktime.reading import moment_of

Language = Literal["en", "zh"]
STATES = {
    "running": {"en": "running", "zh": "计时中"},
    "stopped": {"en": "stopped", "zh": "已中止"},
    "ended": {"en": "ended", "zh": "已终止"},
}


def command(
    code: Annotated[str, typer.Argument(metavar="CODE", help="As it stands on the receipt.")],
    *,
    kind: Annotated[str, typer.Option(help=f"Only the clocks of a kind: {', '.join(KINDS)}.")] = "",
    at: Annotated[
        str,
        typer.Option(
            metavar="INSTANT", help="As it stands then: 2026-09-28T09:00+08:00. Else now."
        ),
    ] = "",
    language: Annotated[Language, typer.Option(help="Of the lines: en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    catalogue: Folder = EXAMPLE,
    data: Annotated[
        Path | None, typer.Option(help="A data folder other than the local stack's.")
    ] = None,
) -> None:
    code, calendars, moment = checked(code, os.environ), read_calendars(catalogue), _moment(at)
    with database_of("supervision", os.environ, data) as database, database.reading() as tx:
        told = view.clocks(tx, code, calendars, moment)
    told["clocks"] = [it for it in told["clocks"] if kind in ("", it["kind"])]
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(_lines(it, language) for it in told["clocks"]))


def _moment(text: str) -> datetime:
    moment = moment_of(text) if text else now()
    if moment is None:
        raise Invalid(Fault("--at", f"{text!r} is no instant such as 2026-09-28T09:00+08:00"))
    return moment


def _lines(clock: dict[str, Any], language: Language) -> str:
    limit, state = getattr(LIMITS[clock["kind"]], language), STATES[clock["state"]][language]
    subject = (
        f"{clock['title']['zh']}，{limit}（{clock['department']}），{state}"
        if language == "zh"
        else f"{clock['title']['en']}, {limit} ({clock['department']}), {state}"
    )
    return "\n".join([subject, *(f"  {line[language]}" for line in clock["lines"])])
