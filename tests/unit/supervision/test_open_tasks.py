"""Which open tasks a list has, in which order, and by how much each is late."""

from dataclasses import replace

import pytest

from services.supervision.board.names import Names
from services.supervision.board.taskfiles import COLUMNS, rows_of
from services.supervision.open_cases import OpenCase, OpenTask
from services.supervision.tasklist import Question, find, listed, plain, regions_of
from shared.lights import timing
from shared.messages import Text
from shared.worktime import NATION, Calendars, Ledger
from shared.worktime.words import left
from tests.unit.supervision.steps import TITLE, at

CALENDARS = Calendars()
CALENDAR = CALENDARS.of(NATION)
NOW = at("09-24 10:00")
LADDER = (("reminder", "1 working day before due"),)
LIMITS = {
    "late": Ledger.starting(at("09-14 10:00"), 6, "working_days"),
    "just-late": Ledger.starting(at("09-18 10:00"), 4, "working_days"),
    "today": Ledger.starting(at("09-18 10:00"), 5, "working_days"),
    "hours": Ledger.starting(at("09-23 10:00"), 6, "working_hours"),
    "early": Ledger.starting(at("09-18 10:00"), 20, "working_days"),
    "still": Ledger.starting(at("09-14 10:00"), 6, "working_days").suspend(at("09-16 10:00")),
}


def task(name: str, department: str = "planning") -> OpenTask:
    limit = LIMITS[name]
    return OpenTask(
        assignment=name,
        department=department,
        task="review",
        title=Text(zh="规划审查", en="Planning review"),
        awaited="handling",
        provisional=False,
        timing=timing(limit, LADDER, CALENDAR),
        limit=limit,
    )


def case(
    *tasks: OpenTask, serial: int = 1, region: str = "330100", item: str = "hotel"
) -> OpenCase:
    return OpenCase(
        code=f"330100-2609-{serial:07}-00",
        entries=1,
        region=region,
        item=item,
        title=TITLE,
        lead="development",
        opened_at=None,
        timing=tasks[0].timing,
        limit=tasks[0].limit,
        tasks=tasks,
    )


ALL = case(*(task(name) for name in ("still", "early", "today", "late")))


def names(question: Question, *cases: OpenCase) -> list[str]:
    return [it.assignment for _case, it in find(cases or [ALL], question, NOW).tasks]


def test_the_gravest_stand_first_and_what_stands_still_last():
    assert names(Question()) == ["late", "today", "early", "still"]


def test_a_light_a_department_an_item_and_a_day_narrow_the_list():
    other = case(task("hours", "fire"), serial=2, item="shop")
    assert names(Question(light="red"), ALL, other) == ["late", "hours"]
    assert names(Question(light="today"), ALL, other) == ["today"]
    assert names(Question(department="fire"), ALL, other) == ["hours"]
    assert names(Question(item="shop"), ALL, other) == ["hours"]
    assert names(Question(before=at("09-25 00:00"))) == ["late", "today"]
    assert names(Question(before=at("09-24 17:00"))) == ["late"], "what ends then is not before"


@pytest.mark.parametrize(
    ("asked", "there"),
    [("330100", True), ("330106", True), ("330000", True), ("330200", False), (NATION, True)],
)
def test_a_region_is_asked_for_with_those_in_it(asked, there):
    district = case(task("late"), region="330106")
    assert names(Question(region=asked), district) == (["late"] if there else [])


def test_counts_are_of_all_lights_whichever_is_asked_for():
    found = find([ALL], Question(light="red", department="planning"), NOW)
    assert (found.counts.all, found.counts.red, found.counts.today) == (4, 1, 1)


def test_other_orders_are_by_what_is_due_and_by_department():
    some = case(task("today", "fire"), task("early", "culture"), task("late", "water"))
    assert names(Question(order="due"), some) == ["late", "today", "early"]
    assert names(Question(order="department"), some) == ["early", "today", "late"]


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("late", "超2个工作日", "2 working days over"),
        ("just-late", "已到期", "Limit reached"),
        ("today", "剩1个工作日", "1 working day left"),
        ("hours", "超1个工作小时", "1 working hour over"),
        ("still", "剩5个工作日", "5 working days left"),
    ],
)
def test_what_is_left_is_said_in_the_unit_of_the_clock(name, zh, en):
    (row,) = listed([(ALL, task(name))], CALENDARS, NOW)
    how = {"amount": row.left, "unit": row.task.limit.unit, "passed": row.light == "red"}
    assert (left("zh", **how), left("en", **how)) == (zh, en)


def test_a_program_is_told_a_late_task_by_a_number_below_nought():
    (row,) = listed([(ALL, task("late"))], CALENDARS, NOW)
    told = plain(row, CALENDARS)
    assert (told["left"], told["unit"], told["light"]) == (-2.0, "working_days", "red")
    assert told["due_at"] == "2026-09-21T17:00:00+08:00"
    (still,) = listed([(ALL, task("still"))], CALENDARS, NOW)
    assert plain(still, CALENDARS)["due_at"] is None


def test_a_file_says_late_in_a_column_of_its_own(tmp_path):
    rows = listed([(ALL, task("late")), (ALL, task("today"))], CALENDARS, NOW)
    shown = rows_of(rows, "en", str, Names(catalogue=tmp_path), CALENDAR.zone)
    late, today = (dict(zip(COLUMNS, it, strict=True)) for it in shown[1:])
    assert (late["left"], late["late"], late["due"]) == ("", "2.00", "2026-09-21 17:00")
    assert (today["left"], today["late"]) == ("1.00", "")


def test_regions_to_choose_from_are_those_of_cases_and_the_named_ones_around_them():
    cases = [replace(ALL, region="330106"), replace(ALL, region="")]
    assert regions_of(cases, ["330000", "330100", "330200"]) == ["330000", "330100", "330106"]
