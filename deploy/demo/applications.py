"""What is handed in during the demonstration, when, and what the applicant does afterwards.

What becomes of a case follows from its form: the offices (`offices.py`) read it as real ones would.
All persons and companies are invented; their numbers are only formally right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from stdnum.cn import ric, uscc

PDF = "application/pdf"
INVESTMENT_MATERIALS = ("application-report", "site-plan", "design-plan", "funds-proof")
COMPANY_MATERIALS = ("articles-of-association", "address-proof", "identity-document")
BIRTH_MATERIALS = ("birth-record", "parents-identity", "household-register")


@dataclass(frozen=True, kw_only=True)
class Applying:
    """One application. Times are working days after the start of the demonstration.

    `promises` are materials that come later, `brings_after` when they do. `withdraws_after` is when
    the applicant takes the application back, `mends_after` how long a supplement takes.
    """

    story: str
    item: str
    applicant: Mapping[str, str]
    form: Mapping[str, Any]
    materials: tuple[str, ...]
    channel: str = "portal"
    promises: Mapping[str, date] = field(default_factory=dict)
    brings_after: int = 0
    withdraws_after: int = 0
    mends_after: int = 3


def company(name: str, serial: int) -> dict[str, str]:
    """An organisation with a formally valid credit code (GB 32100)."""
    body = f"91330100MA2{serial:06d}"
    number = body + uscc.calc_check_digit(body)
    return {"kind": "organisation", "name": name, "number": number}


def citizen(name: str, born: str, serial: int) -> dict[str, str]:
    """A person with a formally valid identity number (GB 11643)."""
    body = f"330102{born}{serial:03d}"
    return {"kind": "person", "name": name, "number": body + ric.calc_check_digit(body + "0")}


def project(name: str, site: str, **changes: Any) -> dict[str, Any]:
    """The form of an investment project: a small factory, but for what is changed."""
    form = {
        "project_name": name,
        "project_site": site,
        "industry": "manufacturing",
        "total_investment": 8_600,
        "land_area": 2.4,
        "earthwork": 18_000,
        "building_area": 4_200,
        "civil_building": False,
        "flammable_site": False,
        "pollution_class": "registration_form",
    }
    return {**form, **changes}


def new_company(name: str, **changes: Any) -> dict[str, Any]:
    """The form of a company to be started."""
    form = {
        "company_name": name,
        "company_type": "limited_company",
        "registered_capital": 300,
        "address": "文一西路 588 号 3 幢",
        "business_scope": "软件开发；信息技术咨询服务",
        "legal_representative": "沈一诺",
        "employees": 12,
        "seals": 3,
        "open_account": True,
    }
    return {**form, **changes}


def newborn(child: str, **changes: Any) -> dict[str, Any]:
    """The form of a birth."""
    form = {
        "child_name": child,
        "child_sex": "female",
        "born_on": "2026-09-11",
        "hospital": "市妇产科医院",
        "mother_name": "林晓棠",
        "household_address": "莫干山路 100 号 2 幢 301 室",
        "birth_registered": True,
        "social_card": True,
    }
    return {**form, **changes}


APPLICATIONS: tuple[Applying, ...] = (
    Applying(
        story="a plain approval",
        item="investment-project",
        applicant=company("杭州青岚精密制造有限公司", 1),
        form=project("精密轴承生产线", "钱塘区临江工业园"),
        materials=INVESTMENT_MATERIALS,
    ),
    Applying(
        story="approved with conditions, after an expert review that stops the clock",
        item="investment-project",
        applicant=company("浙江远山仓储有限公司", 2),
        form=project(
            "油品仓储中心",
            "余杭区径山镇山前村",
            industry="logistics",
            flammable_site=True,
            building_area=9_800,
        ),
        materials=INVESTMENT_MATERIALS,
    ),
    Applying(
        story="one department is late: yellow card, red card, the head is told, then done",
        item="investment-project",
        applicant=company("杭州云栖物流园开发有限公司", 3),
        form=project(
            "云栖智慧物流园",
            "西湖区转塘街道",
            industry="logistics",
            land_area=12.5,
            earthwork=260_000,
        ),
        materials=(*INVESTMENT_MATERIALS, "soil-water-plan"),
    ),
    Applying(
        story="returned for supplement: the clock stops until it is mended",
        item="investment-project",
        applicant=company("杭州锦湖商业管理有限公司", 4),
        form=project(
            "锦湖商业综合体",
            "上城区四季青街道",
            industry="commerce",
            building_area=36_000,
            civil_building=True,
        ),
        materials=(*INVESTMENT_MATERIALS, "shelter-design"),
        channel="window",
    ),
    Applying(
        story="conditional acceptance: a paper is promised and brought in time",
        item="investment-project",
        applicant=company("浙江海岳新材料有限公司", 5),
        form=project("高分子新材料中试基地", "萧山区靖江街道", pollution_class="report_form"),
        materials=("application-report", "site-plan", "design-plan", "environmental-report"),
        promises={"funds-proof": date(2026, 10, 12)},
        brings_after=5,
    ),
    Applying(
        story="rejected with reasons and legal basis",
        item="investment-project",
        applicant=company("杭州湾能源有限公司", 6),
        form=project(
            "生物质热电联产项目",
            "青山水源地北侧",
            industry="energy",
            pollution_class="report_book",
        ),
        materials=(*INVESTMENT_MATERIALS, "environmental-report"),
    ),
    Applying(
        story="a company is started, six departments at once",
        item="company-start",
        applicant=citizen("沈一诺", "19900412", 127),
        form=new_company("杭州一诺软件有限公司"),
        materials=COMPANY_MATERIALS,
    ),
    Applying(
        story="withdrawn by the applicant: the departments are told to stop",
        item="investment-project",
        applicant=company("杭州明远文化旅游有限公司", 7),
        form=project("明远湖畔酒店", "淳安县千岛湖镇", industry="commerce"),
        materials=INVESTMENT_MATERIALS,
        withdraws_after=3,
    ),
    Applying(
        story="a sole proprietor without employees: fewer departments",
        item="company-start",
        applicant=citizen("钱小满", "19970520", 204),
        form=new_company(
            "杭州小满花艺工作室",
            company_type="sole_proprietorship",
            employees=0,
            legal_representative="钱小满",
        ),
        materials=("address-proof", "identity-document"),
        channel="window",
    ),
    Applying(
        story="a birth: certificate, register, insurance and card from one application",
        item="birth",
        applicant=citizen("林晓棠", "19930708", 164),
        form=newborn("周予安"),
        materials=BIRTH_MATERIALS,
    ),
    Applying(
        story="a birth that people at a desk have a part in",
        item="birth",
        applicant=citizen("陈知夏", "19960115", 88),
        form=newborn("吴景行", child_sex="male", mother_name="陈知夏", birth_registered=False),
        materials=BIRTH_MATERIALS,
        channel="window",
    ),
    Applying(
        story="a birth without a social security card",
        item="birth",
        applicant=citizen("许若溪", "19910926", 242),
        form=newborn("许星野", mother_name="许若溪", social_card=False),
        materials=BIRTH_MATERIALS,
    ),
)
