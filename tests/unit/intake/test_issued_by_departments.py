"""What a department of the system has issued is not asked for; what was issued is told."""

from services.intake.materials import Papers, faults_in_completeness, is_needed
from services.intake.notices import notice_of
from shared.messages import Material, MaterialRule, Text
from shared.messages.progress import Issued, SubcaseDecided
from tests.unit.intake.samples import NOW

TITLE = Text(zh="营业执照", en="Business licence")
NOTHING = Papers(materials=(), promises=(), stored={})
DOCUMENT = Material(
    name="permit", digest="sha256:" + "a" * 64, media_type="application/pdf", size=9
)


def test_a_material_that_a_department_issues_is_not_asked_for() -> None:
    asked = MaterialRule(name="licence", title=TITLE)
    fetched = MaterialRule(name="licence", title=TITLE, when="form.no", issued_by="market")
    assert [it.field for it in faults_in_completeness([asked], NOTHING, {})] == ["materials"]
    assert list(faults_in_completeness([fetched], NOTHING, {})) == []
    assert not is_needed(fetched, {"no": True})


def test_what_was_issued_is_told_to_the_applicant_by_reference() -> None:
    issued = Issued(task="permit", department="lead", title=TITLE, document=DOCUMENT)
    told = notice_of(issued, NOW)
    assert told is not None
    assert (told["kind"], told["title"]["zh"]) == ("document.issued", "营业执照")
    assert told["document"]["digest"] == DOCUMENT.digest


def test_the_decision_of_a_sub_case_is_told_to_the_applicant() -> None:
    decided = SubcaseDecided(
        subcase="hygiene", outcome="rejected", reasons=("无独立操作间",), conditions=()
    )
    told = notice_of(decided, NOW)
    assert told is not None
    assert (told["kind"], told["subcase"]) == ("subcase.decided", "hygiene")
    assert (told["outcome"], told["reasons"]) == ("rejected", ["无独立操作间"])
