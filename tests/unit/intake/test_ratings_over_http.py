"""An applicant rates the handling of a case, once, when it is over."""

from tests.unit.intake.client import complete, faults, hand_in, problem
from tests.unit.intake.window import decided, post, routing_says, sent_by


def rated_about(intake, code):
    return [it for it in sent_by(intake) if it.case == code and type(it).__name__ == "CaseRated"]


def test_a_case_that_is_over_is_rated_once_by_whoever_has_its_receipt(intake):
    receipt = hand_in(intake, complete(intake)).json()
    code, secret = receipt["case"], receipt["receipt_secret"]
    path, said = f"/cases/{code}/rating", {"level": 2, "comment": "跑了三趟"}
    assert "rate it when it is over" in problem(post(intake, path, said, secret), 409)["detail"]
    routing_says(intake, decided(code))
    problem(post(intake, path, said, "guessed"), 403)
    problem(post(intake, path, said, ""), 401)
    for _ in range(2):
        assert post(intake, path, said, secret).status_code == 202
    (rated,) = rated_about(intake, code)
    assert (rated.level, rated.comment, rated.lead) == (2, "跑了三趟", "development-reform")
    told = problem(post(intake, path, {"level": 5}, secret), 409)
    assert "rated once" in told["detail"]
    assert len(rated_about(intake, code)) == 1


def test_a_case_that_was_taken_back_can_be_rated_too(intake):
    receipt = hand_in(intake, complete(intake)).json()
    code, secret = receipt["case"], receipt["receipt_secret"]
    assert post(intake, f"/cases/{code}/withdrawal", {"reason": "不办了"}, secret).ok
    assert post(intake, f"/cases/{code}/rating", {"level": 5}, secret).ok
    assert [it.level for it in rated_about(intake, code)] == [5]


def test_there_are_five_levels(intake):
    receipt = hand_in(intake, complete(intake)).json()
    path = f"/cases/{receipt['case']}/rating"
    for level in (0, 6, "5"):
        said = faults(post(intake, path, {"level": level}, receipt["receipt_secret"]))
        assert set(said) == {"level"}
