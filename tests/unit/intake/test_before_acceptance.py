"""What becomes of an application before it is accepted: the rules alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.intake import review
from services.intake.notices import notices_of
from services.intake.review import NoticeGiven, Reviewed, ReviewOver
from shared.businesstime import CHINA
from shared.errors import Invalid
from shared.messages import Limit, Review, ToCorrect
from shared.worktime import china
from tests.unit.intake.samples import text

CASE = "330100-2609-0000012-34"
LAW = "《中华人民共和国行政许可法》第三十二条第一款第四项"
CALENDAR = china()
STAMP = (ToCorrect(subject="land-certificate", problem="未加盖公章", remedy="盖章后重新上传"),)
KNOWN = ("project_name", "land-certificate")
CLERK = "陈志远"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=CHINA)


def received(moment: str, days: int = 5) -> Reviewed:
    said = Review(
        item="investment-project",
        item_version=1,
        region="330100",
        title=text("企业投资项目核准"),
        lead="development-reform",
        limit=Limit(amount=days, source=LAW),
        received_at=at(moment),
    )
    return review.received(CASE, said, CALENDAR)


def notified(it: Reviewed, moment: str) -> Reviewed:
    return review.notified(it, STAMP, CLERK, KNOWN, at(moment))


def later(it: Reviewed, moment: str) -> Reviewed:
    return review.looked_at(it, at(moment), CALENDAR)


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        # Sunday 20 September is worked for National Day: 20, 21, 22, 23, 24.
        ("09-18 09:00", 5, "09-24 17:00"),
        # Mid-Autumn (25 to 27 September) lies between: 24, 28, 29, 30, and 8 October.
        ("09-23 16:59", 5, "10-08 17:00"),
        # National Day (1 to 7 October) lies between; Saturday 10 October is worked.
        ("09-28 10:00", 5, "10-10 17:00"),
        # Spring Festival (15 to 23 February); Saturday 14 February is worked.
        ("02-12 14:00", 5, "02-26 17:00"),
        # Handed in at a portal on New Year's Day, 1 to 3 January off, Sunday the 4th worked.
        ("01-01 08:00", 5, "01-08 17:00"),
        # An item that promises more than the law.
        ("09-18 09:00", 2, "09-21 17:00"),
    ],
)
def test_silence_is_acceptance_after_working_days_and_counts_from_the_receipt(
    since: str, days: int, due: str
) -> None:
    it = received(since, days)
    assert it.due_at == at(due)
    assert later(it, due) == it
    silent = review.looked_at(it, at(due) + timedelta(seconds=1), CALENDAR)
    assert (silent.state, silent.said.ending) == ("accepted", "deemed")
    assert silent.said.accepted_at == at(since)
    assert silent.due_at is None


def test_a_notice_in_time_stops_the_clock_until_the_applicant_corrects() -> None:
    told = notified(received("09-18 09:00"), "09-24 17:00")
    assert (told.state, told.due_at) == ("awaiting_correction", None)
    assert later(told, "12-01 09:00") == told
    mended = review.corrected(told, at("09-28 10:30"), CALENDAR)
    assert (mended.state, mended.due_at) == ("received", at("10-10 17:00"))
    accepted = review.accepted(mended, CLERK, at("09-30 11:00"))
    assert accepted.said.accepted_at == at("09-28 10:30")
    assert accepted.said.ending == "accepted"


def test_silence_on_a_correction_is_acceptance_from_the_last_correction_on() -> None:
    told = notified(received("09-18 09:00"), "09-21 10:00")
    once = review.corrected(told, at("09-22 10:00"), CALENDAR)
    twice = review.corrected(once, at("09-28 10:30"), CALENDAR)
    silent = later(twice, "10-10 17:01")
    assert (silent.said.ending, silent.said.accepted_at) == ("deemed", at("09-28 10:30"))


def test_everything_is_named_in_one_notice_and_a_second_is_refused_by_article_32() -> None:
    told = notified(received("09-18 09:00"), "09-21 10:00")
    mended = review.corrected(told, at("09-22 10:00"), CALENDAR)
    for it in (told, mended):
        with pytest.raises(NoticeGiven, match=r"one notice.*article 32"):
            notified(it, "09-22 11:00")


def test_a_notice_after_the_limit_is_too_late_even_before_the_clock_was_looked_at() -> None:
    with pytest.raises(ReviewOver, match=r"counts as accepted.*2026-09-24T17:00.*article 32"):
        notified(received("09-18 09:00"), "09-25 09:00")
    with pytest.raises(ReviewOver, match="counts as accepted"):
        review.refused(received("09-18 09:00"), ("不属本机关职权",), CLERK, at("09-25 09:00"))


def test_a_clerk_accepts_from_now_on_and_nothing_is_left_to_be_said() -> None:
    accepted = review.accepted(received("09-18 09:00"), CLERK, at("09-21 10:00"))
    assert accepted.said.accepted_at == at("09-21 10:00")
    assert later(accepted, "12-01 09:00") == accepted
    for act in (
        lambda: review.accepted(accepted, CLERK, at("09-21 11:00")),
        lambda: review.refused(accepted, ("不",), CLERK, at("09-21 11:00")),
        lambda: notified(accepted, "09-21 11:00"),
    ):
        with pytest.raises(ReviewOver, match="is accepted already"):
            act()


def test_what_is_corrected_before_the_notice_moves_nothing() -> None:
    it = received("09-18 09:00")
    assert review.corrected(it, at("09-21 10:00"), CALENDAR) == it


def test_a_day_off_that_is_declared_moves_the_moment_of_acceptance() -> None:
    it = replace(received("09-18 09:00"), due_at=at("09-23 17:00"))
    assert later(it, "09-24 09:00").due_at == at("09-24 17:00")


@pytest.mark.parametrize(
    ("missing", "by", "field"),
    [
        ((), CLERK, "missing"),
        ((ToCorrect(subject="land-cert", problem="缺章"),), CLERK, "missing[0].subject"),
        ((*STAMP, *STAMP), CLERK, "missing[1].subject"),
        ((ToCorrect(subject="project_name", problem=" "),), CLERK, "missing[0].problem"),
        ((ToCorrect(subject="project_name", problem="x" * 8_001),), CLERK, "missing[0].problem"),
        (STAMP, " ", "by"),
        (STAMP, "陈\0", "by"),
    ],
)
def test_a_notice_names_known_things_each_once_and_who_sends_it(
    missing: tuple[ToCorrect, ...], by: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        review.notified(received("09-18 09:00"), missing, by, KNOWN, at("09-21 09:00"))
    assert [it.field for it in refused.value.faults] == [field]


@pytest.mark.parametrize(("reasons", "field"), [((), "reasons"), (("x", " "), "reasons[1]")])
def test_nothing_is_refused_without_reasons(reasons: tuple[str, ...], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        review.refused(received("09-18 09:00"), reasons, CLERK, at("09-21 09:00"))
    assert [it.field for it in refused.value.faults] == [field]


def test_the_applicant_is_told_what_to_correct_and_from_when_on_the_case_counts() -> None:
    told = notified(received("09-18 09:00"), "09-21 10:00")
    mended = review.corrected(told, at("09-22 10:00"), CALENDAR)
    notice, acceptance = notices_of(later(mended, "10-08 09:00"))
    assert notice["kind"] == "correction.notified"
    assert notice["missing"][0]["remedy"] == "盖章后重新上传"
    assert notice["legal_basis"] == LAW
    assert acceptance["kind"] == "case.accepted"
    assert acceptance["deemed"] is True
    assert acceptance["accepted_at"] == at("09-22 10:00").isoformat()
    (refusal,) = notices_of(
        review.refused(received("09-18 09:00"), ("不属本机关职权",), CLERK, at("09-21 09:00"))
    )
    assert (refusal["kind"], refusal["reasons"]) == ("acceptance.refused", ["不属本机关职权"])
    assert CLERK not in str((notice, acceptance, refusal))
