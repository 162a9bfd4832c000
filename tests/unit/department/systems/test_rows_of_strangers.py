"""Files of strangers: what would hurt is refused, whatever a cell says."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from services.department.systems.folder import rows, sheets
from services.department.systems.folder.phrases import UNKNOWN, chinese
from shared.errors import Invalid


def book(*lines):
    made, content = Workbook(), io.BytesIO()
    for line in lines:
        made.active.append(line)
    made.save(content)
    return content.getvalue()


def changed(content, part, text):
    """The same archive with one part replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    ("part", "text", "problem"),
    [
        (SHEET, b" " * (21 << 20), "unpacks to"),
        (SHEET, LAUGHS, "is not XLSX: EntitiesForbidden"),
        ("xl/workbook.xml", LAUGHS, "is not XLSX: EntitiesForbidden"),
        (SHEET, "<worksheet>", "is not XLSX"),
    ],
    ids=["a bomb", "entities in the sheet", "entities in the book", "torn"],
)
def test_an_xlsx_that_would_hurt_is_refused(part, text, problem):
    content = changed(book(["act"], ["acceptance"]), part, text)
    with pytest.raises(Invalid, match=problem):
        rows.rows_of("x.xlsx", content, "utf-8")


def test_an_xlsx_with_a_cell_far_away_is_not_read_to_there():
    far = Workbook()
    far.active["A1"] = "act"
    far.active["XFD1048576"] = "x"
    content = io.BytesIO()
    far.save(content)
    with pytest.raises(Invalid, match="has more than"):
        rows.rows_of("x.xlsx", content.getvalue(), "utf-8")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@x", "\tx", "\rx"])
def test_a_text_like_a_formula_is_only_a_text_and_comes_back_as_it_was(text):
    content = sheets.written([{"a": text, "b": -1, "c": "x=1"}], "csv", "utf-8")
    assert f"'{text}" in content.decode("utf-8-sig")
    assert ",-1,x=1" in content.decode("utf-8-sig")
    ((number, row),) = rows.rows_of("x.csv", content, "utf-8")
    assert (number, row["a"]) == (2, text)


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
def test_what_is_written_is_read_again(form):
    written = [{"任务": "a-1", "form": {"名称": "某某", "n": 1}}, {"任务": "a-2", "list": [1]}]
    content = sheets.written(written, form, "utf-8")
    found = [row for _, row in rows.rows_of(f"x.{form}", content, "utf-8")]
    if form == "json":
        assert found == written
    else:
        assert found[0]["form.名称"] == "某某"
        assert found[1] == {"任务": "a-2", "list": "[1]"}


def test_gb18030_is_written_and_read():
    content = sheets.written([{"任务": "𠮷"}], "csv", "gb18030")
    assert rows.rows_of("x.csv", content, "gb18030") == [(2, {"任务": "𠮷"})]


def test_a_bom_is_accepted_and_empty_rows_and_cells_are_passed_over():
    content = "\ufeffact,officer\r\n,\r\nacceptance, \r\n".encode()
    assert rows.rows_of("x.CSV", content, "utf-8") == [(3, {"act": "acceptance"})]


def test_a_cell_beyond_the_heading_is_told():
    ((_, row),) = rows.rows_of("x.csv", b"act\nacceptance,more\n", "utf-8")
    assert row[""] == "more"


def test_a_workbook_says_dates_and_numbers_as_texts_would():
    from datetime import date  # noqa: PLC0415

    content = book(["day", "n", "f"], [date(2026, 9, 30), 7.0, 1.5])
    ((_, row),) = rows.rows_of("x.xlsx", content, "utf-8")
    assert row == {"day": "2026-09-30", "n": 7, "f": 1.5}


def test_what_the_checks_say_is_said_in_chinese():
    assert chinese("is missing") == "缺失"
    assert chinese("must be one of 1, 2, and is 9") == "应为 1, 2 之一，实际为 9"
    assert "只有状态为" in chinese("the task is completed; decline is possible when it is assigned")
    assert chinese("something else") == UNKNOWN
