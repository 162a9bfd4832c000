"""What may be done about an alert, and what is told to whom comes second."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.supervision.acts import KINDS, Act, NotPossible, Overtaken, Standing
from services.supervision.actwords import words
from shared.errors import Invalid, OneWindowError
from shared.messages import AlertRaised, Text
from shared.messages.codec import to_plain
from tests.unit.supervision.steps import CASE, at

ALERT = AlertRaised(
    alert=f"{CASE}/handling/a.1/red",
    rung="red",
    at=at("09-24 17:00"),
    case=CASE,
    clock=f"{CASE}/handling/a.1",
    department="planning",
    task="a",
    due_at=at("09-24 17:00"),
    title=Text(zh="红牌", en="Red card"),
    text="-",
)
NEW = Standing(alert=ALERT)


def act(kind: str, by: str = "王明", **more) -> Act:
    said = {"text": "because", "department": "planning", "due_on": date(2026, 9, 30)}
    if kind != "action":
        said = {"text": "because"}
    return Act(alert=ALERT.alert, case=CASE, kind=kind, at=at("09-25 09:00"), by=by, **said | more)


def after(*acts: Act) -> Standing:
    standing = NEW
    for it in acts:
        standing = standing.after(it)
    return standing


def test_who_acknowledges_second_is_told_who_was_first():
    with pytest.raises(Overtaken, match="王明 has acknowledged this alert at 2026-09-25 09:00"):
        after(act("acknowledgement"), act("acknowledgement", by="李娜"))


def test_an_action_is_open_until_it_is_done_and_that_is_said_once():
    standing = after(act("comment"), act("action"), act("action"))
    assert [(it.given.number, it.done) for it in standing.actions] == [(2, None), (3, None)]
    done = standing.after(act("done", action=3))
    assert [it.done is None for it in done.actions] == [True, False]
    with pytest.raises(Overtaken, match="王明 has marked this action as done"):
        done.after(act("done", action=3))
    with pytest.raises(NotPossible):
        done.after(act("done", action=1))  # that is the comment


def test_an_appeal_is_decided_once_and_the_card_stays_in_the_record():
    asked = after(act("appeal", by="陆伟"))
    assert asked.appealed.by == "陆伟"
    refused = asked.after(act("refusal"))
    assert refused.appealed is None
    with pytest.raises(Overtaken, match="has refused the appeal"):
        refused.after(act("appeal"))
    with pytest.raises(Overtaken, match="has refused the appeal"):
        refused.after(act("refusal"))
    withdrawn = asked.after(act("withdrawal"))
    assert withdrawn.acts[0].kind == "appeal"
    assert withdrawn.possible() == {"comment"}
    with pytest.raises(Overtaken, match="王明 has withdrawn this alert"):
        withdrawn.after(act("acknowledgement"))


def test_there_is_nothing_to_refuse_without_an_appeal():
    with pytest.raises(NotPossible, match="refusing an appeal is not possible"):
        after(act("refusal"))


def test_an_alert_that_is_no_card_cannot_be_withdrawn():
    parked = Standing(alert=replace(ALERT, rung="parked", department=""))
    assert parked.possible() == {"acknowledgement", "comment", "action"}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (act("withdrawal", text=" "), "text: must be given"),
        (act("comment", text="x" * 2_001), "text: may have 2000 characters"),
        (act("action", department=""), "department: must say whose action it is"),
        (act("action", due_on=date(2026, 9, 24)), "due_on: must be a date from today on"),
        (act("acknowledgement", by=""), "by: must be a name"),
    ],
)
def test_what_is_missing_is_named(wrong: Act, problem: str):
    with pytest.raises(Invalid, match=problem):
        NEW.after(wrong)


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        (
            act("acknowledgement", text=""),
            "红牌：已签认（王明）",
            "Red card: acknowledged, by 王明",
        ),
        (
            act("action"),
            "红牌：要求 planning 于 2026-09-30 前：because（王明）",
            "Red card: planning is to act by 2026-09-30: because, by 王明",
        ),
        (
            act("withdrawal", capacity="督办员"),
            "红牌：撤销：because（王明（督办员））",
            "Red card: withdrawn: because, by 王明 (督办员)",
        ),
    ],
)
def test_the_trace_says_what_was_done_in_both_languages(said: Act, zh: str, en: str):
    assert words(to_plain(said)) == Text(zh=zh, en=en)


def test_every_kind_of_act_has_its_words():
    for kind in KINDS:
        assert "王明" in words(to_plain(act(kind))).zh


ACTS = st.builds(act, st.sampled_from(KINDS), action=st.integers(0, 4))


@given(st.lists(ACTS, max_size=12))
def test_whatever_is_tried_nothing_is_said_twice_that_is_said_once(tried: list[Act]):
    standing = NEW
    for it in tried:
        try:
            standing = standing.after(it)
        except OneWindowError:
            assert it.kind not in standing.possible() or it.kind == "done"
    kinds = [it.kind for it in standing.acts]
    assert all(kinds.count(it) <= 1 for it in ("acknowledgement", "appeal", "withdrawal"))
    assert kinds.count("withdrawal") + kinds.count("refusal") <= 2
    assert [it.number for it in standing.acts] == list(range(1, len(kinds) + 1))
    done = [it.action for it in standing.acts if it.kind == "done"]
    assert len(done) == len(set(done))
