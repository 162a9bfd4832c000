"""Templates, the words of a search, results that are typed, and files for a spreadsheet."""

import io

import pytest
from openpyxl import load_workbook

from services.department import domain
from services.department.desk.export import COLUMNS, csv_of, rows_of, xlsx_of
from services.department.desk.inbox import Listed
from services.department.desk.lights import DARK
from services.department.desk.search import asked, words_of
from services.department.desk.templates import Template
from services.department.items import TaskRules
from services.department.pages.results import loaded
from services.department.pages.tasks import acts_of, subjects_of
from shared.errors import Invalid
from tests.unit.department.samples import NOW, assigned
from tests.unit.department.test_claims_and_drafts import HEAD, KEEPER, LI, a_task


def test_a_template_puts_the_facts_of_the_case_in_and_leaves_the_rest():
    template = Template(
        id="t",
        department="seal-office",
        title="同意",
        opinion="{applicant}申请{item}（{case}，{task}）{else}",
        changed_at=NOW,
        changed_by="赵",
    )
    task = a_task()
    assert template.filled(task.document, "C-1", "zh") == "王申请企业开办（C-1，刻章）{else}"
    hidden = {**task.document, "applicant": None}
    assert template.filled(hidden, "C-1", "en") == "申请Starting a company（C-1，Seal）{else}"


def test_a_task_is_found_by_what_may_be_seen_of_it_but_not_by_the_number_of_the_applicant():
    task = a_task(form={"name": "某某公司", "rows": [{"road": "文三路"}], "count": 3})
    words = words_of(task.case, task.document, ("李",))
    for word in (*asked("某某公司 文三路"), "seal", "王", "李", task.case):
        assert word in words
    assert "11010519491231002x" not in words


RULES = [
    {"name": "ok", "type": "boolean", "required": True},
    {"name": "depth", "type": "number", "required": False, "minimum": 0, "maximum": 20},
    {"name": "since", "type": "date", "required": False},
    {"name": "code", "type": "text", "required": False, "pattern": "[0-9]+", "max_length": 4},
    {"name": "kind", "type": "choice", "required": False, "choices": ["a", "b"]},
    {"name": "rows", "type": "list", "required": False, "fields": [{"name": "road"}]},
]
EMPTY = {"choices": [], "pattern": "", "max_length": None, "minimum": None, "maximum": None}


def results(**typed):
    return loaded([{**EMPTY, **rule} for rule in RULES], typed)


def test_what_is_typed_becomes_what_the_item_asks_for():
    typed = {
        "ok": "false",
        "depth": " 9.5",
        "since": "2026-09-18",
        "code": "12",
        "rows": "甲\n\n乙",
    }
    assert results(**typed) == {
        "ok": False,
        "depth": 9.5,
        "since": "2026-09-18",
        "code": "12",
        "rows": [{"road": "甲"}, {"road": "乙"}],
    }


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "results.ok"),
        ({"ok": "perhaps"}, "results.ok"),
        ({"ok": "true", "depth": "deep"}, "results.depth"),
        ({"ok": "true", "depth": "nan"}, "results.depth"),
        ({"ok": "true", "depth": "21"}, "results.depth"),
        ({"ok": "true", "since": "18.9."}, "results.since"),
        ({"ok": "true", "code": "x"}, "results.code"),
        ({"ok": "true", "code": "12345"}, "results.code"),
        ({"ok": "true", "kind": "c"}, "results.kind"),
    ],
)
def test_a_result_that_is_wrong_is_named(typed, field):
    with pytest.raises(Invalid) as refused:
        results(**typed)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_cell_that_a_spreadsheet_would_reckon_is_shown_instead():
    message = assigned(form={}, case="330100-2609-0000001-09")
    task = domain.told(domain.expected(message, NOW), message, NOW)
    document = {**task.document, "applicant": {"name": "=HYPERLINK(1)\x07"}}
    task = task.changed(NOW, what="", document=document, answer={"opinion": "-1+2\x0b"})
    rows = rows_of([Listed(task=task, time=None, why=DARK)], "zh", str)
    assert rows[0] == [f"column.{name}" for name in COLUMNS]
    text = csv_of(rows).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    sheet = load_workbook(io.BytesIO(xlsx_of(rows))).active
    assert [cell.value for cell in sheet[2]][3::9] == ["'=HYPERLINK(1)", "'-1+2"]


def test_an_officer_is_offered_what_is_possible_and_nothing_else():
    task = a_task()
    assert acts_of(task, LI) == {
        "claim",
        "hand_over",
        "acceptance",
        "completion",
        "return",
        "decline",
        "suspension",
    }
    assert acts_of(task, KEEPER) == frozenset()
    held = task.changed(NOW, what="claim", holder="han", holder_name="han")
    assert acts_of(held, LI) == frozenset()
    assert acts_of(held, HEAD) == {"hand_over", "release"}
    taken_up = task.changed(NOW, what="acceptance", state="accepted", holder="li")
    assert {"extension", "release"} < acts_of(taken_up, LI)
    drafted = taken_up.changed(
        NOW,
        what="draft",
        draft={"what": "completion", "said": {}, "by": "li", "by_name": "li", "at": str(NOW)},
    )
    assert acts_of(drafted, LI) == {"hand_over", "release", "take_back"}
    assert acts_of(drafted, HEAD) == {"hand_over", "release", "approve"}
    closed = task.changed(NOW, what="cancelled", state="cancelled")
    assert acts_of(closed, LI) == frozenset()


def test_an_applicant_can_be_asked_for_what_the_task_may_see():
    title = {"zh": "章程", "en": "Charter"}
    rules = TaskRules(materials={"charter": {"title": title}, "hidden": {"title": title}})
    assert subjects_of(a_task().document, rules, "zh") == [("charter", "章程"), ("name", "name")]
