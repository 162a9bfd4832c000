"""What an item can say, reached over the real broker: one stack, a catalogue of its own."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.cli import app
from services.routing.catalogue import load_catalogue
from services.routing.plan import Catalogue
from tests.journey.counter import CATALOGUE, Counter, Handed
from tests.journey.journey import material
from tests.journey.town import FRIDAY
from tests.waiting import eventually

NEVER_EARLIER = ("城乡规划法第四十条", "未设消防通道")


def test_the_window_settles_what_a_formal_look_is_enough_for(counter: Counter) -> None:
    case = counter.hand_in("small-venue", {"area": 80, "promised": False})
    settled = case.change("task.settled")
    assert (settled["task"], settled["ground"]) == ("siting", "formal")
    case.answer("fire", "fire-safety")
    case.comes_to("approved")
    tasks = {it["task"]: it["state"] for it in case.tracked()["tasks"]}
    assert tasks == {"siting": "completed", "fire-safety": "completed", "inspection": "skipped"}


def test_what_departments_issue_is_not_asked_for_but_fetched_reused_and_issued(
    counter: Counter,
) -> None:
    case = counter.hand_in("shop-permit", {"name": "湖畔书店"})
    shown = counter.task("planning", case.code, "survey")
    assert [(it["name"], it["department"]) for it in shown["to_fetch"]] == [("licence", "lead")]
    survey = material(counter.intake, "survey", "planning")
    case.answer("planning", "survey", documents=[survey])
    shown = counter.task("lead", case.code, "permit")
    assert [it["name"] for it in shown["materials"]] == ["survey"]
    notice = material(counter.intake, "notice", "lead")
    case.answer("lead", "permit", documents=[notice])
    case.comes_to("approved")
    assert case.clocks()["handling", "shop-licence"]["due_at"] == "2026-10-09T17:00:00+08:00"
    licence = material(counter.intake, "shop-licence", "lead")
    case.answer("lead", "shop-licence", documents=[licence])
    eventually(lambda: len(issued(case)) == 2, "both documents are told", state=case.notices)
    assert issued(case) == [notice["digest"], licence["digest"]]
    assert {it["state"] for it in case.clocks().values()} == {"ended"}


def issued(case: Handed) -> list[str]:
    return [it["document"]["digest"] for it in case.notices() if it["kind"] == "document.issued"]


def test_a_named_person_extends_transfers_and_corrects_a_running_case(counter: Counter) -> None:
    case = counter.hand_in("shop-permit", {"name": "湖畔书店"})
    counter.task("planning", case.code, "survey")
    case.order("extend", "--as", "机关负责人", "--legal-basis", "第四十二条第一款")
    assert case.change("case.extended")["amount"] == 10
    # The 30th working day after 18 September 2026, ten more than the law's twenty.
    assert case.clocks()["statutory", ""]["due_at"] == "2026-11-05T17:00:00+08:00"
    case.order("transfer", "survey", "fire")
    counter.task("fire", case.code, "survey")
    case.order("correct", "--set", 'name="湖滨书店"')
    eventually(
        lambda: counter.task("fire", case.code, "survey")["form"] == {"name": "湖滨书店"},
        "the department sees what was corrected",
    )
    case.answer("fire", "survey")
    case.order("transfer", "survey", "planning")
    refused = case.change("result.refused")
    assert refused["message_type"] == "task.transfer"
    assert "no department has the task 'survey' in hand" in refused["reason"]
    told = [it["kind"] for it in case.notices()]
    assert told == ["case.extended"]


def test_a_repeated_application_is_closed_into_the_first(counter: Counter) -> None:
    first = counter.hand_in("shop-permit", {"name": "湖畔书店"})
    second = counter.hand_in("shop-permit", {"name": "湖畔书店"})
    for case in (first, second):
        counter.task("planning", case.code, "survey")
    second.order("merge", "--into", first.code)
    second.comes_to("merged")
    assert first.change("case.absorbed")["case"] == second.code
    assert {it["state"] for it in second.clocks().values()} == {"ended"}
    assert first.tracked()["state"] == "handling"


def test_one_matter_goes_as_subcases_under_one_code_and_one_budget(counter: Counter) -> None:
    case = counter.hand_in("shop-start", {"name": "湖畔书店", "sign_wanted": True})
    counter.task("planning", case.code, "shop-survey")
    case.order("extend", "--as", "本级人民政府负责人", "--legal-basis", "第四十二条第二款")
    case.change("case.extended")
    case.answer("planning", "shop-survey")
    notice = material(counter.intake, "notice", "shop-start")
    case.answer("lead", "shop-permit", documents=[notice])
    counter.task("planning", case.code, "sign-permit")
    refusal = {"opinion": "店招超出规定尺寸", "legal_basis": "城市市容条例第十一条"}
    case.answer("planning", "sign-permit", "rejected", **refusal)
    case.comes_to("rejected")
    case.change("case.decided")
    decided = [it for it in case.changes() if it["kind"] == "subcase.decided"]
    assert [(it["subcase"], it["outcome"]) for it in decided] == [
        ("shop", "approved"),
        ("sign", "rejected"),
    ]
    own = {kind: it for (kind, task), it in case.clocks().items() if not task}
    # 45 working days and 15 more after Friday 18 September 2026: Thursday 17 December.
    assert {kind: it["due_at"] for kind, it in own.items()} == {
        "statutory": "2026-12-17T17:00:00+08:00"
    }
    assert {it["state"] for it in case.clocks().values()} == {"ended"}
    told = [it["subcase"] for it in case.notices() if it["kind"] == "subcase.decided"]
    assert told == ["shop", "sign"]


def test_a_promise_is_trusted_at_once_and_revoked_when_it_was_broken(counter: Counter) -> None:
    case = counter.hand_in("small-venue", {"area": 80, "promised": True}, "promise-letter")
    case.comes_to("approved")
    shown = counter.task("fire", case.code, "inspection")
    assert [it["name"] for it in shown["materials"]] == ["promise-letter"]
    clocks = case.clocks()
    assert clocks["promised", ""]["state"] == "ended"
    assert clocks["handling", "inspection"]["state"] == "running"
    legal_basis, opinion = NEVER_EARLIER
    case.answer("fire", "inspection", "rejected", opinion=opinion, legal_basis=legal_basis)
    case.comes_to("revoked")
    revoked = case.change("decision.revoked")
    assert (revoked["reasons"], revoked["legal_basis"]) == ([opinion], legal_basis)
    assert case.notices()[-1]["kind"] == "decision.revoked"
    assert {it["state"] for it in case.clocks().values()} == {"ended"}


@pytest.fixture
def week_later(counter: Counter) -> Iterator[Callable[[], None]]:
    """Lets a week go by for supervision, which is back at its Friday afterwards."""
    yield lambda: counter.supervision_is_at(FRIDAY + timedelta(days=7))
    counter.supervision_is_at(FRIDAY)


def test_silence_hands_one_task_on_and_approves_another(
    counter: Counter, week_later: Callable[[], None]
) -> None:
    case = counter.hand_in("street-stall", {"name": "湖畔早点"})
    for department, task in (("planning", "place"), ("fire", "fire-opinion")):
        counter.task(department, case.code, task)
    eventually(lambda: len(case.changes()) >= 3, "supervision has the case", state=case.changes)
    assert case.directives() == []
    week_later()
    settled, transferred = case.change("task.settled"), case.change("task.transferred")
    assert (settled["task"], settled["ground"]) == ("fire-opinion", "silence")
    assert settled["reason"].endswith("逾期未反馈视为无意见）")
    assert [transferred[it] for it in ("task", "department", "to", "by")] == [
        "place",
        "planning",
        "lead",
        "supervision",
    ]
    case.answer("lead", "place")
    case.comes_to("approved")
    tasks = {it["task"]: (it["state"], it["department"]) for it in case.tracked()["tasks"]}
    assert tasks == {"place": ("completed", "lead"), "fire-opinion": ("completed", "fire")}
    case.change("case.decided")
    assert {it["state"] for it in case.clocks().values()} == {"ended"}
    for directive in (("deemed_approval", "fire"), ("reassign", "planning")):
        assert case.directives().count(directive) == 1


def test_a_running_case_goes_on_under_another_version_of_its_item(
    counter: Counter, tmp_path: Path
) -> None:
    case = counter.hand_in("tea-house", {"name": "湖滨茶馆"})
    counter.task("planning", case.code, "survey")
    other = renewed_tea_house(tmp_path)
    counter.publish(other.items["tea-house"], other.departments)
    given = ["catalogue", "migrate", "tea-house", case.code, "--to", "2"]
    where = ["--data", str(counter.stack.data), "--catalogue", str(tmp_path)]
    app([*given, *where, "--by", "陈志远", "--reason", "办事指南调整"], standalone_mode=False)
    migrated = case.change("case.migrated")
    assert (migrated["before"], migrated["after"], migrated["by"]) == (1, 2, "陈志远")
    case.answer("planning", "survey")
    case.answer("fire", "permit")
    case.comes_to("approved")


def renewed_tea_house(folder: Path) -> Catalogue:
    """Version 2 of an item, in which the fire brigade grants the permit."""
    shutil.copytree(CATALOGUE, folder, dirs_exist_ok=True)
    file = folder / "items" / "tea-house.yaml"
    text = file.read_text("utf-8").replace("version: 1", "version: 2")
    changed = text.replace("department: lead\n    after", "department: fire\n    after")
    assert changed != text
    file.write_text(changed, "utf-8")
    return load_catalogue(folder)
