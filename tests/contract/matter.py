"""The case that the examples tell of: a factory in Hangzhou, from planning to ecology."""

from datetime import date, datetime, timedelta, timezone

from shared.messages import (
    Deferral,
    ExtensionRule,
    HandedMaterial,
    Limit,
    Material,
    Person,
    Procedure,
    Text,
)

CASE = "330100-2609-0000042-80"
ASSIGNMENT = "5d0ff06b-3a0e-5f4e-9b56-2f6b3d1c7a10"
CHINA = timezone(timedelta(hours=8))
LAW = "《中华人民共和国行政许可法》第四十五条"
SITING = Text(zh="建设项目用地预审与选址意见书核发", en="Land pre-examination and site opinion")
PROJECT = Text(zh="企业投资项目联合审批", en="Joint approval of an enterprise investment project")
COMPANY = Person(kind="organisation", name="杭州湖畔制造有限公司", number="91330100799655058B")
AGENT = Person(kind="person", name="李娜", number="330102199003072348")
PLAN = Material(
    name="site-plan",
    digest="sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    media_type="application/pdf",
    size=482_113,
    file_name="拟选址位置图.pdf",
)
HANDED = HandedMaterial(
    **vars(PLAN),
    link=f"https://intake.example.gov/materials/{PLAN.digest}"
    f"?media_type=application%2Fpdf&until=1797469200&signature={'0f' * 32}",
)
OPINION = Material(
    name="site-opinion",
    digest="sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    media_type="application/pdf",
    size=88_020,
)
FUNDS = Deferral(
    material="funds-proof",
    title=Text(zh="建设资金落实情况承诺书", en="Commitment on the funds"),
    due_on=date(2026, 10, 15),
    promised_by="李娜",
)
ACCEPTANCE = Limit(amount=1, source="本事项办事指南（部门签收时限）")
HANDLING = Limit(amount=5, source="《中华人民共和国城乡规划法》第三十六条")
STATUTORY = Limit(amount=45, source="《中华人民共和国行政许可法》第四十二条第二款")
NOTICE = Limit(amount=5, source="《中华人民共和国行政许可法》第三十二条第一款第四项")
PROMISED = Limit(amount=30, source="本事项办事指南承诺办结时限")
EXTENSION = ExtensionRule(
    amount=15,
    source="《中华人民共和国行政许可法》第四十二条第二款",
    by=Text(zh="本级人民政府负责人", en="Head of the government at this level"),
)
REVIEW = Procedure(
    key="expert-review",
    title=Text(zh="专家评审", en="Expert review"),
    limit=Limit(amount=10, source=LAW),
)


def at(day: int, hour: int, minute: int = 0, *, month: int = 9) -> datetime:
    """A moment in Hangzhou in autumn 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA)


TO_PLANNING = {"case": CASE, "assignment": ASSIGNMENT, "task": "siting", "department": "planning"}
FROM_PLANNING = {"case": CASE, "assignment": ASSIGNMENT, "department": "planning"}
