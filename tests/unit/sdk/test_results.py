import hashlib
from decimal import Decimal

import pytest

from onewindow_worker import (
    InvalidResult,
    Material,
    Shortcoming,
    approve,
    approve_with_conditions,
    decline,
    document,
    reject,
    resume,
    return_for_supplement,
    suspend,
)

LAW = "Urban and Rural Planning Law, article 40"
DIGEST = "sha256:" + "0" * 64


def test_an_approval_carries_opinion_and_results():
    assert approve("conforms", results={"plot_ratio": 1.8}).content() == {
        "outcome": "approved",
        "opinion": "conforms",
        "legal_basis": "",
        "conditions": [],
        "results": {"plot_ratio": 1.8},
        "documents": [],
        "officer": "",
        "approved_by": "",
    }


def test_shortcomings_may_be_given_as_a_mapping():
    given = return_for_supplement({"site-plan": "bears no seal"})
    assert given == return_for_supplement([Shortcoming("site-plan", "bears no seal")])
    assert given.content()["missing"] == [{"subject": "site-plan", "problem": "bears no seal"}]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: reject("", legal_basis=LAW), "opinion"),
        (lambda: reject(" \n", legal_basis=LAW), "opinion"),
        (lambda: reject("too high", legal_basis=""), "legal_basis"),
        (lambda: approve("x" * 8_001), "opinion"),
        (lambda: approve(7), "opinion"),
        (lambda: approve("half \ud83d"), "opinion"),
        (lambda: approve(officer="x" * 301), "officer"),
        (lambda: approve(results={"ratio": Decimal("1.8")}), "results.ratio"),
        (lambda: approve(results={"ratio": float("nan")}), "results.ratio"),
        (lambda: approve(results={"rows": [1, {"x": {1, 2}}]}), "results.rows[1].x"),
        (lambda: approve(results={1: "x"}), "results"),
        (lambda: approve(documents=["plan.pdf"]), "documents[0]"),
        (lambda: approve(documents=[Material("Plan", DIGEST, "a/b", 1)]), "documents[0].name"),
        (lambda: approve(documents=[Material("plan", "md5:0", "a/b", 1)]), "documents[0].digest"),
        (lambda: approve(documents=[Material("plan", DIGEST, "a/b", -1)]), "documents[0].size"),
        (lambda: approve_with_conditions([]), "conditions"),
        (lambda: approve_with_conditions("plant trees"), "conditions"),
        (lambda: approve_with_conditions(["plant trees", ""]), "conditions[1]"),
        (lambda: return_for_supplement({}), "missing"),
        (lambda: return_for_supplement({"plan": ""}), "missing[0].problem"),
        (lambda: return_for_supplement([("plan", "x")]), "missing[0]"),
        (lambda: return_for_supplement({f"f{n}": "x" for n in range(101)}), "missing"),
        (lambda: decline(""), "reason"),
        (lambda: suspend("hearing", legal_basis="", days=10), "legal_basis"),
        (lambda: suspend("", legal_basis=LAW, days=10), "procedure"),
        (lambda: suspend("hearing", legal_basis=LAW, days=0), "days"),
        (lambda: suspend("hearing", legal_basis=LAW, days=1.5), "days"),
        (lambda: resume(None), "finding"),
    ],
)
def test_a_result_that_breaks_the_contract_is_refused_by_the_field(make, field):
    with pytest.raises(InvalidResult) as refused:
        make()
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field}: ")


def test_a_document_is_referred_to_by_the_digest_of_its_content(tmp_path):
    file = tmp_path / "规划意见.pdf"
    file.write_bytes(b"conforms")
    made = document("site-opinion", file)
    digest = f"sha256:{hashlib.sha256(b'conforms').hexdigest()}"
    assert made == Material("site-opinion", digest, "application/pdf", 8, "规划意见.pdf")
    assert approve(documents=[made]).content()["documents"][0]["digest"] == digest


@pytest.mark.parametrize(
    ("name", "file", "field"),
    [("Site Opinion", "plan.pdf", "document[0].name"), ("plan", "plan", "media_type")],
)
def test_a_document_that_breaks_the_contract_is_refused_by_the_field(tmp_path, name, file, field):
    (tmp_path / file).write_bytes(b"")
    with pytest.raises(InvalidResult) as refused:
        document(name, tmp_path / file)
    assert refused.value.field == field
    assert document("plan", tmp_path / file, media_type="application/pdf").size == 0


def test_results_nested_without_end_are_refused():
    endless: dict = {}
    endless["again"] = endless
    with pytest.raises(InvalidResult, match="nested"):
        approve(results=endless)
