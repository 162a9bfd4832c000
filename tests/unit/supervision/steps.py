"""Steps of a case stream, short enough to read in a test."""

from datetime import date, datetime

from services.supervision.domain import Rules
from services.supervision.policies import policy_from
from shared.businesstime import CHINA
from shared.messages import CaseProgressed, Deferral, Limit, Silence, Text
from shared.messages.ordered import Extended, Transferred
from shared.messages.progress import (
    Accepted,
    Assigned,
    Cancelled,
    Change,
    Completed,
    Decided,
    Declined,
    Opened,
    Refused,
    Resumed,
    Returned,
    Revoked,
    Supplemented,
    Suspended,
)
from shared.worktime import china

CASE = "330100-2609-0000012-34"
LADDERS = {
    "ladders": {
        "usual": {
            "reminder": "1 working day before due",
            "yellow": "at due",
            "red": "2 working days after due",
            "head": "5 working days after due",
        },
        "silent": {},
        "half": {"reminder": "50% of the limit", "yellow": "at due"},
    },
    "clocks": {
        "statutory": "silent",
        "promised": "usual",
        "handling": "usual",
        "acceptance": "half",
        "deferral": "usual",
    },
}
RULES = Rules(calendar=china(), policy=policy_from(LADDERS))
TITLE = Text(zh="企业投资项目核准", en="Enterprise investment project")


def at(text: str) -> datetime:
    """`09-18 10:00` of 2026, in China."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


def step(number: int, when: str, *changes: Change, case: str = CASE) -> CaseProgressed:
    return CaseProgressed(
        case=case,
        number=number,
        at=at(when),
        item="enterprise-investment",
        item_version=3,
        region="330100",
        state="open",
        changes=changes,
    )


def opened(
    accepted_at: str, *, promised: int | None = 10, statutory: int | None = 20, **deferred: str
) -> Opened:
    return Opened(
        title=TITLE,
        applicant="杭州某某有限公司",
        channel="portal",
        received_at=at(accepted_at),
        accepted_at=at(accepted_at),
        lead="development",
        statutory=Limit(amount=statutory, source="Art. 42") if statutory else None,
        promised=Limit(amount=promised) if promised else None,
        deferrals=tuple(
            Deferral(
                material=material,
                title=Text(zh="材料", en=material),
                due_on=date.fromisoformat(f"2026-{day}"),
                promised_by="王某",
            )
            for material, day in deferred.items()
        ),
    )


def assigned(
    assignment: str,
    *,
    acceptance: int | None = None,
    handling: int | None = 5,
    silence: Silence = "nothing",
    source: str = "",
):
    return Assigned(
        task=assignment.rpartition(".")[0] or assignment,
        title=Text(zh="规划审查", en="Planning review"),
        assignment=assignment,
        department="planning",
        acceptance=Limit(amount=acceptance) if acceptance else None,
        handling=Limit(amount=handling, source=source) if handling else None,
        silence=silence,
    )


def _officer(when: str) -> dict[str, object]:
    return {"department": "planning", "officer": "李某", "stated_at": at(when)}


def accepted(assignment: str) -> Accepted:
    return Accepted(task="t", assignment=assignment, **_officer("09-18 00:00"))


def completed(assignment: str, *, opinion: str = "同意") -> Completed:
    return Completed(
        task="t",
        assignment=assignment,
        outcome="approved",
        opinion=opinion,
        legal_basis="",
        conditions=(),
        documents=(),
        **_officer("09-18 00:00"),
    )


def returned(assignment: str) -> Returned:
    return Returned(
        task="t", assignment=assignment, missing=(), legal_basis="", **_officer("09-18 00:00")
    )


def declined(assignment: str) -> Declined:
    return Declined(
        task="t", assignment=assignment, reason="r", proposal="", **_officer("09-18 00:00")
    )


def cancelled(assignment: str) -> Cancelled:
    return Cancelled(task="t", assignment=assignment, department="planning", reason="withdrawn")


def suspended(assignment: str) -> Suspended:
    return Suspended(task="t", assignment=assignment, reason="hearing", legal_basis="Art. 45")


def resumed(assignment: str) -> Resumed:
    return Resumed(task="t", assignment=assignment, reason="heard")


def supplemented(*deferrals_met: str) -> Supplemented:
    return Supplemented(fields=(), materials=(), deferrals_met=deferrals_met, note="")


def refused(message_id: str, *, forged: bool, reason: str = "not its task") -> Refused:
    return Refused(
        sender="department.fire",
        message_type="task.completed",
        message_id=message_id,
        assignment="planning.1",
        reason=reason,
        forged=forged,
    )


def extended(amount: int = 10, *, unit: str = "working_days") -> Extended:
    return Extended(
        amount=amount,
        unit=unit,
        by="陈志远",
        capacity="机关负责人",
        reason="跨区协调",
        legal_basis="Art. 42",
    )


def transferred(assignment: str) -> Transferred:
    return Transferred(
        task="t", assignment=assignment, department="planning", to="fire", by="陈志远", reason="r"
    )


def revoked() -> Revoked:
    return Revoked(
        task="verify", department="planning", reasons=("与承诺不符",), legal_basis="Art. 69"
    )


def decided() -> Decided:
    return Decided(outcome="approved", reasons=(), conditions=())
