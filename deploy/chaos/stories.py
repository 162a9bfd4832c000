"""What is handed in, at random from a seed, and how each case must end.

The fate follows from what is handed in and from what the applicant does afterwards, whatever
happens to the machines meanwhile. Items, forms and materials are those of the example catalogue.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from deploy.chaos.script import with_script
from deploy.demo.applications import (
    BIRTH_MATERIALS,
    COMPANY_MATERIALS,
    INVESTMENT_MATERIALS,
    citizen,
    company,
    new_company,
    newborn,
    project,
)

PROMISED = "funds-proof"
MENDED = "design-plan"
PROMISE = timedelta(days=14)
"""How far ahead a paper is promised: within the limit of the item."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """One application. `handed_in_at` and `withdrawn_after` are seconds; the latter from the
    answer, None unless the applicant takes the case back. `repeated` says that the client, as if
    the answer had been lost, hands in once more."""

    number: int
    handed_in_at: float
    item: str
    applicant: Mapping[str, str]
    form: Mapping[str, Any]
    materials: tuple[str, ...]
    fate: str
    promises: bool = False
    mends: bool = False
    withdrawn_after: float | None = None
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What kind of application it is: the parts of a Story that its kind decides."""

    item: str
    form: Mapping[str, Any]
    materials: tuple[str, ...]
    script: dict[str, str] = field(default_factory=dict)
    fate: str = "approved"
    promises: bool = False
    mends: bool = False
    withdrawn: bool = False


Kind = Callable[[random.Random, int], Matter]
"""Makes a matter; the number is how many seconds a late department takes."""


def stories(seed: int, *, seconds: float, rate: float, late: tuple[int, int]) -> Iterator[Story]:
    """Applications for so many seconds, `rate` a second on average. `late` is how many seconds a
    department takes at least and at most that lets its limit pass."""
    dice = random.Random(f"stories {seed}")  # noqa: S311 - to be had again
    number, at = 0, 0.0
    while (at := at + dice.expovariate(rate)) < seconds:
        number += 1
        yield _story(dice, number, at, late)


def _story(dice: random.Random, number: int, at: float, late: tuple[int, int]) -> Story:
    (kind,) = dice.choices(list(_KINDS), list(_KINDS.values()))
    matter = kind(dice, dice.randint(*late))
    form = dict(matter.form)
    name = next(it for it in ("project_name", "company_name", "child_name") if it in form)
    form[name] = with_script(form[name], matter.script)
    applicant = (
        citizen("沈一诺", "19900412", number % 900 + 100)
        if matter.item == "birth"
        else company(f"杭州第{number}精密制造有限公司", number)
    )
    return Story(
        number=number,
        handed_in_at=at,
        item=matter.item,
        applicant=applicant,
        form=form,
        materials=matter.materials,
        fate=matter.fate,
        promises=matter.promises,
        mends=matter.mends,
        withdrawn_after=dice.uniform(0, 8) if matter.withdrawn else None,
        repeated=dice.random() < 0.2,
    )


def _birth(dice: random.Random, _late: int, **changes: Any) -> Matter:
    form = newborn("周予安", social_card=dice.random() < 0.6, birth_registered=dice.random() < 0.7)
    return Matter(item="birth", form=form, materials=BIRTH_MATERIALS, **changes)


def _company(dice: random.Random, _late: int, **changes: Any) -> Matter:
    form = new_company(
        "杭州一诺软件", employees=dice.choice((0, 12)), open_account=dice.random() < 0.8
    )
    return Matter(item="company-start", form=form, materials=COMPANY_MATERIALS, **changes)


def _investment(dice: random.Random, _late: int, **changes: Any) -> Matter:
    wide, civil, dirty = (dice.random() < share for share in (0.3, 0.3, 0.4))
    form = project(
        "精密轴承生产线",
        "钱塘区临江工业园",
        building_area=dice.choice((4_200, 9_800, 24_000)),
        land_area=12.5 if wide else 2.4,
        civil_building=civil,
        pollution_class="report_form" if dirty else "registration_form",
    )
    more = {"soil-water-plan": wide, "shelter-design": civil, "environmental-report": dirty}
    papers = (*INVESTMENT_MATERIALS, *(name for name, needed in more.items() if needed))
    return Matter(**{"item": "investment-project", "form": form, "materials": papers, **changes})


def _late_tax(dice: random.Random, late: int) -> Matter:
    return _company(dice, late, script={"tax-registration": f"later:{late}"})


def _late_certificate(dice: random.Random, late: int) -> Matter:
    return _birth(dice, late, script={"birth-certificate": f"later:{late}"})


def _rejected_birth(dice: random.Random, late: int) -> Matter:
    return _birth(dice, late, script={"household-registration": "reject"}, fate="rejected")


def _rejected_company(dice: random.Random, late: int) -> Matter:
    return _company(dice, late, script={"tax-registration": "reject"}, fate="rejected")


def _flammable(dice: random.Random, late: int, does: str, fate: str) -> Matter:
    plain = _investment(dice, late, script={"lightning": does}, fate=fate)
    return Matter(**{**vars(plain), "form": {**plain.form, "flammable_site": True}})


def _conditions(dice: random.Random, late: int) -> Matter:
    return _flammable(dice, late, "conditions", "approved_with_conditions")


def _declined(dice: random.Random, late: int) -> Matter:
    return _flammable(dice, late, "decline", "approved")


def _returned(dice: random.Random, late: int) -> Matter:
    plain = _investment(dice, late, script={"fire-safety": "return"}, mends=True)
    return Matter(**{**vars(plain), "form": {**plain.form, "building_area": 9_800}})


def _promised(dice: random.Random, late: int) -> Matter:
    plain = _investment(dice, late, promises=True)
    papers = tuple(it for it in plain.materials if it != PROMISED)
    return Matter(**{**vars(plain), "materials": papers})


def _withdrawn(dice: random.Random, late: int) -> Matter:
    return _investment(dice, late, script={"siting": "hold"}, fate="withdrawn", withdrawn=True)


_KINDS: Mapping[Kind, int] = {
    _birth: 24,
    _company: 22,
    _investment: 14,
    _late_tax: 5,
    _late_certificate: 5,
    _rejected_birth: 4,
    _rejected_company: 4,
    _conditions: 5,
    _declined: 5,
    _returned: 5,
    _promised: 4,
    _withdrawn: 6,
}
"""Kinds of applications and their weights."""
