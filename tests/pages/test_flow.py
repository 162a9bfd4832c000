"""Where time goes, in a browser: the map, the cases behind it, what a change did."""

import os
from dataclasses import dataclass, replace

import pytest

from deploy.local.npm import PAGES, ensure_packages
from deploy.local.places import ROOT, Places
from shared.accounts import keeping, store
from shared.accounts.entering import Browser, begin
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime
from shared.database import Database
from shared.migrating import migrate
from tests.contract.watching import observe
from tests.fixtures.service_process import running
from tests.unit.supervision.flow.town import ITEM, cases

EVERYBODY = {
    "wu": (("supervisor",), "330100"),
    "sun": (("analyst",), "330000"),
    "qian": (("centre",), "000000"),
    "he": (("supervisor",), "440000"),
}
NUMBER = 40


@dataclass(frozen=True, kw_only=True)
class Board:
    """The pages of supervision: where they are, and their database."""

    url: str
    database: Database

    def visit(self, visitor, name, **how):
        """A page of somebody who has signed in."""
        page = visitor(self.url, **how)
        now = BusinessTime().now()
        with self.database.transaction() as tx:
            browser = Browser(address="127.0.0.1", name="Chromium")
            session = begin(tx, store.account(tx, name), browser, now)
        cookie = {"name": "onewindow-supervision-session", "value": session, "url": self.url}
        page.context.add_cookies([cookie])
        return page


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    data = tmp_path_factory.mktemp("board")
    database = Database.open("supervision", data=data)
    migrate(database)
    for version, first in ((1, 1), (2, NUMBER + 1)):
        observe(database, *cases(NUMBER, version=version, first=first))
    _add_everybody(database)
    ensure_packages(PAGES, Places.from_environment(os.environ).home / "scripts")
    catalogue = str(ROOT / "deploy" / "catalogue")
    with running("tests.pages.board_service", data=data, ONEWINDOW_CATALOGUE=catalogue) as service:
        yield Board(url=service.url, database=database)
    database.close()


def _add_everybody(database):
    once = Once(password="-", hash=keeping.hashed("ein-Fenster-3"))
    now = BusinessTime().now()
    with database.transaction() as tx:
        for name, (roles, unit) in EVERYBODY.items():
            made = keeping.add(
                tx,
                "supervision",
                name=name,
                display_name=name,
                unit=unit,
                roles=roles,
                once=once,
                now=now,
                by="operator",
            )
            store.keep(tx, replace(made, must_change=False))


def test_the_map_leads_to_the_cases_behind_each_task(board, visitor, assert_accessible, screenshot):
    page = board.visit(visitor, "qian", language="en")
    page.goto(f"/board/flow?item={ITEM}")
    boxes = page.locator("svg.flow-map rect.flow-box")
    assert boxes.count() == 12
    assert_accessible(page)
    screenshot(page, "flow-wide-en")
    page.locator("svg a:has(.flow-box)", has_text="Fee assessment").click()
    told = page.locator("tbody tr")
    assert page.locator("h1").inner_text() == "Cases with Fee assessment"
    assert told.count() == 50
    assert "1–50 of 54" in page.locator("nav.pagination").inner_text()  # every third has none
    assert_accessible(page)
    screenshot(page, "flow-cases-en")
    told.first.locator("a").click()
    assert "/board/cases/330100-2609-" in page.url


def test_a_supervisor_counts_the_cases_of_their_own_region_only(board, visitor):
    page = board.visit(visitor, "wu", language="en")
    page.goto(f"/board/flow?item={ITEM}")
    assert "60 closed cases" in page.locator("main").inner_text()  # a fourth is elsewhere
    page.goto(f"/board/flow/cases?item={ITEM}&page=2")
    assert "51–60 of 60" in page.locator("nav.pagination").inner_text()
    page = board.visit(visitor, "he", language="en")
    page.goto(f"/board/flow?item={ITEM}")
    assert "No case that is closed is like this" in page.locator("main").inner_text()
    assert page.locator("svg.flow-map").count() == 0


def test_an_analyst_sees_figures_and_no_way_to_the_cases(board, visitor):
    page = board.visit(visitor, "sun", language="en")
    page.goto(f"/board/flow?item={ITEM}")
    assert page.locator("svg.flow-map rect.flow-box").count() == 12
    assert page.locator("a[href*='/board/flow/cases']").count() == 0
    page.goto(f"/board/flow/cases?item={ITEM}")
    assert page.locator("tbody tr").count() == 0


def test_a_change_is_seen_before_and_after_also_on_a_telephone_and_without_javascript(
    board, visitor, screenshot
):
    page = board.visit(visitor, "qian", javascript=False, width=390)
    page.goto(f"/board/flow?item={ITEM}")
    screenshot(page, "flow-phone-zh")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="前后对比").click()
    rows = page.locator("tbody tr")
    assert rows.nth(0).inner_text().startswith("整件")
    assert "消防安全检查" in rows.nth(1).inner_text()
    assert "变短" in rows.nth(1).inner_text()
    screenshot(page, "flow-change-phone-zh")
    page.fill("#before", "v1")
    page.fill("#after", "soon")
    page.get_by_role("button", name="对比").click()
    assert "“soon”既不是版本也不是期间" in page.locator("main").inner_text()


def test_the_map_in_the_dark_and_as_a_file_of_its_own(
    board, visitor, assert_accessible, screenshot
):
    page = board.visit(visitor, "qian", dark=True)
    page.goto(f"/board/flow?item={ITEM}&version=2&department=fire")
    assert "40 件已办结办件" in page.locator("main").inner_text()
    assert_accessible(page)
    screenshot(page, "flow-dark-zh")
    page.goto(f"/board/flow/change?item={ITEM}")
    assert_accessible(page)
    screenshot(page, "flow-change-dark-zh")
    page.goto(f"/board/flow?item={ITEM}")
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载流程图").click()
    assert "消防安全检查" in coming.value.path().read_text("utf-8")
