"""An approval that is revoked: the applicant sees it and is told why."""

from services.intake.tracking import Track, follow
from shared.messages import CaseProgressed, Change
from shared.messages.progress import Decided, Revoked
from tests.unit.intake.samples import NOW

CASE = "330100-2609-0000012-34"


def said(number: int, change: Change) -> CaseProgressed:
    return CaseProgressed(
        case=CASE,
        number=number,
        at=NOW,
        item="investment-project",
        item_version=1,
        region="330100",
        state="decided",
        changes=(change,),
    )


def test_a_revoked_decision_is_shown_and_told_with_its_reasons() -> None:
    approved = said(1, Decided(outcome="approved", reasons=(), conditions=()))
    broken = Revoked(
        task="inspection", department="fire", reasons=("未设消防通道",), legal_basis="第六十九条"
    )
    track, _ = follow(Track(case=CASE), {1: approved, 2: said(2, broken)})
    assert (track.state, track.outcome) == ("decided", "revoked")
    assert [it["kind"] for it in track.notices] == ["case.decided", "decision.revoked"]
    told = track.notices[-1]
    assert (told["reasons"], told["legal_basis"]) == (["未设消防通道"], "第六十九条")
