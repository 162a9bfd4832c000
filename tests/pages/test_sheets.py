"""Performance sheets in a browser: every number opens the tasks that it was counted from."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.supervision.facttables import facts
from services.supervision.ratings import save
from services.supervision.sheets import publishing, tables, told
from services.supervision.sheets.periods import period_of
from services.supervision.sheets.rules import FILE, read_rules
from services.supervision.sheets.scope import Scope
from shared.businesstime import CHINA
from shared.messages import CaseRated
from tests.pages.at_the_wall import NOW, city
from tests.unit.supervision.sheetcases import card, fact, keep
from tests.unit.supervision.steps import TITLE, at

SHEETS, PLANNING = "/board/sheets?period=2026-Q3", "/board/sheets/planning?period=2026-Q3"
USED = (0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 8)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with city(tmp_path_factory.mktemp("city")) as started:
        _fill(started.database)
        yield started


def _fill(database):
    ended = [at("07-02 10:00") + timedelta(days=3 * place) for place in range(len(USED))]
    done = [fact(float(used), ended_at=it) for used, it in zip(USED, ended, strict=True)]
    more = [
        fact(2.0, ending="declined", outcome="declined", ended_at=at("08-20 10:00")),
        fact(1.0, returns=2, ended_at=at("08-21 10:00")),
        fact(9.0, ended_at=at("05-06 10:00")),
        fact(1.0, ended_at=at("06-16 10:00")),
    ]
    fire = [
        fact(float(place % 7), budget=10, department="fire", ended_at=at("08-20 10:00"))
        for place in range(60)
    ]
    elsewhere = [fact(9.0, region="330200", ended_at=at("08-20 10:00"))]
    late = next(it for it in done if it["late"])
    keep(database, [*done, *more, *fire, *elsewhere], [card("yellow", late, late["ended_at"])])
    with database.transaction() as tx:
        save(tx, [_rating(done[0]["case_code"], 5), _rating(late["case_code"], 2)])
    scope = Scope(period=period_of("2026-Q2"), zone=CHINA, region="330100")
    rules = read_rules(Path("deploy/catalogue") / FILE)
    with database.transaction() as tx:
        counted = told.count(tx, scope, rules, NOW)
        publishing.publish(tx, counted, scope, rules, by="王敏", reason="")


def _rating(case, level):
    return CaseRated(
        case=case,
        at=at("08-30 10:00"),
        item="enterprise-investment",
        region="330100",
        title=TITLE,
        lead="planning",
        level=level,
        comment="等了很久",
    )


@pytest.fixture
def looks(town, visitor):
    """`looks(name)`: the browser of somebody who has signed in."""

    def come(name="zhang", **how):
        page = visitor(town.url, **how)
        page.context.add_cookies([town.session_of(name)])
        return page

    return come


def test_every_number_opens_as_many_tasks_as_it_says(town):
    client = town.client("zhang")
    page = client.get(town.url + PLANNING).text
    addresses = set(_links(page))
    assert len(addresses) > 20
    for address, text in addresses:
        behind = client.get(town.url + address).text
        found = int(behind.split('id="found">')[1].split(" ")[1])
        if text.isdigit():
            assert found == int(text), address
        assert found > 0, address


def _links(page):
    for part in page.split('<a href="')[1:]:
        address, _, rest = part.partition('"')
        if "/tasks?" in address:
            yield address.replace("&amp;", "&"), rest.partition(">")[2].partition("<")[0]


def test_the_figures_of_a_department_are_those_of_its_tasks(looks, assert_accessible, screenshot):
    page = looks()
    page.goto(SHEETS)
    row = page.locator("tbody tr", has_text="自然资源和规划局")
    assert "92.9%" in row.inner_text(), "13 of 14 in time; what was declined does not count"
    assert "8.00" not in row.inner_text()
    assert_accessible(page)
    screenshot(page, "sheets")
    row.get_by_role("link", name="自然资源和规划局").click()
    assert page.locator("tbody tr", has_text="按时办结率").first.inner_text().split() == [
        "按时办结率",
        "92.9%",
        "13",
        "/",
        "14",
    ]
    page.locator(".sheets-charts summary").first.click()
    assert_accessible(page)
    screenshot(page, "sheet")
    page.locator("tbody tr", has_text="超时").first.get_by_role("link").click()
    assert page.locator("tbody tr").count() == 1
    assert "8 / 5 工作日" in page.locator("tbody").inner_text()
    assert_accessible(page)
    screenshot(page, "sheet-behind")
    page.goto("/board/sheets/planning/tasks?period=2026-Q3&figure=satisfaction")
    assert "2 / 5" in page.locator("tbody tr").first.inner_text(), "the lowest first"
    assert_accessible(page)


def test_a_phone_shows_them_too_in_english_and_in_the_dark(looks, assert_accessible, screenshot):
    page = looks(width=390, language="en", dark=True)
    for name, address in (("sheets", SHEETS), ("sheet", PLANNING)):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert_accessible(page)
        screenshot(page, f"{name}-phone")


def test_an_analyst_sees_figures_and_no_cases(town):
    client = town.client("chen")
    page = client.get(town.url + PLANNING)
    assert page.status_code == 200
    assert "/tasks?" not in page.text
    assert client.get(f"{town.url}/board/sheets/planning/tasks?period=2026-Q3").status_code == 403


def test_a_supervisor_counts_their_own_region_alone(town):
    assert "/tasks?" in (own := town.client("wu").get(town.url + PLANNING).text)
    assert ">1</a>" in own
    assert "92.9%" not in own
    other = town.client("wu").get(f"{town.url}/board/sheets?period=2026-Q2&region=330100&version=1")
    assert other.status_code == 404


def test_a_published_sheet_stays_as_it_was(town):
    keep(town.database, [fact(9.0, ended_at=at("05-07 10:00"))])
    client = town.client("zhang")
    address = f"{town.url}/board/sheets?period=2026-Q2&region=330100"
    assert "33.3%" in client.get(address).text
    published = client.get(f"{address}&version=1").text
    assert "50.0%" in published
    assert "王敏" in published


def test_behind_a_published_number_stand_the_tasks_of_then_and_what_became_of_them(
    town, looks, assert_accessible, screenshot
):
    with town.database.transaction() as tx:
        tx.execute(facts.update().where(facts.c.used == 9.0).values(used=4.0, late=False))
        tx.execute(facts.delete().where(facts.c.ended_at == at("06-16 10:00")))
    page = looks()
    page.goto("/board/sheets/planning?period=2026-Q2&region=330100&version=1")
    assert page.locator("svg.sheets-chart").count() == 2, "the months as they were, too"
    page.locator("tbody tr", has_text="结束的任务").get_by_role("link").click()
    assert page.locator("#found").inner_text() == "共 2 项"
    assert "第 1 版：2026年9月24日 10:00 由 王敏 发布" in page.locator(".notice").inner_text()
    told = page.locator("tbody").inner_text()
    assert "9 / 5 工作日" in told
    assert "现为：办结、4 / 5 工作日" in told
    assert "现已不在统计之内" in told
    assert_accessible(page)
    screenshot(page, "sheet-behind-published")
    phone = looks(width=390, language="en", dark=True)
    phone.goto(page.url)
    assert phone.locator("tr.sheets-since").count() == 2
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(phone)
    screenshot(phone, "sheet-behind-published-phone")
    phone.get_by_role("link", name="Counted now").click()
    assert phone.locator("tr.sheets-since").count() == 0


def test_a_version_of_which_no_tasks_were_kept_opens_none(town):
    with town.database.transaction() as tx:
        tx.execute(tables.sheets.update().values(listed=False))
    client = town.client("zhang")
    address = "/board/sheets/planning?period=2026-Q2&region=330100&version=1"
    try:
        assert "/tasks?" not in client.get(town.url + address).text
        assert client.get(town.url + address.replace("?", "/tasks?")).status_code == 404
    finally:
        with town.database.transaction() as tx:
            tx.execute(tables.sheets.update().values(listed=True))


@pytest.mark.usefixtures("chinese_font")
@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_files_say_the_same(town, kind):
    client = town.client("zhang")
    got = client.get(f"{town.url}/board/sheets/planning/file/{kind}?period=2026-Q3&lang=zh")
    assert got.status_code == 200
    assert f"sheet-planning-2026-Q3.{kind}" in got.headers["Content-Disposition"]
    if kind == "csv":
        assert got.content.startswith(b"\xef\xbb\xbf")
        assert "自然资源和规划局" in got.content.decode()
        assert "92.9%" in got.content.decode()
    elif kind == "xlsx":
        page = load_workbook(io.BytesIO(got.content)).active
        told_of = {head.value: cell.value for head, cell in zip(page[1], page[2], strict=True)}
        assert told_of["按时办结率"] == 0.929
        assert told_of["结束的任务"] == 15
    else:
        assert got.content.startswith(b"%PDF")


def test_what_is_no_period_is_answered_with_the_present_one(town):
    page = town.client("zhang").get(f"{town.url}/board/sheets?period=yesterday")
    assert page.status_code == 200
    assert 'value="2026-Q3"' in page.text
