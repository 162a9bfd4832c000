"""What a department notes of its work is for supervision, and not for the applicant."""

from dataclasses import replace

from services.intake.tracking import Track, follow
from shared.messages import CaseProgressed, Change
from shared.messages.progress import Accepted, Noted
from tests.unit.intake.samples import NOW

CASE = "330100-2609-0000012-34"
TASK = {"task": "planning", "assignment": "a-1", "department": "planning"}


def said(number: int, change: Change) -> CaseProgressed:
    return CaseProgressed(
        case=CASE,
        number=number,
        at=NOW,
        item="investment-project",
        item_version=1,
        region="330100",
        state="handling",
        changes=(change,),
    )


def test_an_applicant_sees_nothing_of_a_note() -> None:
    taken_up = said(1, Accepted(**TASK, officer="李某", stated_at=NOW))
    noted = said(2, Noted(**TASK, note="待内部会商", percent=60, officer="李某", stated_at=NOW))
    before, _ = follow(Track(case=CASE), {1: taken_up})
    after, _ = follow(before, {2: noted})
    assert after == replace(before, number=2)
