"""The cases of a journey: what is handed in, what departments do with it, how it must end.

All persons and companies are invented; their numbers are only formally right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stdnum.cn import uscc

from tests.journey.script import with_script

ITEM = "investment-project"
ALWAYS = ("application-report", "site-plan", "design-plan")
BROUGHT_LATER = "funds-proof"


@dataclass(frozen=True, kw_only=True)
class Story:
    """One application. `script` says what departments do with its tasks, `fate` how it ends.

    `promised` is the day for which the commitment on the funds is promised instead of handed in;
    `forged` has another department answer a task of this case meanwhile.
    """

    name: str
    fate: str
    form: Mapping[str, Any] = field(default_factory=dict)
    script: Mapping[str, str] = field(default_factory=dict)
    materials: tuple[str, ...] = ()
    promised: str = ""
    withdrawn: bool = False
    forged: bool = False

    @property
    def papers(self) -> tuple[str, ...]:
        """The materials that are handed in at once."""
        funds = () if self.promised else (BROUGHT_LATER,)
        return (*ALWAYS, *funds, *self.materials)

    def application(self, materials: list[dict[str, Any]]) -> dict[str, Any]:
        """The body of POST /cases."""
        return {
            "item": ITEM,
            "channel": "window",
            "applicant": company(self.name),
            "form": {**FORM, **self.form, "project_name": with_script("生产线", dict(self.script))},
            "materials": materials,
            "promises": [{"material": BROUGHT_LATER, "due_on": self.promised}]
            if self.promised
            else [],
        }


def company(name: str) -> dict[str, str]:
    """An organisation with a formally valid credit code (GB 32100)."""
    body = "91330100MA2000001"
    number = body + uscc.calc_check_digit(body)
    return {"kind": "organisation", "name": f"杭州{name}有限公司", "number": number}


FORM = {
    "project_site": "钱塘区临江工业园",
    "industry": "manufacturing",
    "total_investment": 8_600,
    "land_area": 2.4,
    "earthwork": 18_000,
    "building_area": 4_200,
    "civil_building": False,
    "flammable_site": False,
    "pollution_class": "registration_form",
}
"""A small factory: none of the tasks that only some cases need."""

LARGE = {
    "land_area": 12.5,
    "building_area": 36_000,
    "civil_building": True,
    "flammable_site": True,
    "pollution_class": "report_form",
}
"""Every task that the item knows, the one at the desk too, if the site is hazardous."""

PLAIN = Story(name="plain", fate="approved")
WHOLE = Story(
    name="whole",
    fate="approved_with_conditions",
    form=LARGE,
    script={"siting": "hazard", "lightning": "conditions", "soil-water": "later"},
    materials=("environmental-report", "soil-water-plan", "shelter-design"),
)
REJECTED = Story(
    name="rejected",
    fate="rejected",
    form={"pollution_class": "report_book"},
    script={"siting": "hold", "environmental-impact": "reject"},
    materials=("environmental-report",),
)
RETURNED = Story(
    name="returned",
    fate="approved",
    form={"building_area": 36_000},
    script={"fire-safety": "return"},
)
WITHDRAWN = Story(
    name="withdrawn",
    fate="withdrawn",
    form={"pollution_class": "report_form"},
    script={"siting": "hold", "environmental-impact": "hold"},
    materials=("environmental-report",),
    withdrawn=True,
)
CONDITIONAL = Story(name="conditional", fate="approved", promised="2026-10-12", forged=True)
PASSED_ON = Story(
    name="passed-on",
    fate="approved",
    form={"flammable_site": True, "building_area": 21_000},
    script={
        "lightning": "decline:fire",
        "fire-safety": "decline",
        "planning-permit": "suspend",
    },
)

STORIES = (PLAIN, WHOLE, REJECTED, RETURNED, WITHDRAWN, CONDITIONAL, PASSED_ON)
