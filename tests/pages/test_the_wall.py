"""What supervisors see in their browsers: the wall, a department, a case, why a clock is due; and
that nobody sees what is of another region."""

import csv
from io import BytesIO
from types import SimpleNamespace

import pytest
import requests
import sqlalchemy as sa
from openpyxl import load_workbook

from services.supervision.board.case import CasePages
from services.supervision.tables import trace
from tests.pages.at_the_wall import DISTRICT, OTHER, RICH, city, task
from tests.unit.supervision.steps import accepted, completed, opened, step

NEW_THERE = "330200-2609-0000007-00"
CASE = f"/board/cases/{RICH}"
FILES = "/board/tasks/file"
PAGES = {
    "wall": "/board",
    "room": "/board?big=true",
    "department": "/board/departments/planning",
    "tasks": "/board/tasks",
    "cases": "/board/cases",
    "case": CASE,
    "clocks": f"{CASE}/clocks",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with city(tmp_path_factory.mktemp("city")) as started:
        yield started


@pytest.fixture
def looks(town, visitor):
    """`looks(name)`: the browser of somebody who has signed in."""

    def come(name="zhang", **how):
        page = visitor(town.url, **how)
        page.context.add_cookies([town.session_of(name)])
        return page

    return come


def tile(page, department):
    return page.locator(".tile", has_text=department)


def test_from_the_wall_down_to_why_a_clock_is_due(looks, assert_accessible, screenshot):
    page = looks()
    page.goto("/")
    assert tile(page, "消防救援局").get_attribute("class") == "tile tile-red"
    assert "超期" in tile(page, "消防救援局").text_content()
    assert "今日到期 1 项" in tile(page, "自然资源和规划局").inner_text()
    page.get_by_role("link", name="自然资源和规划局").click()
    row = page.locator("tbody tr", has_text=DISTRICT)
    assert "临近" in row.inner_text()
    assert OTHER not in page.content()
    page.go_back()
    page.get_by_role("link", name="消防救援局").click()
    page.locator("a.code", has_text=RICH).click()
    assert "校验通过" in page.locator("main").inner_text()
    told = page.locator(".story li").all_inner_texts()
    assert [it.split("\n")[2] for it in told if it.split("\n")[1] == "受理"] == ["企业投资项目核准"]
    assert any("规划条件核实" in it for it in told if "办结" in it)
    assert "inspection" in next(it for it in told if "无需办理" in it)
    assert page.locator("svg .bar-late").count() == 2, "one in the picture, one in its legend"
    page.locator("tr", has_text="承诺时限").get_by_role("link").click()
    assert "计时中" in page.locator(".clock").first.inner_text()
    assert "2026-09-16 10:00 至 2026-09-18 10:00 中止" in page.locator("main").inner_text()
    for name, address in PAGES.items():
        page.goto(address)
        assert_accessible(page)
        screenshot(page, name)


def test_the_red_number_of_the_wall_leads_to_the_late_tasks_of_all_departments(looks):
    page = looks(javascript=False, language="en-GB")
    page.goto("/board")
    page.locator(".totals").get_by_role("link", name="Overdue").click()
    rows = page.locator("tbody tr")
    assert rows.count() == 1
    for said in ("2 working days over", "due 21 Sep 17:00", "Fire safety design", "Hangzhou"):
        assert said in rows.inner_text()
    page.get_by_label("Department").select_option("ecology")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "No open tasks here" in page.locator("main").inner_text()
    page.get_by_role("link", name="All 1").click()
    assert "12 working days left" in rows.inner_text()
    page.get_by_role("link", name="Show all").click()
    page.get_by_label("Due by").fill("2026-09-24")
    page.get_by_label("Region").select_option("330106")
    page.get_by_role("button", name="Show", exact=True).click()
    assert rows.locator("a.code").all_inner_texts() == [DISTRICT]


def test_open_tasks_are_a_file_and_an_answer_for_a_program_too(town):
    client = town.client("zhang")
    asked = {"light": "red", "lang": "en"}
    (row,) = csv.DictReader(
        client.get(f"{town.url}{FILES}/csv", params=asked).content.decode("utf-8-sig").splitlines()
    )
    assert (row["Case code"], row["Late by"], row["Left"]) == (RICH, "2.00", "")
    book = load_workbook(BytesIO(client.get(f"{town.url}{FILES}/xlsx", params=asked).content))
    assert [it.value for it in book.worksheets[0][2]][3] == 2.0
    assert client.get(f"{town.url}{FILES}/pdf").status_code == 404
    asked = {"region": "330106", "until": "2026-09-24"}
    told = requests.get(f"{town.url}/tasks", params=asked, timeout=60).json()
    assert [(it["case"], it["left"], it["light"]) for it in told["tasks"]] == [
        (DISTRICT, 1.0, "yellow")
    ]
    assert (told["found"], told["counts"]["yellow"]) == (1, 1)
    wrong = requests.get(f"{town.url}/tasks", params={"until": "soon"}, timeout=60)
    assert wrong.status_code == 422
    assert client.get(f"{town.url}/board/tasks?until=9999-12-31").status_code == 200


def test_who_asks_for_the_tasks_of_another_region_is_shown_none(town):
    for asked in (
        "region=330200",
        "region=330200&department=planning&until=2026-12-31",
        "region=33",
    ):
        shown = town.client("zhang").get(f"{town.url}/board/tasks?{asked}").text
        assert OTHER not in shown
        assert OTHER in town.client("hub").get(f"{town.url}/board/tasks?{asked}").text


def test_on_a_phone_no_page_is_wider_than_it(looks, assert_accessible, screenshot):
    page = looks(width=360, height=740, language="en-GB", dark=True)
    for name, address in PAGES.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        if name == "case":  # of all pages it is laid out most differently there
            assert_accessible(page)
        screenshot(page, f"phone-{name}")


def test_without_javascript_one_gets_as_far(looks):
    page = looks(javascript=False, language="en-GB")
    page.goto("/board")
    page.locator("input[type=search]").fill(f" {RICH} ")
    page.get_by_role("button", name="Find case").click()
    assert page.title().startswith(RICH)
    page.get_by_role("link", name="Why it is due then").click()
    assert "Planning conditions" in page.locator("main").inner_text()


def test_the_wall_shows_what_has_just_happened(town, looks):
    page = looks()
    page.goto("/board")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find-code"
    code = "330100-2609-0000009-00"
    before = int(page.locator(".total-number").first.inner_text())
    begin = step(1, "09-24 10:00", opened("09-24 09:30"), task("z.1", "ecology", acceptance=1))
    town.tell(step(1, "09-24 10:00", *begin.changes, case=code))
    page.locator(".total-number").first.get_by_text(str(before + 1), exact=True).wait_for()
    case = looks()
    case.goto(f"/board/cases/{code}")
    town.tell(step(2, "09-24 10:01", accepted("z.1"), case=code))
    case.get_by_role("link", name="查看更新").click()
    assert "办理中" in case.locator("tbody tr").first.inner_text()
    town.tell(step(3, "09-24 10:02", completed("z.1"), case=code))
    page.locator(".total-number").first.get_by_text(str(before), exact=True).wait_for()


@pytest.mark.parametrize(
    "path",
    [f"/board/cases/{OTHER}", f"/board/cases/{OTHER}/clocks", f"/board/cases/{OTHER}/trace.json"],
)
def test_a_case_of_another_region_is_as_unknown_as_one_that_is_not_there(town, path):
    here, there, centre = (town.client(it) for it in ("zhang", "wu", "hub"))
    refused = here.get(town.url + path)
    assert refused.status_code == 404
    unknown = here.get(town.url + path.replace(OTHER, "330100-2609-0000008-00"))
    assert unknown.status_code == 404
    assert there.get(town.url + path).status_code == 200
    assert centre.get(town.url + path).status_code == 200


def test_lists_and_counts_have_nothing_of_another_region(town):
    def shown(name, path):
        return town.client(name).get(town.url + path).text

    lists = ("/board/cases", "/board/departments/planning", "/board/tasks", f"{FILES}/csv")
    for path in ("/board", *lists):
        assert OTHER not in shown("zhang", path)
        assert RICH not in shown("wu", path)
        assert DISTRICT not in shown("wu", path)
    for code in (RICH, DISTRICT, OTHER):
        assert code in shown("hub", "/board/cases")
    tiles, nothing_open = shown("wu", "/board").split('<section class="idle">')
    assert "/board/departments/fire" in nothing_open
    assert "/board/departments/fire" not in tiles


def test_an_alert_of_another_region_is_unknown_too(town):
    address = f"{town.url}/board/alerts/{RICH}/handling/a.2/red"
    assert town.client("zhang").get(address).status_code == 200
    assert town.client("wu").get(address).status_code == 404
    assert RICH in town.client("zhang").get(f"{town.url}/board/alerts").text
    assert RICH not in town.client("wu").get(f"{town.url}/board/alerts").text


def test_what_is_live_tells_nothing_of_another_region(town):
    service = SimpleNamespace(delivery=SimpleNamespace(database=town.database))
    assert CasePages.case_mark(service, "3302", RICH) == ""
    assert CasePages.case_mark(service, "3301", RICH) != ""
    assert CasePages.case_mark(service, "", "330100-2609-0000008-00") == ""

    def mark(name):
        live = f"{town.url}/board/live"
        with town.client(name).get(live, stream=True, timeout=60) as stream:
            return next(stream.iter_lines(chunk_size=1))

    marks = [mark(it) for it in ("zhang", "wu", "hub")]
    assert len(set(marks)) == 3, "who sees more is told of more, also where the unit is the same"
    begin = step(1, "09-24 10:00", opened("09-24 09:30"), task("y.1", "ecology"), case=NEW_THERE)
    town.tell(begin, region="330200")
    assert mark("zhang") == marks[0]
    assert mark("wu") != marks[1]


def test_an_analyst_sees_figures_and_no_cases(town):
    analyst = town.client("chen")
    assert analyst.get(f"{town.url}/").url.endswith("/board/sheets")
    for path in PAGES.values():
        assert analyst.get(town.url + path).status_code == 403, path
    assert analyst.get(f"{town.url}/board/live").status_code == 204
    assert "find-code" not in analyst.get(f"{town.url}/board/sheets").text


def test_a_trace_that_was_changed_says_so_on_the_page(town):
    own = trace.c.case_code == DISTRICT, trace.c.position == 1
    with town.database.transaction() as tx:
        body = tx.execute(sa.select(trace.c.body).where(*own)).scalar_one()
        tx.execute(sa.update(trace).where(*own).values(body=body.replace("b.1", "b.2")))
    shown = town.client("zhang").get(f"{town.url}/board/cases/{DISTRICT}?lang=en").text
    with town.database.transaction() as tx:
        tx.execute(sa.update(trace).where(*own).values(body=body))
    assert "Not as it was written" in shown
    assert "Verified" not in shown


def test_the_light_of_a_list_and_a_tab_can_be_asked_for(town):
    client = town.client("zhang")
    red = client.get(f"{town.url}/board/departments/planning?light=red&lang=en").text
    assert "No open tasks here" in red
    today = client.get(f"{town.url}/board/departments/planning?light=today&lang=en").text
    assert DISTRICT in today
    assert client.get(f"{town.url}/board/departments/nobody").status_code == 404
