"""What becomes of a notice, and what a digest says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.supervision.notices.digest import SHOWN, digest_of
from services.supervision.notices.notice import (
    ATTEMPTS,
    LEASE,
    Due,
    Notice,
    NotTaken,
    gathered,
    notice_of,
    notices_of,
)
from services.supervision.recipients import Address, Recipient
from shared.messages.parts import Text
from tests.unit.supervision.steps import at

NOW = at("09-18 10:00")
WHY = Text(zh="督办员", en="supervisor")
AWAY = NotTaken("it answered 500")


def recipient(*channels: str, **more: Any) -> Recipient:
    addresses = tuple(Address(channel=it, url=f"json://{it}.invalid/token") for it in channels)
    return Recipient(person="wang", name="王敏", addresses=addresses, why=WHY, **more)


def notice(*channels: str) -> Notice:
    return notice_of("a-1", recipient(*channels), NOW)


def tried(it: Notice, error: NotTaken = AWAY) -> Notice:
    return it.taken("d-1", it.next_at, 1.0).failed(error, it.next_at, 1.0)


def test_a_channel_is_tried_again_after_growing_pauses_and_then_the_next_one_has_its_turn():
    course = [notice("dingtalk", "mail")]
    for _ in range(2 * ATTEMPTS):
        course.append(tried(course[-1]))
    assert [it.channel for it in course] == ["dingtalk"] * 3 + ["mail"] * 4
    pauses = [(after.next_at - before.next_at).seconds for before, after in pairwise(course)]
    assert pauses[:5] == [10, 20, 0, 10, 20]
    assert [it.state for it in course] == ["waiting"] * 6 + ["failed"]
    assert course[-1].error == "it answered 500"


def test_pauses_are_real_time_however_fast_the_stack_runs():
    taken = notice("mail").taken("d-1", NOW, 720.0)
    assert taken.next_at == NOW + 720 * LEASE
    assert taken.failed(AWAY, NOW, 720.0).next_at == NOW + timedelta(hours=2)


@given(st.lists(st.sampled_from(["told", "failed", "unsure", "final"]), min_size=9, max_size=9))
def test_whatever_the_channels_do_a_notice_ends_told_or_failed_and_never_goes_back(
    outcomes: list[str],
):
    it, tries = notice("chat", "mail", "web"), list[str]()
    for outcome in outcomes:
        if it.state != "waiting":
            break
        tries.append(it.channel)
        taken = it.taken(it.digest or "d-1", it.next_at, 1.0)
        error = NotTaken("no", final=outcome == "final", unsure=outcome == "unsure")
        before = taken if outcome == "told" else it
        it = taken.told(NOW) if outcome == "told" else taken.failed(error, it.next_at, 1.0)
        assert it.next_at >= before.next_at
    assert it.state == ("told" if outcomes[len(tries) - 1] == "told" else "failed")
    assert tries == sorted(tries, key=["chat", "mail", "web"].index)
    assert max(Counter(tries).values()) <= ATTEMPTS


def test_an_address_that_cannot_be_read_is_not_tried_again():
    after = tried(notice("nonsense", "mail"), NotTaken("its address cannot be read", final=True))
    assert (after.channel, after.attempts, after.next_at) == ("mail", 0, NOW)


def test_what_may_have_arrived_is_told_again_as_the_same_message_and_what_has_not_with_the_rest():
    unsure = tried(notice("mail"), NotTaken("it hung up", unsure=True))
    assert unsure.digest == "d-1"
    assert tried(notice("mail")).digest == ""
    assert tried(notice("mail")).error == "it answered 500"


def test_one_who_is_told_after_all_has_no_error():
    told = tried(notice("mail")).taken("d-2", NOW, 1.0).told(NOW)
    assert (told.state, told.told_at, told.channel, told.error) == ("told", NOW, "mail", "")


def test_quiet_hours_put_a_notice_off():
    morning = at("09-19 07:00")
    assert notice_of("a-1", recipient("mail", not_before=morning), NOW).next_at == morning
    assert notice_of("a-1", recipient("mail", breaks_quiet=True), NOW).urgent


def test_an_alert_for_which_nobody_is_there_fails_at_once():
    (nobody,) = notices_of({"a-1": ()}, NOW)
    assert (nobody.person, nobody.channel) == ("", "")
    assert tried(nobody, NotTaken("", final=True)).state == "failed"


def test_notices_are_one_message_a_channel_and_those_of_an_unsure_message_stay_together():
    def due(alert: str, *channels: str, digest: str = "") -> Due:
        return Due(notice=replace(notice(*channels), alert=alert, digest=digest), body="{}")

    parts = gathered(
        [
            due("a", "mail"),
            due("b", "wecom"),
            due("c", "mail", digest="d-9"),
            due("d", "mail"),
            due("e", "mail", digest="d-9"),
        ]
    )
    assert [[it.notice.alert for it in part] for part in parts] == [["a", "d"], ["c", "e"], ["b"]]


def alert(number: int, rung: str = "yellow", due: str | None = None) -> dict[str, Any]:
    title = {"zh": f"{rung}：项目 {number}", "en": f"{rung}: project {number}"}
    return {
        "alert": f"a-{number}",
        "rung": rung,
        "case": f"case-{number}",
        "title": title,
        "at": NOW.isoformat(),
        "due_at": due,
    }


def first_words(lines: Sequence[str]) -> list[str]:
    return [line.partition("：")[0] for line in lines]


def test_a_digest_counts_all_and_shows_the_worst_first():
    many = [*(alert(it) for it in range(490)), *(alert(it, "red") for it in range(490, 500))]
    digest = digest_of("d-1", "wang", [*many, alert(500, "unreached"), alert(501, "parked")])
    assert digest.count == 502
    assert digest.counts == {"unreached": 1, "red": 10, "yellow": 490, "parked": 1}
    assert first_words(digest.lines) == ["unreached"] + ["red"] * 10 + ["yellow"] * 9
    assert len(digest.lines) == SHOWN
    assert digest.title.startswith("督办 502 条：告警未送达 1、红牌 10、黄牌 490")
    assert "… +482" in digest.text()


def test_of_one_rung_what_is_due_first_comes_first_whatever_the_zone_of_its_region():
    digest = digest_of(
        "d-1",
        "wang",
        [
            alert(1, due="2026-09-18T17:00:00+08:00"),
            alert(2, due="2026-09-18T16:30:00+06:00"),
            alert(3, due="2026-09-18T16:00:00+08:00"),
        ],
    )
    assert [it["alert"] for it in digest.alerts] == ["a-3", "a-1", "a-2"]


def test_a_digest_of_one_alert_has_its_title_its_link_and_its_id():
    digest = digest_of("d-1", "wang", [alert(1)], "https://window.example/alerts")
    assert digest.title == "督办：yellow：项目 1 / yellow: project 1"
    assert digest.text().endswith("case-1\nhttps://window.example/alerts\n# d-1")
    assert digest.plain["id"] == "d-1"


@pytest.mark.parametrize("most", [2_048, 300, 100])
def test_a_text_is_cut_between_lines_and_says_how_many_are_missing(most: int):
    digest = digest_of("d-1", "wang", [alert(it) for it in range(40)], "https://w.example")
    text = digest.text(most)
    shown = text.count("project")
    assert len(text.encode()) <= most
    assert f"… +{40 - shown}" in text
    assert text.endswith("https://w.example\n# d-1")
