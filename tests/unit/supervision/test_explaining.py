"""A clock explained line by line, from its ledger and the trace of its case."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from services.supervision.clocks import Clock
from services.supervision.domain import Case, follow
from services.supervision.explaining import Line, explained
from services.supervision.happenings import Happening, happenings, region_of
from services.supervision.trace import Entry, Head, append
from shared.messages import CaseProgressed
from shared.messages.progress import Change, Suspended
from shared.worktime import Ledger
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    assigned,
    at,
    completed,
    decided,
    extended,
    opened,
    resumed,
    returned,
    step,
    suspended,
    transferred,
)

CALENDAR = RULES.calendar


def case_of(*steps: CaseProgressed) -> tuple[dict[str, Clock], list[Entry]]:
    """The clocks and the trace of a case that went this way."""
    case = reduce(lambda so_far, it: follow(so_far, it, RULES), steps, Case(code=CASE))
    entries, head = [], Head()
    for it in steps:
        head, entry = append(
            head, case=CASE, source="routing", type="case.progressed", at=it.at, message=it
        )
        entries.append(entry)
    return {clock.id: clock for clock in case.changed.values()}, entries


def lines(kind: str, now: str, *steps: CaseProgressed) -> tuple[Line, ...]:
    clocks, entries = case_of(*steps)
    return explained(clocks[f"{CASE}/{kind}"], happenings(entries), CALENDAR, at(now))


def of_kind(told: Sequence[Line], kind: str) -> list[Line]:
    return [line for line in told if line.kind == kind]


REVIEW = Suspended(
    task="t",
    assignment="a.1",
    reason="expert review (10 working days)",
    legal_basis="Art. 45",
    department="planning",
    officer="王敏",
)
STORY = (
    step(1, "09-21 09:00", opened("09-21 09:00"), assigned("a.1")),
    step(2, "09-24 10:00", REVIEW),
    step(3, "10-09 10:00", resumed("a.1")),
    step(4, "10-12 11:00", extended(10)),
)


def test_the_lines_tell_the_whole_story_of_a_clock_in_order():
    told = [line.text.en for line in lines("statutory", "10-13 09:00", *STORY)]
    assert told == [
        "20 working days from 2026-09-21 09:00 (Art. 42); the day of the event does not count",
        "extended by 10 working days on 2026-10-12 11:00: 跨区协调, Art. 42, "
        "by 陈志远 (机关负责人)",
        "ran 2026-09-21 09:00 to 2026-09-24 10:00: 2 working days",
        "stopped 2026-09-24 10:00 to 2026-10-09 10:00: expert review (10 working days), Art. 45, "
        "by 王敏 of planning; 5 working days not counted; resumed: heard",
        "runs 2026-10-09 10:00 to 2026-11-16 17:00: 28 working days, 3 of them used",
        "2026-09-25 to 2026-09-27 off: Mid-autumn Festival (国办发明电〔2025〕7号)",
        "2026-10-01 to 2026-10-07 off: National Day (国办发明电〔2025〕7号)",
        "2026-10-10 worked: National Day (国办发明电〔2025〕7号)",
        "due 2026-11-16 17:00",
        "used by 2026-10-13 09:00: 5 working days; 25 working days left",
    ]


def test_the_lines_are_told_in_chinese_as_well():
    told = [line.text.zh for line in lines("statutory", "10-13 09:00", *STORY)]
    assert told[0] == "自 2026-09-21 09:00 起 20 个工作日（Art. 42），当日不计入"
    assert told[1] == (
        "延期 10 个工作日（2026-10-12 11:00）：跨区协调，依据Art. 42，陈志远 (机关负责人)"
    )
    assert told[3] == (
        "2026-09-24 10:00 至 2026-10-09 10:00 中止：expert review (10 working days)，依据Art. 45，"
        "planning：王敏；5 个工作日不计入；恢复：heard"
    )
    assert told[-2:] == [
        "到期 2026-11-16 17:00",
        "截至 2026-10-13 09:00 已用 5 个工作日，剩余 25 个工作日",
    ]


def test_whoever_returned_a_task_is_named_for_the_stop():
    story = (STORY[0], step(2, "09-24 10:00", returned("a.1"), suspended("a.1")))
    (stop,) = of_kind(lines("handling/a.1", "09-28 09:00", *story), "stopped")
    assert "Art. 45, by 李某 of planning; " in stop.text.en
    assert "，planning：李某；" in stop.text.zh
    (cause,) = stop.causes
    assert (cause.by, cause.department, cause.assignment) == ("李某", "planning", "a.1")


def test_a_clock_that_stands_says_so_and_what_is_left():
    told = lines("promised", "09-29 09:00", *STORY[:2])
    assert [line.text.en for line in told[-2:]] == [
        "2026-09-25 to 2026-09-27 off: Mid-autumn Festival (国办发明电〔2025〕7号)",
        "no due date until it resumes; 8 working days left",
    ]
    (stop,) = of_kind(told, "stopped")
    assert stop.text.en.startswith("stopped since 2026-09-24 10:00: expert review")
    assert stop.end is None


def test_a_case_that_waits_for_two_tasks_names_both():
    story = (
        step(1, "09-21 09:00", opened("09-21 09:00"), assigned("a.1"), assigned("b.1")),
        step(2, "09-22 10:00", suspended("a.1")),
        step(3, "09-23 10:00", suspended("b.1")),
        step(4, "09-24 10:00", resumed("a.1")),
        step(5, "09-28 10:00", resumed("b.1")),
    )
    (stop,) = of_kind(lines("promised", "09-29 09:00", *story), "stopped")
    assert (stop.begin, stop.end) == (at("09-22 10:00"), at("09-28 10:00"))
    assert [it.assignment for it in stop.causes] == ["a.1", "b.1", "b.1"]
    (own,) = of_kind(lines("handling/a.1", "09-29 09:00", *story), "stopped")
    assert [it.assignment for it in own.causes] == ["a.1", "a.1"]


def test_a_task_that_is_answered_while_it_waits_lets_the_case_run_on():
    story = (*STORY[:2], step(3, "10-09 10:00", completed("a.1")))
    (stop,) = of_kind(lines("promised", "10-12 09:00", *story), "stopped")
    assert stop.end == at("10-09 10:00")
    assert stop.causes[-1].kind == "resumed"


def test_a_task_that_is_taken_away_while_it_waits_says_why_the_case_runs_on():
    story = (*STORY[:2], step(3, "10-09 10:00", transferred("a.1")))
    (stop,) = of_kind(lines("promised", "10-12 09:00", *story), "stopped")
    assert (stop.causes[-1].reason, stop.causes[-1].department) == ("r", "planning")


def test_a_clock_that_has_ended_is_explained_as_it_stood_then():
    story = (*STORY[:1], step(2, "09-23 18:00", completed("a.1"), decided()))
    told = lines("promised", "12-01 09:00", *story)
    assert told[-1].text.en == "ended 2026-09-23 18:00"
    (stands,) = of_kind(told, "stands")
    assert stands.text.en == "used by 2026-09-23 18:00: 2 working days; 8 working days left"


def test_a_clock_that_is_late_says_by_how_much():
    (stands,) = of_kind(lines("handling/a.1", "10-10 18:00", STORY[0]), "stands")
    assert stands.text.en == "used by 2026-10-10 18:00: 9 working days; 4 working days late"
    assert stands.text.zh == "截至 2026-10-10 18:00 已用 9 个工作日，超期 4 个工作日"
    assert (stands.used, stands.late) == (9, 4)


def test_a_date_that_was_given_is_explained_as_one():
    told = lines(
        "deferral/licence",
        "09-29 09:00",
        step(1, "09-21 09:00", opened("09-21 09:00", licence="09-30")),
    )
    assert [line.text.en for line in told] == ["due 2026-09-30 17:00, a given date"]


def test_a_due_date_that_was_counted_anew_says_from_what_and_why():
    clocks, entries = case_of(STORY[0])
    said = {
        "clock": f"{CASE}/promised",
        "department": "development",
        "due_before": "2026-10-12T17:00:00+08:00",
        "due_after": "2026-10-13T17:00:00+08:00",
        "reason": "2026-09-29 off (notice 12)",
    }
    head = Head(count=1, hash=entries[0].hash)
    _head, entry = append(
        head,
        case=CASE,
        source="supervision",
        type="clock.recounted",
        at=at("09-22 08:00"),
        message=said,
    )
    told = happenings([*entries, entry])
    mine, other = (
        of_kind(explained(clocks[f"{CASE}/{kind}"], told, CALENDAR, at("09-23 09:00")), "recounted")
        for kind in ("promised", "statutory")
    )
    assert [line.text.en for line in mine] == [
        "counted anew 2026-09-22 08:00: due 2026-10-13 17:00 instead of 2026-10-12 17:00: "
        "2026-09-29 off (notice 12)"
    ]
    assert other == []


def test_the_region_is_that_of_the_case():
    _clocks, entries = case_of(STORY[0])
    assert region_of(entries) == "330100"
    assert region_of([]) == ""


@st.composite
def stories(draw: st.DrawFn) -> tuple[tuple[CaseProgressed, ...], datetime]:
    """A case with two tasks that stop, go on, are given more time and end, in any order."""
    moment = at("09-21 09:00")
    first: tuple[Change, ...] = (opened("09-21 09:00"), assigned("a.1"), assigned("b.1"))
    steps = [step(1, "09-21 09:00", *first)]
    makes = st.sampled_from([suspended, resumed, completed, transferred, None])
    for number in range(2, draw(st.integers(2, 9))):
        moment += draw(st.timedeltas(timedelta(), timedelta(days=9)))
        make = draw(makes)
        change = (
            make(draw(st.sampled_from(["a.1", "b.1"])))
            if make
            else extended(draw(st.integers(1, 9)))
        )
        steps.append(step(number, f"{moment:%m-%d %H:%M:%S.%f}", change))
    if draw(st.booleans()):
        steps.append(step(len(steps) + 1, f"{moment:%m-%d %H:%M:%S.%f}", decided()))
    return tuple(steps), moment + draw(st.timedeltas(timedelta(), timedelta(days=20)))


@given(stories())
def test_the_lines_of_every_clock_add_up_to_its_due_date_and_its_consumed_time(
    story: tuple[tuple[CaseProgressed, ...], datetime],
):
    steps, now = story
    clocks, entries = case_of(*steps)
    for clock in clocks.values():
        assert isinstance(clock.limit, Ledger)
        told = explained(clock, happenings(entries), CALENDAR, now)
        until = min(now, clock.ended_at or now)
        granted = units(told, "granted") + units(told, "extended")
        ran = of_kind(told, "ran")
        used = sum((it.used or Fraction(0) for it in ran), Fraction(0))
        assert granted == clock.limit.budget
        if clock.due_at:
            assert units(told, "ran") == granted
            assert of_kind(told, "due")[0].end == ran[-1].end == clock.due_at
            (stands,) = of_kind(told, "stands")
            assert used + (stands.late or 0) == stands.used
        assert used + late(told) == clock.limit.consumed(until, CALENDAR)


@given(stories())
def test_every_stop_and_extension_has_its_reason_and_its_legal_basis(
    story: tuple[tuple[CaseProgressed, ...], datetime],
):
    steps, now = story
    clocks, entries = case_of(*steps)
    for clock in clocks.values():
        for line in explained(clock, happenings(entries), CALENDAR, now):
            if line.kind in {"stopped", "extended"}:
                assert line.causes[0].reason, line.text.en
                assert line.causes[0].legal_basis, line.text.en


def units(told: Sequence[Line], kind: str) -> Fraction:
    return sum((line.units or Fraction(0) for line in of_kind(told, kind)), Fraction(0))


def late(told: Sequence[Line]) -> Fraction:
    return sum((line.late or Fraction(0) for line in told), Fraction(0))


def test_a_happening_without_a_reason_is_told_as_such():
    bare = Happening(kind="stopped", at=at("09-24 10:00"), assignment="a.1")
    clocks, _entries = case_of(*STORY[:2])
    told = explained(clocks[f"{CASE}/promised"], [bare], CALENDAR, at("09-28 09:00"))
    assert "no reason is recorded; " in of_kind(told, "stopped")[0].text.en
