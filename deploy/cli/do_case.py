"""Order something about a running case: more time, another department, a correction, a merger.

Each order names who gives it and why, and stays in the trace. Routing checks it within seconds;
`onewindow trace CODE` shows what became of it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.console import say
from deploy.cli.ordering import faults_in, now, place
from services.intake import orders
from services.intake.orders import Said
from shared.delivery.work import Work
from shared.errors import Fault, Invalid

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Code = Annotated[str, typer.Argument(metavar="CODE", help="As it stands on the receipt.")]
By = Annotated[str, typer.Option("--by", help="Who orders it, by name.")]
Reason = Annotated[str, typer.Option("--reason", help="Why. It stays in the trace.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="A data folder other than the local stack's.")
]


@app.command()
def extend(
    code: Code,
    *,
    by: By,
    capacity: Annotated[
        str, typer.Option("--as", help="The office that the item names for it: 机关负责人.")
    ],
    reason: Reason,
    legal_basis: Annotated[str, typer.Option("--legal-basis", help="The article of law.")],
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Grant a case more time, once. How much, its service item says."""
    said = {"by": by, "capacity": capacity, "reason": reason, "legal_basis": legal_basis}
    _order(orders.extend, code, said, as_json=as_json, data=data)


@app.command()
def transfer(
    code: Code,
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task's key.")],
    department: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="Who gets it.")],
    *,
    by: By,
    reason: Reason,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Hand a task that a department has in hand to another department."""
    said = {"task": task, "department": department, "by": by, "reason": reason}
    _order(orders.transfer, code, said, as_json=as_json, data=data)


@app.command()
def correct(
    code: Code,
    *,
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=JSON", help="area=120, name='\"湖畔\"'; repeatable."),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What else is corrected.")] = "",
    by: By,
    reason: Reason,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Correct a mistake in what is recorded. It is a new entry; what was decided stays decided."""
    form = dict(_field(text) for text in fields or ())
    said = {"form": form, "note": note, "by": by, "reason": reason}
    _order(orders.correct, code, said, as_json=as_json, data=data)


@app.command()
def merge(
    code: Code,
    *,
    into: Annotated[str, typer.Option("--into", metavar="CODE", help="The first case.")],
    by: By,
    reason: Reason,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Close a repeated application into the first one."""
    said = {"into": into.strip(), "by": by, "reason": reason}
    _order(orders.merge, code, said, as_json=as_json, data=data)


def _field(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    try:
        if not equals:
            raise ValueError
        return name.strip(), json.loads(value)
    except ValueError:
        problem = f"{text!r} is not FIELD=JSON: a text needs quotes, as in name='\"湖畔\"'"
        raise Invalid(Fault("--set", problem)) from None


def _order(
    give: Callable[[Work, str, Said], None],
    code: str,
    said: Said,
    *,
    as_json: bool,
    data: Path | None,
) -> None:
    if faults := faults_in(said):
        raise Invalid(*faults)
    code = code.strip()
    place(give, [code], said, at=now(), data=data)
    if as_json:
        print(json.dumps({"case": code, "ordered": said}, ensure_ascii=False, indent=1))
    else:
        say(f"Ordered; `onewindow trace {code}` shows what routing makes of it.")
