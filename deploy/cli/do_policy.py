"""Check whom alerts reach by policies.yaml and people.yaml, and say who would be told of one.

Supervision follows both within seconds. Addresses with tokens come from the variables and files
that people.yaml names: run `check` where these are set.
"""

import json
import os
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.catalogue.options import EXAMPLE, AsJson, Folder
from deploy.cli.naming import (
    check_folder,
    check_known,
    departments_of,
    has_region,
    items_of,
    known_region,
)
from deploy.cli.ordering import now
from deploy.local.databases import database_of
from deploy.local.places import Places
from services.supervision import policystore, programs
from services.supervision.alerts import RUNGS as NAMES
from services.supervision.appealing import key_of, token_of
from services.supervision.clocks import KINDS
from services.supervision.duty import Place, Told, of_roles, told
from services.supervision.ladder import RUNGS
from services.supervision.people import People
from services.supervision.peoplefile import FILE, read_people
from services.supervision.policies import OTHERS, Policy, read_policy
from services.supervision.policycheck import remarks
from services.supervision.rungs import RungPolicy, Written
from shared.errors import Fault, Invalid
from shared.worktime import read_calendars
from shared.worktime.reading import moment_of

Data = Annotated[Path | None, typer.Option(help="A data folder other than the local stack's.")]

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.command()
def check(*, as_json: AsJson = False, catalogue: Folder = EXAMPLE) -> None:
    """Check both files: what cannot be followed is refused, what may be a mistake is named."""
    policy, people, missing = _read(catalogue)
    items, departments = items_of(catalogue), departments_of(catalogue)
    known = partial(has_region, catalogue=catalogue)
    found = remarks(policy, people, items=items, departments=departments, known=known)
    if as_json:
        said = {"people": list(people.persons), "left_out": missing, "remarks": found}
        print(json.dumps(said, ensure_ascii=False, indent=2))
        return
    for line in missing:
        print(f"left out: {line}")
    for line in found:
        print(line)
    print(f"sound; {len(people.persons)} people")


@app.command()
def who(
    *,
    rung: Annotated[str, typer.Option(help=f"One of {', '.join((*RUNGS, *OTHERS))}.")],
    department: Annotated[
        str, typer.Option(help="Whose task or case it is; needed for a rung of a ladder.")
    ] = "",
    item: Annotated[str, typer.Option(help="Its key, where it has a ladder of its own.")] = "",
    region: Annotated[
        str, typer.Option(envvar="ONEWINDOW_REGION", help="A code of GB/T 2260.")
    ] = "330100",
    kind: Annotated[str, typer.Option(help=f"Of clock: {', '.join(KINDS)}.")] = "handling",
    at: Annotated[
        str, typer.Option(metavar="INSTANT", help="Such as 2026-10-08T23:00+08:00; else now.")
    ] = "",
    as_json: AsJson = False,
    catalogue: Folder = EXAMPLE,
) -> None:
    """Say who would be told of a rung, by which channels, from when on, and why they."""
    policy, people, _missing = _read(catalogue)
    region, moment = known_region(region, catalogue), _moment(at)
    if department or rung not in OTHERS:
        check_known("--department", department, departments_of(catalogue), where="the catalogue")
    if item:
        check_known("--item", item, items_of(catalogue), where="the catalogue")
    _check("rung", rung, (*RUNGS, *OTHERS))
    _check("kind", kind, KINDS)
    here = read_calendars(catalogue).of(region).local(moment)
    place = Place(department=department, region=region)
    if rung in OTHERS:
        written, answer = Written(), of_roles(policy.others[rung], people, place, here)
    else:
        written = policy.of(region).written(kind, item=item, department=department)
        _check("rung", rung, [it.name for it in written.rungs])
        answer = told(rung, written, people, place, here)
    said = _said(written, rung, answer, here)
    if as_json:
        print(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        _show(said)


@app.command()
def versions(*, as_json: AsJson = False, data: Data = None) -> None:
    """List the versions of policies.yaml that were followed, since when first; alerts name them."""
    with database_of("supervision", os.environ, data) as database, database.reading() as tx:
        found = policystore.versions(tx)
    told = [{"version": it.version, "first_at": it.first_at.isoformat()} for it in found]
    if as_json:
        print(json.dumps({"versions": told}, indent=2))
    else:
        for it in told:
            print(f"{it['version']}  first followed {it['first_at']}")


@app.command()
def text(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="As an alert names it.")],
    *,
    data: Data = None,
) -> None:
    """Print policies.yaml as it was when a version of it was followed."""
    with database_of("supervision", os.environ, data) as database, database.reading() as tx:
        print(policystore.version(tx, version).body, end="")


@app.command()
def token(
    department: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="Its key.")] = "",
    *,
    program: Annotated[
        str, typer.Option(metavar="NAME", help="Of a program that people.yaml names, instead.")
    ] = "",
    data: Data = None,
    catalogue: Folder = EXAMPLE,
) -> None:
    """Print the token with which a department appeals, or a program acts on alerts, over HTTP."""
    if bool(department) == bool(program):
        raise Invalid(Fault("DEPARTMENT", "or --program must be given, and not both"))
    stack = Places.from_environment(os.environ).stack
    folder = data or Path(os.environ.get("ONEWINDOW_DATA") or stack / "data")
    if not folder.is_dir():
        problem = f"there is no folder {folder}: name that of supervision, whose key makes tokens"
        raise Invalid(Fault("--data", problem))
    if department:
        check_known("DEPARTMENT", department, departments_of(catalogue), where="the catalogue")
        print(token_of(key_of(folder), department))
        return
    check_folder(catalogue)
    known = read_people(catalogue / FILE, os.environ)[0].programs
    check_known("--program", program, known, where=f"{FILE} (programs)")
    print(programs.token_of(key_of(folder), known[program]))


def _read(catalogue: Path) -> tuple[Policy, People, tuple[str, ...]]:
    check_folder(catalogue)
    people, missing = read_people(catalogue / FILE, os.environ)
    return read_policy(catalogue / "policies.yaml"), people, missing


def _moment(text: str) -> datetime:
    moment = moment_of(text) if text else now()
    if moment is None:
        raise Invalid(Fault("--at", f"{text!r} is no instant such as 2026-10-08T23:00+08:00"))
    return moment


def _check(name: str, value: str, known: Any) -> None:
    if value not in known:
        there = ", ".join(known) or "none in this ladder"
        raise Invalid(Fault(name, f"{value!r} is none; there are {there}"))


def _said(written: Written, rung: str, answer: Told, at: datetime) -> dict[str, Any]:
    policy, above = written.rung(rung), written.after(rung)
    return {
        "rung": rung,
        "when": policy.when,
        "at": _minutes(at),
        "skipped": answer.skipped,
        "told_as": answer.rung,
        "people": [
            {
                "person": it.person,
                "name": it.name,
                "channels": [address.channel for address in it.addresses],
                "not_before": _minutes(it.not_before) if it.not_before else None,
                "why": {"zh": it.why.zh, "en": it.why.en},
            }
            for it in answer.recipients
        ],
        "remarks": [{"zh": it.zh, "en": it.en} for it in answer.remarks],
        "acknowledge": _within(policy),
        "else": above.name if policy.acknowledge and above else None,
        "order": policy.order or None,
    }


def _minutes(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _within(policy: RungPolicy) -> str | None:
    within = policy.acknowledge
    return f"{within.amount} {within.unit.replace('_', ' ')}" if within else None


def _show(said: dict[str, Any]) -> None:
    when = said["when"] or "when a lower rung is not acknowledged"
    when = "of no limit" if said["rung"] in OTHERS else when
    print(f"{NAMES[said['rung']].en}, {when}, at {said['at']}")
    for it in said["people"]:
        channels = ", then ".join(it["channels"]) or "no channel: nothing holds an address"
        later = f", from {it['not_before']} on (quiet hours)" if it["not_before"] else ""
        print(f"  {it['name']} ({it['person']}): {channels}{later}")
        print(f"      {it['why']['en']}")
    for remark in said["remarks"]:
        print(f"  {remark['en']}")
    if not said["people"] and not said["remarks"]:
        print("  nobody by name: the rung has no `to`")
    if said["acknowledge"]:
        print(f"  to be acknowledged within {said['acknowledge']}, else {said['else']}")
    if said["order"]:
        print("  routing is told to hand the task on to the lead department")
