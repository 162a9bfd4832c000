"""A task for the desk, from which tests take what they need."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.messages import (
    CaseProgressed,
    HandedMaterial,
    Limit,
    Person,
    TaskAssigned,
    TaskCancelled,
    TaskSupplemented,
    Text,
)
from shared.messages.progress import Refused

CHINA = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 18, 9, 0, tzinfo=CHINA)
CASE = "330100-2609-0000001-09"
DIGEST = "sha256:" + "a" * 64
LINK = f"https://intake.example.gov/materials/{DIGEST}"


def assigned(assignment="a-1", department="seal-office", **changes):
    plain = {
        "case": CASE,
        "assignment": assignment,
        "task": "seal",
        "title": Text(zh="刻章", en="Seal"),
        "department": department,
        "item": "company-start",
        "item_title": Text(zh="企业开办", en="Starting a company"),
        "region": "330100",
        "assigned_at": NOW,
        "applicant": Person(kind="person", name="王", number="11010519491231002X"),
        "form": {"name": "某某公司"},
        "materials": (
            HandedMaterial(
                name="charter", digest=DIGEST, media_type="application/pdf", size=9, link=LINK
            ),
        ),
        "handling": Limit(amount=3),
        "extension": Limit(amount=2),
    }
    return TaskAssigned(**{**plain, **changes})


def supplemented(assignment="a-1", department="seal-office"):
    return TaskSupplemented(
        case=CASE,
        assignment=assignment,
        task="seal",
        department=department,
        at=NOW,
        form={"name": "某某有限公司"},
        note="已改",
    )


def cancelled(assignment="a-1", department="seal-office"):
    return TaskCancelled(
        case=CASE,
        assignment=assignment,
        task="seal",
        department=department,
        at=NOW,
        reason="申请人撤回",
    )


def refusing(message_type="task.completed", assignment="a-1", sender="department", ground="rule"):
    return CaseProgressed(
        case=CASE,
        number=9,
        at=NOW,
        item="company-start",
        item_version=1,
        region="330100",
        state="handling",
        changes=(
            Refused(
                sender=sender,
                message_type=message_type,
                message_id="m",
                assignment=assignment,
                reason="incomplete: seal_number is missing",
                forged=False,
                ground=ground,
            ),
        ),
    )


SAID = {
    "acceptance": {},
    "completion": {
        "outcome": "approved",
        "opinion": "",
        "legal_basis": "",
        "conditions": [],
        "results": {},
        "documents": [],
    },
    "return": {"missing": [{"subject": "charter", "problem": "未盖章"}], "legal_basis": ""},
    "decline": {"reason": "不归我们管", "proposal": "tax"},
    "suspension": {"procedure": "听证", "legal_basis": "行政许可法第四十五条", "days": 10},
    "resumption": {"finding": ""},
    "extension": {"reason": "复核", "legal_basis": "行政许可法第四十二条", "approved_by": "赵"},
}
"""What an officer says with each act, as the schema loads it; version and officer apart."""
