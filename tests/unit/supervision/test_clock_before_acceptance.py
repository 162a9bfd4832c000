"""The clock before acceptance: what intake says and what routing says may come in any order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from services.intake import review
from services.intake.review import BEFORE, Reviewed
from services.supervision.board.drawing import APART, LABELS, WIDTH, drawing
from services.supervision.board.story import story
from services.supervision.clocks import Clock
from services.supervision.domain import Case, clocks_of, fire
from services.supervision.explaining import explained
from services.supervision.handlers import Book
from services.supervision.happenings import happenings, region_of
from services.supervision.telling import lines
from services.supervision.timeline import Bar, Pause, Used, bars
from services.supervision.trace import Entry, verify
from shared.delivery.envelope import Envelope, Sender
from shared.messages import (
    CaseReceived,
    CorrectionNotified,
    CorrectionReceived,
    Limit,
    Review,
    ReviewEnded,
    ToCorrect,
)
from tests.unit.supervision.steps import CASE, RULES, TITLE, assigned, at, decided, opened, step

CALENDAR = RULES.calendar
LAW = "Art. 32"
WRONG = (ToCorrect(subject="site-plan", problem="缺比例尺"),)
SAID = Review(
    item="enterprise-investment",
    item_version=3,
    region="330100",
    title=TITLE,
    lead="development",
    limit=Limit(amount=5, source=LAW),
    received_at=at("09-18 10:00"),
)
RECEIVED = review.received(CASE, SAID, CALENDAR)


def message_of(it: Reviewed, now: datetime) -> object:
    """What intake says of a review as it is now."""
    said = it.said
    if said.ending:
        return ReviewEnded(case=CASE, at=now, review=said, by=it.by, reasons=it.reasons)
    if said.corrected_at:
        return CorrectionReceived(case=CASE, at=now, review=said, materials=("site-plan",))
    if said.notified_at:
        return CorrectionNotified(case=CASE, at=now, review=said, by=it.by, missing=it.missing)
    return CaseReceived(case=CASE, at=now, review=said)


def told(*messages: object, cases: Sequence[Case] = ()) -> tuple[Case, list[Entry]]:
    """The case and its trace after these messages came in this order."""
    book = Book(rules=RULES, cases={it.code: it for it in cases}, early={})
    for number, message in enumerate(messages):
        sender = Sender(role="intake")
        book.take(
            Envelope(
                message_id=str(number),
                type="",
                version=1,
                sender=sender,
                sent_at=datetime(2026, 9, 18, tzinfo=UTC),
                traceparent="",
                message=message,
            )
        )
    return book.cases[CASE], book.entries


def clocks(case: Case) -> dict[str, Clock]:
    return {it.id.removeprefix(f"{CASE}/"): it for it in clocks_of(case)}


def history() -> list[object]:
    """A notice in time, a correction, an acceptance from the correction on."""
    told_so = review.notified(RECEIVED, WRONG, "陈志远", ("site-plan",), at("09-22 15:00"))
    mended = review.corrected(told_so, at("09-28 10:30"), CALENDAR)
    over = review.accepted(mended, "陈志远", at("09-29 16:00"))
    moments = ("09-18 10:00", "09-22 15:00", "09-28 10:30", "09-29 16:00")
    some = (RECEIVED, told_so, mended, over)
    return [message_of(it, at(moment)) for it, moment in zip(some, moments, strict=True)]


STREAM = (
    step(1, "09-29 16:00", opened("09-28 10:30"), assigned("planning.1")),
    step(2, "10-09 11:00", decided()),
)


def test_a_received_application_is_watched_before_routing_has_heard_of_it() -> None:
    case, entries = told(*history()[:1])
    clock = clocks(case)["correction"]
    assert (clock.due_at, clock.department) == (at("09-24 17:00"), "development")
    assert (case.state, case.number, case.region) == ("received", 0, "330100")
    # The ladder of a promised limit, where the policy does not name one.
    assert [(it.name, it.moment) for it in clock.rungs] == [
        ("reminder", at("09-23 17:00")),
        ("yellow", at("09-24 17:00")),
        ("red", at("09-29 17:00")),
        ("head", at("10-09 17:00")),
    ]
    assert region_of(entries) == "330100"
    assert [it.what for it in lines(entries[0])] == [
        "received: Enterprise investment project; correction notice 5 working days"
    ]


def test_a_notice_ends_the_clock_and_each_correction_begins_another() -> None:
    case, entries = told(*history())
    found = clocks(case)
    assert (found["correction"].ended_at, found["correction"].rungs) == (at("09-22 15:00"), ())
    second = found["correction/1"]
    assert second.limit.started == at("09-28 10:30")
    assert (second.due_at, second.ended_at) == (at("10-10 17:00"), at("09-29 16:00"))
    assert case.state == "accepted"
    assert verify(CASE, entries, case.head) == []
    words = [it.what for entry in entries for it in lines(entry)]
    assert words[1:] == [
        "correction notice: site-plan (缺比例尺), by 陈志远",
        "the applicant corrected: site-plan",
        "accepted, counted from 2026-09-28T10:30:00+08:00, by 陈志远",
    ]


def test_every_order_of_both_sources_comes_to_the_same_clocks() -> None:
    said = history()
    expected, _ = told(*said, *STREAM)
    assert set(clocks(expected)) == {
        *("correction", "correction/1", "statutory", "promised", "handling/planning.1")
    }
    for places in permutations(range(6), 2):  # where the stream's two steps stand
        if places[0] < places[1]:
            for order in permutations(said):
                mixed = list(order)
                for place, one in zip(places, STREAM, strict=True):
                    mixed.insert(place, one)
                case, entries = told(*mixed)
                assert clocks(case) == clocks(expected)
                assert case.number == 2
                assert verify(CASE, entries, case.head) == []


def test_silence_alerts_and_is_explained_with_its_article() -> None:
    silent = review.looked_at(RECEIVED, at("09-28 09:00"), CALENDAR)
    case, entries = told(
        message_of(RECEIVED, SAID.received_at), message_of(silent, at("09-28 09:00"))
    )
    _, reached = fire(case, at("12-01 09:00"))
    assert [rung.name for _clock, rung in reached] == ["reminder", "yellow"]
    found = explained(clocks(case)["correction"], happenings(entries), CALENDAR, at("10-09 09:00"))
    assert [it.text.en for it in found if it.kind in ("granted", "ended")] == [
        "5 working days from 2026-09-18 10:00 (Art. 32); the day of the event does not count",
        "nothing was said in time: deemed accepted (Art. 32), dated back to 2026-09-18 10:00",
    ]
    assert (
        found[-1].text.zh == "时限内未告知补正，视为受理（Art. 32），受理日期溯及 2026-09-18 10:00"
    )


def test_a_notice_and_a_refusal_are_explained_with_who_and_why() -> None:
    _, entries = told(*history())
    case, _ = told(*history())
    now = at("10-09 09:00")
    first, second = (
        explained(clocks(case)[name], happenings(entries), CALENDAR, now)[-1].text.en
        for name in ("correction", "correction/1")
    )
    assert first == (
        "correction notice sent 2026-09-22 15:00, within the limit: site-plan (缺比例尺), by 陈志远"
    )
    assert second == (
        "accepted 2026-09-29 16:00 by 陈志远; the limits of the case count from 2026-09-28 10:30"
    )
    no = review.refused(RECEIVED, ("不属本机关职权",), "陈志远", at("09-21 09:00"))
    case, entries = told(message_of(no, at("09-21 09:00")))
    (line,) = (
        it
        for it in explained(clocks(case)["correction"], happenings(entries), CALENDAR, now)
        if it.kind == "ended"
    )
    assert line.text.en == "not accepted 2026-09-21 09:00: 不属本机关职权, by 陈志远"
    assert (case.state, case.closed_at) == ("refused", at("09-21 09:00"))


@pytest.mark.parametrize("last", [0, 1])
def test_an_application_that_is_over_stays_over_whatever_comes_late(last: int) -> None:
    no = review.refused(RECEIVED, ("不",), "陈志远", at("09-21 09:00"))
    late = history()[last]
    case, _ = told(message_of(no, at("09-21 09:00")), late)
    assert case.state == "refused"


def test_the_page_of_a_case_tells_of_its_review_before_routing_has_heard_of_it() -> None:
    _case, entries = told(*history())
    said = [one for entry in entries for one in story(entry, {}, "zh")]
    assert [(it.kind, it.department, it.outcome) for it in said] == [
        ("case.received", "development", ""),
        ("correction.notified", "development", ""),
        ("correction.received", "development", ""),
        ("review.ended", "development", "accepted"),
    ]
    assert (said[1].written, said[1].who) == (("site-plan: 缺比例尺",), ("陈志远",))


def shown(messages: Sequence[object], now: str) -> Bar:
    """The bar of the review after these messages, at a moment."""
    case, entries = told(*messages)
    return bars(entries, case.changed, CALENDAR, at(now))[0]


def test_before_acceptance_the_timeline_has_the_review_and_what_happened_in_it() -> None:
    under_review = shown(history()[:1], "09-21 09:00")
    assert (under_review.stage, under_review.state, under_review.end) == (
        "review",
        "under_review",
        None,
    )
    assert [(it.at, it.missed) for it in under_review.dues] == [(at("09-24 17:00"), False)]
    assert under_review.used == Used(amount=1, budget=5, unit="working_days")
    waits = shown(history()[:2], "09-24 09:00")
    assert (waits.state, waits.stands_still) == ("awaiting", True)
    assert (waits.milestones[-1].by, waits.milestones[-1].what) == (
        "陈志远",
        ("site-plan: 缺比例尺",),
    )
    corrected = shown(history()[:3], "09-28 11:00")
    assert (corrected.state, corrected.stands_still) == ("under_review", False)
    assert corrected.pauses == (Pause(begin=at("09-22 15:00"), end=at("09-28 10:30")),)
    assert {it.at for it in corrected.dues} == {at("09-24 17:00"), at("10-10 17:00")}
    over = shown(history(), "10-09 09:00")
    assert (over.state, over.end) == ("accepted", at("09-29 16:00"))
    assert [it.kind for it in over.milestones] == ["received", "notified", "corrected", "accepted"]


def test_the_timeline_of_a_review_is_the_same_in_whatever_order_it_was_told() -> None:
    expected = shown(history(), "10-09 09:00")
    for some in permutations(history()):
        assert shown(some, "10-09 09:00") == expected


def test_then_the_case_and_its_tasks_follow_as_ever() -> None:
    case, entries = told(*history(), *STREAM[:1])
    found = bars(entries, case.changed, CALENDAR, at("09-30 09:00"))
    assert [it.stage for it in found] == ["review", "case", "task"]
    assert {it.kind for bar in found[1:] for it in bar.dues} == {
        "statutory",
        "promised",
        "handling",
    }
    alone, only = told(*STREAM[:1])
    assert [it.stage for it in bars(only, alone.changed, CALENDAR, at("09-30 09:00"))] == [
        "case",
        "task",
    ]


def test_milestones_of_one_day_stand_beside_each_other_in_their_order() -> None:
    said = [RECEIVED, review.notified(RECEIVED, WRONG, "陈志远", ("site-plan",), at("09-18 10:01"))]
    said.append(review.corrected(said[-1], at("09-18 10:02"), CALENDAR))
    said.append(review.accepted(said[-1], "陈志远", at("09-18 10:03")))
    moments = ("09-18 10:00", "09-18 10:01", "09-18 10:02", "09-18 10:03")
    messages = [message_of(it, at(when)) for it, when in zip(said, moments, strict=True)]
    bar = shown(messages, "09-18 12:00")
    (row,) = drawing([bar], CALENDAR, at("09-18 12:00")).rows
    places = [it.shown for it in row.signs]
    assert all(later - it >= APART - 0.1 for it, later in pairwise(places))
    assert places[0] > LABELS and places[-1] < WIDTH


class AnyReview(RuleBasedStateMachine):
    """A clerk, an applicant and the time act at random; messages come shuffled and twice."""

    def __init__(self) -> None:
        super().__init__()
        self.now = SAID.received_at
        self.it = RECEIVED
        self.said = [message_of(self.it, self.now)]

    def _comes_to(self, after: Reviewed) -> None:
        if after.said != self.it.said:
            self.it = after
            self.said.append(message_of(after, self.now))

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self._comes_to(review.looked_at(self.it, self.now, CALENDAR))

    @precondition(lambda self: self.it.state in BEFORE and self.it.said.notified_at is None)
    @rule()
    def clerk_notifies(self) -> None:
        self._comes_to(review.notified(self.it, WRONG, "陈志远", ("site-plan",), self.now))

    @precondition(lambda self: self.it.state in BEFORE)
    @rule()
    def applicant_corrects(self) -> None:
        self._comes_to(review.corrected(self.it, self.now, CALENDAR))

    @precondition(lambda self: self.it.state in BEFORE)
    @rule(accepts=st.booleans())
    def clerk_ends(self, accepts: bool) -> None:
        over = (
            review.accepted(self.it, "陈志远", self.now)
            if accepts
            else review.refused(self.it, ("不",), "陈志远", self.now)
        )
        self._comes_to(over)

    @precondition(lambda self: self.it.state in BEFORE)
    @rule()
    def applicant_withdraws(self) -> None:
        self._comes_to(review.withdrawn(self.it, self.now))

    @rule(data=st.data())
    def clocks_are_the_same_in_any_order(self, data: st.DataObject) -> None:
        in_order, _ = told(*self.said)
        twice = data.draw(st.lists(st.sampled_from(self.said)))
        mixed, _ = told(*data.draw(st.permutations([*self.said, *twice])))
        assert clocks(mixed) == clocks(in_order)
        assert (mixed.state, mixed.closed_at) == (in_order.state, in_order.closed_at)
        running = [it for it in clocks(mixed).values() if it.ended_at is None]
        assert [it.due_at for it in running] == [it for it in [self.it.due_at] if it]
        assert mixed.state == self.it.state

    def teardown(self) -> None:
        said = self.it.said
        kinds = [type(it) for it in self.said]
        assert kinds.count(CorrectionNotified) <= 1
        assert kinds.count(ReviewEnded) == bool(said.ending)
        if said.ending == "deemed":
            begun = said.corrected_at[-1] if said.corrected_at else said.received_at
            assert said.accepted_at == begun
            assert self.it == replace(self.it, due_at=None)


AnyReview.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestAnyReview = AnyReview.TestCase
