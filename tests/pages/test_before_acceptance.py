"""What a supervisor sees of a case before it is accepted, and of how it came to be."""

from dataclasses import replace

import pytest

from services.intake import review
from shared.messages import (
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    Limit,
    Review,
    ReviewEnded,
    ToCorrect,
)
from tests.contract.watching import observe
from tests.pages.at_the_wall import city, task
from tests.unit.supervision.steps import RULES, TITLE, accepted, at, opened, step

CALENDAR = RULES.calendar
NEW, SENT, DONE, SILENT, NO = (f"330100-2609-00000{it}-00" for it in range(71, 76))
WRONG = (
    ToCorrect(subject="site-plan", problem="缺比例尺", remedy="补充 1:500 总平面图"),
    ToCorrect(subject="investment", problem="与可行性研究报告不一致"),
)


def received(code, when):
    said = Review(
        item="enterprise-investment",
        item_version=3,
        region="330100",
        title=TITLE,
        lead="planning",
        limit=Limit(amount=5, source="《中华人民共和国行政许可法》第三十二条"),
        received_at=at(when),
    )
    return review.received(code, said, CALENDAR)


def told(town, code, kind, it, when, **more):
    observe(town.database, kind(case=code, at=at(when), review=it.said, **more), now=at(when))
    return it


def sent(town, code, begun, when):
    it = told(town, code, CaseReceived, received(code, begun), begun)
    it = review.notified(it, WRONG, "陈志远", ("site-plan", "investment"), at(when))
    return told(town, code, CorrectionNotified, it, when, by="陈志远", missing=WRONG)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with city(tmp_path_factory.mktemp("city")) as started:
        _fill(started)
        yield started


def _fill(it):
    told(it, NEW, CaseReceived, received(NEW, "09-21 09:30"), "09-21 09:30")
    sent(it, SENT, "09-18 09:30", "09-22 15:00")
    mended = review.corrected(
        sent(it, DONE, "09-07 09:30", "09-09 15:00"), at("09-14 10:30"), CALENDAR
    )
    told(it, DONE, CorrectionReceived, mended, "09-14 10:30", materials=("site-plan",))
    over = review.accepted(mended, "陈志远", at("09-15 16:00"))
    told(it, DONE, ReviewEnded, over, "09-15 16:00", by="陈志远")
    _handled(it, DONE, "09-15 16:00", "09-14 10:30")
    silent = told(it, SILENT, CaseReceived, received(SILENT, "09-09 09:30"), "09-09 09:30")
    lapsed = review.looked_at(silent, at("09-17 09:00"), CALENDAR)
    told(it, SILENT, ReviewEnded, lapsed, "09-17 09:00")
    _handled(it, SILENT, "09-17 09:00", "09-09 09:30")
    refused = review.refused(
        received(NO, "09-16 09:30"), ("不属于本行政机关职权范围",), "陈志远", at("09-18 11:00")
    )
    told(it, NO, ReviewEnded, refused, "09-18 11:00", by="陈志远", reasons=refused.reasons)


def _handled(it, code, when, since):
    begin = step(
        1,
        when,
        replace(opened(since), lead="planning"),
        task("a.1", "fire", acceptance=1),
        case=code,
    )
    it.tell(begin, step(2, "09-18 10:00", accepted("a.1"), case=code))


@pytest.fixture
def looks(town, visitor):
    """`looks(code)`: the page of a case, of somebody who has signed in."""

    def come(code, **how):
        page = visitor(town.url, **how)
        page.context.add_cookies([town.session_of("zhang")])
        page.goto(f"/board/cases/{code}")
        return page

    return come


def signs(page):
    """The milestones of the picture, in order."""
    return page.locator("svg[role=img] .milestone text").all_text_contents()


def test_before_acceptance_the_timeline_shows_who_has_to_act(looks, assert_accessible, screenshot):
    page = looks(NEW)
    assert signs(page) == ["收"]
    told = page.locator("h3 + p").inner_text()
    assert told.startswith("受理审查中 · 补正告知时限 2 / 5"), told
    assert_accessible(page)
    screenshot(page, "under-review")
    page = looks(SENT)
    assert signs(page) == ["收", "告"]
    assert page.locator(".bar-pause").count() == 1
    assert "site-plan: 缺比例尺" in page.locator("tbody").first.inner_text()
    assert "待申请人补正" in page.locator("main").inner_text()
    screenshot(page, "notice-sent")


def test_after_it_tasks_follow_and_what_was_before_stays(looks, assert_accessible, screenshot):
    page = looks(DONE)
    assert signs(page) == ["收", "告", "补", "受"]
    assert "消防设计审查" in page.locator("tr[id^=task-]").inner_text()
    assert_accessible(page)
    screenshot(page, "accepted")
    page = looks(SILENT, language="en", dark=True)
    assert signs(page) == ["R", "D"]
    assert "Deemed accepted" in page.locator("tbody").first.inner_text()
    assert_accessible(page)
    screenshot(page, "deemed-dark")
    page = looks(DONE, language="en", dark=True, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)
    screenshot(page, "accepted-phone")


def test_what_was_not_accepted_says_so_and_why(looks, screenshot):
    page = looks(NO)
    assert signs(page) == ["收", "拒"]
    assert "不予受理" in page.locator(".head").first.inner_text()
    assert "不属于本行政机关职权范围" in page.locator("tbody").first.inner_text()
    screenshot(page, "refused")
