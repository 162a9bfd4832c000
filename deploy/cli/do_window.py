"""What a clerk does about applications before acceptance: list, show, notify, accept, refuse.

Only items with `review` wait for a clerk. Who says nothing within its limit has accepted
(Administrative Licensing Law, article 32). Each act names who does it, and stays in the trace.
"""

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.console import say
from deploy.cli.ordering import now, place
from deploy.local.databases import database_of
from services.intake import clerks, reviewing, reviews, store
from services.intake.orders import Said
from services.intake.review import Reviewed
from shared.businesstime import CHINA
from shared.delivery.work import Work
from shared.errors import Fault, Invalid, NotFound
from shared.messages.codec import to_plain

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Code = Annotated[str, typer.Argument(metavar="CODE", help="As it stands on the receipt.")]
By = Annotated[str, typer.Option("--by", help="Who does it, by name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="A data folder other than the local stack's.")
]


@app.command("list")
def show_all(
    *,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=10_000)] = 100,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Applications that are not accepted yet, the most pressing first."""
    with database_of("intake", os.environ, data) as database, database.reading() as tx:
        found = [_plain(it) for it in reviews.to_look_at(tx, limit)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    elif not found:
        say("No application waits for a clerk.")
    for it in found if not as_json else ():
        due = (it["notice_due_at"] or "applicant's turn")[:16]
        print(f"{it['case']}  {it['state']:<21}{due:<18}{it['title']['en']}")


@app.command()
def show(code: Code, *, as_json: AsJson = False, data: Data = None) -> None:
    """An application: what was handed in, and how far its review is."""
    with database_of("intake", os.environ, data) as database, database.reading() as tx:
        it = reviews.of(tx, code.strip())
        if it is None:
            raise NotFound(f"no clerk looks at a case {code.strip()}; see `onewindow window list`")
        found = {**_plain(it), "application": store.application_of(tx, it.case)["application"]}
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for name in ("case", "item", "state", "received_at", "notice_due_at", "notified_at"):
        print(f"{name:<16}{found[name] or '-'}")
    for one in found["missing"]:
        print(f"{'to correct':<16}{one['subject']}: {one['problem']} {one['remedy']}".rstrip())
    for name, value in found["application"]["form"].items():
        print(f"{'form':<16}{name} = {json.dumps(value, ensure_ascii=False)}")
    for it in found["application"]["materials"]:
        print(f"{'material':<16}{it['name']} {it['file_name']} {it['digest']}".rstrip())


@app.command()
def notify(
    code: Code,
    *,
    wrong: Annotated[
        list[str],
        typer.Option(metavar="SUBJECT=PROBLEM", help="A field or material; repeatable."),
    ],
    remedy: Annotated[
        list[str] | None,
        typer.Option(metavar="SUBJECT=HOW", help="How it is put right; repeatable."),
    ] = None,
    by: By,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Send the one correction notice: everything that is missing or wrong, in one list."""
    how = dict(_pair(text, "--remedy") for text in remedy or ())
    named = [_pair(text, "--wrong") for text in wrong]
    if strange := how.keys() - {subject for subject, _ in named}:
        raise Invalid(Fault("--remedy", f"{min(strange)!r} is not named by --wrong"))
    missing = [
        {"subject": subject, "problem": problem, "remedy": how.get(subject, "")}
        for subject, problem in named
    ]
    _act(reviewing.notify, code, {"missing": missing, "by": by}, as_json=as_json, data=data)


@app.command()
def accept(code: Code, *, by: By, as_json: AsJson = False, data: Data = None) -> None:
    """Accept an application: it goes to the departments."""
    _act(reviewing.accept, code, {"by": by}, as_json=as_json, data=data)


@app.command()
def refuse(
    code: Code,
    *,
    reason: Annotated[list[str], typer.Option(help="Why it is not accepted; repeatable.")],
    by: By,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Refuse to accept an application, with reasons."""
    said = {"reasons": reason, "by": by}
    _act(reviewing.refuse, code, said, as_json=as_json, data=data)


@app.command()
def token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The clerk's, as traces show it.")],
    *,
    data: Data = None,
) -> None:
    """Make a token by which a clerk does the same over HTTP. It is shown only now."""
    with database_of("intake", os.environ, data) as database, database.transaction() as tx:
        made = clerks.add(Work(tx, now(), "intake"), name)
    print(made)
    say(f"What is done with this token is done by {name}; it cannot be shown again.")


@app.command()
def tokens(*, as_json: AsJson = False, data: Data = None) -> None:
    """Every token that was made for a clerk, by its id, also those that were revoked."""
    with database_of("intake", os.environ, data) as database, database.reading() as tx:
        found = clerks.all_of(tx)
    shown = [
        {
            "id": it.id,
            "name": it.name,
            "made_at": it.made_at.astimezone(CHINA).isoformat(),
            "state": "revoked" if it.revoked_at else "valid",
        }
        for it in found
    ]
    if as_json:
        print(json.dumps(shown, ensure_ascii=False, indent=1))
    for it in shown if not as_json else ():
        print(f"{it['id']}  made {it['made_at'][:16]}  {it['state']:<8}{it['name']}")


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `tokens` shows it.")],
    *,
    data: Data = None,
) -> None:
    """Let a token open nothing any more, at once. It stays in the list."""
    with database_of("intake", os.environ, data) as database, database.transaction() as tx:
        clerks.revoke(Work(tx, now(), "intake"), token_id)
    say(f"The token {token_id} opens nothing any more.")


def _pair(text: str, option: str) -> tuple[str, str]:
    subject, equals, rest = text.partition("=")
    if not equals:
        raise Invalid(Fault(option, f"{text!r} is not SUBJECT=TEXT, as in site-plan=缺比例尺"))
    return subject.strip(), rest.strip()


def _act(
    do: Callable[[Work, str, Said], None],
    code: str,
    said: Mapping[str, Any],
    *,
    as_json: bool,
    data: Path | None,
) -> None:
    code = code.strip()
    place(do, [code], said, at=now(), data=data)
    if as_json:
        print(json.dumps({"case": code, "said": said}, ensure_ascii=False, indent=1))
    else:
        say(f"Done; `onewindow clock {code}` shows it within seconds.")


def _plain(it: Reviewed) -> dict[str, Any]:
    """A review as JSON values, its times as the office's clocks show them."""
    said = it.said

    def local(moment: datetime | None) -> str | None:
        return moment.astimezone(CHINA).isoformat() if moment else None

    return {
        "case": it.case,
        "state": it.state,
        "item": said.item,
        "title": to_plain(said.title),
        "region": said.region,
        "received_at": local(said.received_at),
        "notice_due_at": local(it.due_at),
        "notified_at": local(said.notified_at),
        "corrected_at": [local(moment) for moment in said.corrected_at],
        "missing": [to_plain(one) for one in it.missing],
    }
