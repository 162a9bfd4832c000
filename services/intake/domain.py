"""The rules of handing in: what an application must be, and what becomes of it.

Pure: an application and what is known about it go in, faults or messages come out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.intake import materials
from services.intake.applicants import problem_with
from services.intake.form import faults_in_form, filled_in, is_empty, problem_with_text
from services.intake.materials import Papers, Stored
from shared.errors import Fault, Invalid, OneWindowError
from shared.messages import (
    CaseAccepted,
    CaseSupplemented,
    CaseWithdrawn,
    Deferral,
    ItemPublished,
    Limit,
    Material,
    Person,
)
from shared.worktime import Calendar, Calendars, due

LONGEST_PERSON = 200
WITHOUT_LIMIT = Limit(amount=365, unit="calendar_days")
"""Within which a promise is kept where the item names no limit of its own."""
CLOSED = frozenset({"decided", "withdrawn", "refused"})


class CaseClosed(OneWindowError):
    """The case is decided or withdrawn, and nothing can be added to it."""


class NotTheApplicant(OneWindowError):
    """The secret is not the one on the receipt of this case."""


class KeyReused(OneWindowError):
    """An Idempotency-Key was used before, with another application."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """What this deployment stands for: the region whose applications it takes, and its calendar;
    `calendars`, where there are any, know those of its districts."""

    region: str
    calendar: Calendar
    calendars: Calendars | None = None

    def of(self, region: str) -> Calendar:
        """The calendar of a region."""
        return self.calendars.of(region) if self.calendars else self.calendar


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as intake keeps it. `state` is what routing said last, before that the state of its
    `review`, or `accepted` where there is none (empty)."""

    code: str
    item: str
    item_version: int
    received_at: datetime
    secret: str
    state: str
    withdrawn_at: datetime | None
    application: Mapping[str, Any]
    review: str = ""


def check(
    application: Mapping[str, Any],
    faults: Sequence[Fault],
    *,
    item: ItemPublished | None,
    office: Office,
    stored: Stored,
    now: datetime,
) -> None:
    """Raise Invalid with every fault of an application, also where there is no such item.

    `faults` are those that are known already; what they concern is missing in `application`.
    """
    found = [
        *faults,
        *_faults_in_people(application),
        *_faults_in_region(application.get("region"), office),
    ]
    if item is not None:
        papers = Papers(
            materials=application.get("materials", ()),
            promises=application.get("promises", ()),
            stored=stored,
        )
        found += _faults_in_kind(application.get("applicant", {}), item)
        found += _faults_in_content(application.get("form", {}), papers, item)
        found += _faults_in_promises(papers, item, office, now)
    _raise_any(found)


def _faults_in_content(
    form: Mapping[str, Any], papers: Papers, item: ItemPublished
) -> Iterator[Fault]:
    in_form = list(faults_in_form(item.form, form))
    yield from in_form
    wrong = {re.split(r"[.\[]", fault.field)[1] for fault in in_form}
    sound = {name: value for name, value in filled_in(form).items() if name not in wrong}
    yield from materials.faults_in_materials(item.materials, papers)
    yield from materials.faults_in_completeness(item.materials, papers, sound)


def _faults_in_promises(
    papers: Papers, item: ItemPublished, office: Office, now: datetime
) -> Iterator[Fault]:
    if papers.promises:
        today, latest = office.calendar.local(now).date(), _last_day(item, now, office)
        yield from materials.faults_in_promises(item.materials, papers, today=today, latest=latest)


def _faults_in_kind(applicant: Mapping[str, Any], item: ItemPublished) -> Iterator[Fault]:
    kind = applicant.get("kind")
    if kind is not None and item.applicants and kind not in item.applicants:
        yield Fault("applicant.kind", f"is not one of {', '.join(item.applicants)} for this item")


def _faults_in_people(application: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _faults_in_person(application.get("applicant", {}), "applicant")
    agent = application.get("agent") or {}
    if agent.get("kind", "person") != "person":
        yield Fault("agent.kind", "is not person; who acts for the applicant is a natural person")
    yield from _faults_in_person(agent, "agent")


def _faults_in_person(person: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if "name" in person:
        problem = problem_with_text(person["name"], LONGEST_PERSON)
        if is_empty(person["name"]) or problem:
            yield Fault(f"{path}.name", problem or "is missing")
    if "kind" in person and "number" in person:
        problem = problem_with(person["kind"], person["number"])
        if problem:
            yield Fault(f"{path}.number", problem)


def region_of(application: Mapping[str, Any], office: Office) -> str:
    """The region in which an application is handed in: its own where it lies in the office's."""
    region: str = application.get("region") or office.region
    return office.region if list(_faults_in_region(region, office)) else region


def _faults_in_region(region: str | None, office: Office) -> Iterator[Fault]:
    # GB/T 2260: two digits each for province, prefecture and county; 00 stands for all of them.
    area = re.sub(r"(00){1,2}$", "", office.region)
    if region and not region.startswith(area):
        yield Fault("region", f"lies outside {office.region}, whose window this is")


def _last_day(item: ItemPublished, now: datetime, office: Office) -> date:
    limit = item.promised or item.statutory or WITHOUT_LIMIT
    return due(now, limit.amount, limit.unit, office.calendar).date()


def accepted(
    application: Mapping[str, Any],
    *,
    case: str,
    item: ItemPublished,
    office: Office,
    now: datetime,
) -> CaseAccepted:
    """The message about an application that `check` has found right."""
    titles = {rule.name: rule.title for rule in item.materials}
    return CaseAccepted(
        case=case,
        item=item.item,
        item_version=item.version,
        region=region_of(application, office),
        channel=application["channel"],
        received_at=now,
        accepted_at=now,
        applicant=Person(**application["applicant"]),
        agent=Person(**application["agent"]) if application.get("agent") else None,
        form=filled_in(application["form"]),
        materials=_materials(application.get("materials", ())),
        deferrals=tuple(
            Deferral(
                material=promise["material"],
                title=titles[promise["material"]],
                due_on=promise["due_on"],
                promised_by=application["applicant"]["name"],
            )
            for promise in application.get("promises", ())
        ),
    )


def supplemented(
    case: Case,
    supplement: Mapping[str, Any],
    faults: Sequence[Fault],
    *,
    item: ItemPublished,
    stored: Stored,
    now: datetime,
) -> CaseSupplemented:
    """The message about what was handed in later; raises CaseClosed, or Invalid with every fault.

    Fields that are not named stay as they are.
    """
    check_open(case)
    _check_supplement(supplement, faults, item=item, stored=stored)
    return CaseSupplemented(
        case=case.code,
        at=now,
        form=dict(supplement.get("form", {})),
        materials=_materials(supplement.get("materials", ())),
        note=supplement.get("note", ""),
    )


def corrected(
    application: Mapping[str, Any],
    correction: Mapping[str, Any],
    faults: Sequence[Fault],
    *,
    item: ItemPublished,
    stored: Stored,
) -> dict[str, Any]:
    """An application that is not accepted yet, as a correction makes it: fields that are not named
    stay, a material replaces what was handed in under its name. Raises Invalid with every fault."""
    _check_supplement(correction, faults, item=item, stored=stored)
    handed = correction.get("materials", ())
    new = {material["name"] for material in handed}
    form = filled_in({**application["form"], **correction.get("form", {})})
    kept = [material for material in application["materials"] if material["name"] not in new]
    promised = [it for it in application["deferrals"] if it["material"] not in new]
    papers = Papers(materials=[*kept, *handed], promises=promised, stored={})
    _raise_any([*materials.faults_in_completeness(item.materials, papers, form)])
    return {**application, "form": form, "materials": papers.materials, "deferrals": promised}


def _check_supplement(
    supplement: Mapping[str, Any], faults: Sequence[Fault], *, item: ItemPublished, stored: Stored
) -> None:
    form, handed = supplement.get("form", {}), supplement.get("materials", ())
    papers = Papers(materials=handed, promises=(), stored=stored)
    nothing = not (faults or form or handed or supplement.get("note"))
    _raise_any(
        [
            *faults,
            *([Fault("body", "holds neither form, materials nor a note")] if nothing else []),
            *faults_in_form(item.form, form, whole=False),
            *materials.faults_in_materials(item.materials, papers),
        ]
    )


def withdrawn(case: Case, reason: str, now: datetime) -> CaseWithdrawn:
    """The message about an application that is taken back; raises CaseClosed."""
    check_open(case)
    return CaseWithdrawn(case=case.code, at=now, reason=reason)


def check_open(case: Case) -> None:
    """Raise CaseClosed if nothing can be added to the case any more."""
    if case.withdrawn_at is not None:
        raise CaseClosed(f"case {case.code} was withdrawn at {case.withdrawn_at.isoformat()}")
    if case.state in CLOSED:
        raise CaseClosed(f"case {case.code} is {case.state}; hand in a new application")


def _materials(handed: Sequence[Mapping[str, Any]]) -> tuple[Material, ...]:
    return tuple(Material(**material) for material in handed)


def _raise_any(faults: Sequence[Fault]) -> None:
    """Each field once: what was found first is what the others follow from."""
    first = {fault.field: fault for fault in reversed(faults)}
    several = {"materials"}  # one fault for each material that is missing
    kept = [fault for fault in faults if fault.field in several or first[fault.field] is fault]
    if kept:
        raise Invalid(*kept)
