"""A service item and an application for it, from which tests take what they need."""

from datetime import UTC, datetime
from typing import Any

from services.intake.domain import Office
from shared.messages import FormField, ItemPublished, Limit, MaterialRule, TaskOutline, Text
from shared.worktime import china

NOW = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)
"""Friday, 18 September 2026, nine in the morning in China."""

OFFICE = Office(region="330100", calendar=china())
ORGANISATION = "91330106MA2GXY1A28"
PERSON = "11010519491231002X"


def text(zh: str) -> Text:
    return Text(zh=zh, en=zh)


def field(name: str, **options: Any) -> FormField:
    return FormField(name=name, title=text(name), **{"type": "text", **options})


FORM = (
    field("project_name", max_length=20),
    field("building_area", type="number", minimum=0, maximum=1_000_000),
    field("floors", type="integer", minimum=1, required=False),
    field("pollution", type="choice", choices=("none", "light", "heavy")),
    field("begins_on", type="date", required=False),
    field("near_water", type="boolean", required=False),
    field("parcel", pattern=r"[A-Z]{2}-\d{4}", required=False),
    field(
        "owners",
        type="list",
        required=False,
        maximum=3,
        fields=(field("name"), field("share", type="number", maximum=100)),
    ),
)

MATERIALS = (
    MaterialRule(name="application-letter", title=text("申请书")),
    MaterialRule(
        name="land-certificate", title=text("土地证"), deferrable=True, accepts=("application/pdf",)
    ),
    MaterialRule(
        name="impact-report", title=text("环评报告"), when="form.pollution == 'heavy'", max_size=500
    ),
    MaterialRule(name="photo", title=text("照片"), required=False),
)

ITEM = ItemPublished(
    item="investment-project",
    version=1,
    at=NOW,
    title=text("企业投资项目核准"),
    lead="development-reform",
    applicants=("organisation",),
    form=FORM,
    materials=MATERIALS,
    tasks=(
        TaskOutline(key="planning", title=text("规划"), department="planning"),
        TaskOutline(key="decision", title=text("核准"), department="development-reform"),
    ),
    promised=Limit(amount=5),
)


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


def material(called: str, letter: str = "a", **changes: Any) -> dict[str, Any]:
    plain = {
        "name": called,
        "digest": digest(letter),
        "media_type": "application/pdf",
        "size": 100,
        "file_name": f"{called}.pdf",
    }
    return {**plain, **changes}


STORED = {(digest("a"), "application/pdf"): 100, (digest("b"), "application/pdf"): 100}


def application(**changes: Any) -> dict[str, Any]:
    """An application in which nothing is wrong, as the schema loads it."""
    plain = {
        "item": "investment-project",
        "channel": "portal",
        "applicant": {"kind": "organisation", "name": "杭州某某公司", "number": ORGANISATION},
        "form": {"project_name": "仓库", "building_area": 1200.5, "pollution": "none"},
        "materials": [material("application-letter"), material("land-certificate", "b")],
    }
    return {**plain, **changes}
