"""Alerts in a browser: who sees which, what is done about one, and who is told when two act."""

import os
import shutil
from dataclasses import dataclass, replace
from datetime import date

import pytest
import requests
import sqlalchemy as sa

from deploy.local.npm import PAGES, ensure_packages
from deploy.local.places import Places
from deploy.local.services import CATALOGUE
from services.supervision import acting, actstore, handlers, programs
from services.supervision.appealing import key_of, token_of
from services.supervision.notices.tables import TOLD, notices
from services.supervision.people import People, Person
from services.supervision.policies import policy_from
from services.supervision.posts import post_from
from services.supervision.programs import Program
from services.supervision.recipients import Address
from services.supervision.store import trace_of
from shared.accounts import keeping, store
from shared.accounts.entering import Browser, begin
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime, setting_starting_now
from shared.database import Database
from shared.delivery.work import Work
from shared.messages import MessageParked
from shared.migrating import migrate
from tests.contract.watching import enveloped
from tests.fixtures.service_process import running
from tests.pages.conftest import PASSWORD
from tests.unit.supervision.steps import CASE, LADDERS, RULES, assigned, at, opened, step

NOW = at("09-25 09:30")
OTHER = "330200-2609-0000077-12"
YELLOW, REMINDER = f"{CASE}/handling/a.1/yellow", f"{CASE}/handling/a.1/reminder"
DUTY_ROOM = Program(key="duty-room", name="值班平台", area="3301")
ACTING = """
programs:
  duty-room: {name: 值班平台, region: 330100, may: [acknowledgement, comment, action, done]}
"""
LADDER = {
    "reminder": "1 working day before due",
    "yellow": {"when": "at due", "to": ["handler"], "acknowledge": "4 working hours"},
    "red": {"when": "2 working days after due", "to": ["head"]},
}
CHEN = Person(
    key="chen-jing",
    name="陈静",
    posts=(post_from("handler of planning"),),
    addresses=(Address(channel="mail", url="json://chen"),),
)
HUB = Person(
    key="zhou-hong",
    name="周红",
    posts=(post_from("centre"),),
    addresses=(Address(channel="feishu", url="json://zhou"),),
)
RULES_HERE = replace(
    RULES,
    policy=policy_from(
        {
            **LADDERS,
            "ladders": {**LADDERS["ladders"], "long": LADDER},
            "clocks": {**LADDERS["clocks"], "handling": "long"},
        },
        version="3f9c01b27d54",
    ),
    people=People(persons={"chen-jing": CHEN, "zhou-hong": HUB}),
)
PARKED = MessageParked(
    service="routing",
    at=at("09-24 16:00"),
    message_id="m-7",
    message_type="task.completed",
    case="-",
    reason="it cannot be read",
)
ACCOUNTS = {
    "wang": ("王明", "330100", ("supervisor",)),
    "sun": ("孙波", "330200", ("supervisor",)),
    "li": ("李娜", "330100", ("analyst",)),
    "zhou": ("周红", "330100", ("centre",)),
}


@dataclass(frozen=True, kw_only=True)
class Board:
    """The pages of supervision, with the database that they read."""

    url: str
    database: Database
    time: BusinessTime
    key: bytes

    def cookie(self, name):
        with self.database.transaction() as tx:
            browser = Browser(address="127.0.0.1", name="Chromium")
            session = begin(tx, store.account(tx, name), browser, BusinessTime().now())
        return {"name": "onewindow-supervision-session", "value": session, "url": self.url}

    def act(self, kind, alert=YELLOW, **said):
        with self.database.transaction() as tx:
            work = Work(tx, self.time.now(), "supervision")
            return acting.act(work, alert, {"kind": kind, "by": "周红", **said})


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    data = tmp_path_factory.mktemp("board")
    ensure_packages(PAGES, Places.from_environment(os.environ).home / "scripts")
    database = Database.open("supervision", data=data)
    migrate(database)
    seed(database)
    setting = setting_starting_now(NOW, speed=1)
    told = {
        "ONEWINDOW_CATALOGUE": str(catalogue_with_a_program(data / "catalogue")),
        "ONEWINDOW_TIME": setting,
    }
    with running("tests.pages.board_service", data=data, **told) as service:
        time = BusinessTime.parse(setting, production=False)
        yield Board(url=service.url, database=database, time=time, key=key_of(data))
    database.close()


def catalogue_with_a_program(folder):
    """The example, with a program that acts on alerts."""
    shutil.copytree(CATALOGUE, folder)
    with (folder / "people.yaml").open("a", encoding="utf-8") as people:
        people.write(ACTING)
    return folder


def seed(database):
    """Two cases of two cities, both late since yesterday, and a message that was parked."""
    first = step(1, "09-18 10:00", opened("09-18 09:30", promised=None), assigned("a.1"))
    with database.transaction() as tx:
        some = [first, replace(first, case=OTHER, region="330200"), PARKED]
        work = Work(tx, at("09-18 10:00"), "supervision")
        handlers.observe(work, [enveloped(it) for it in some], rules=RULES_HERE, channels=())
    with database.transaction() as tx:
        work = Work(tx, at("09-24 17:01"), "supervision")
        handlers.fire_due(work, rules=RULES_HERE, channels=())
        tx.execute(sa.update(notices).values(state=TOLD, told_at=at("09-24 17:02"), attempts=1))
        for name, (display_name, unit, roles) in ACCOUNTS.items():
            once = Once(password=PASSWORD, hash=keeping.hashed(PASSWORD))
            made = keeping.add(
                tx,
                "supervision",
                name=name,
                display_name=display_name,
                unit=unit,
                roles=roles,
                once=once,
                now=BusinessTime().now(),
                by="operator",
            )
            store.keep(tx, replace(made, must_change=False))


@pytest.fixture
def come(board, visitor):
    """`come(name, ...)`: somebody who has signed in, in their browser."""

    def enter(name, **more):
        page = visitor(board.url, **more)
        page.context.add_cookies([board.cookie(name)])
        return page

    return enter


def test_a_supervisor_takes_an_alert_up_and_leaves_a_record(
    board, come, assert_accessible, screenshot
):
    page = come("wang")
    page.goto("/board/alerts")
    assert_accessible(page)
    screenshot(page, "list-zh")
    assert page.get_by_role("link", name="黄牌").count() == 1, "the other city's is not seen"
    page.get_by_role("link", name="黄牌").click()
    page.get_by_text("planning 经办责任人").wait_for()
    page.get_by_text("签认后不再升级到下一级。").wait_for()
    assert_accessible(page)
    screenshot(page, "alert-zh")
    page.get_by_role("button", name="签认").click()
    page.get_by_text("已签认。").wait_for()
    page.get_by_text("提出整改要求").click()
    page.locator("#action button").click()
    page.locator(".fault-list").wait_for()
    assert_accessible(page)
    page.locator("#assign-action-text").fill("今日内补齐意见")
    page.locator("#assign-action-department").select_option("planning")
    page.locator("#assign-action-due-on").fill("2026-09-28")
    page.locator("#action button").click()
    page.get_by_text("整改要求已提出。").wait_for()
    page.get_by_role("button", name="标记为已落实").click()
    page.get_by_text("已标记为落实。").wait_for()
    assert not page.get_by_text("此提醒刚刚有变化。").is_visible()
    screenshot(page, "alert-acted-zh")
    assert [it.kind for it in standing(board).acts] == ["acknowledgement", "action", "done"]
    page.locator("main a.code").first.click()
    page.get_by_text("黄牌：已签认（王明（wang））").wait_for()


def standing(board, alert=YELLOW):
    with board.database.reading() as tx:
        return actstore.standing(tx, alert)


def test_an_appeal_is_written_down_and_decided_and_a_second_decision_is_refused(
    board, come, assert_accessible, screenshot
):
    page = come("zhou", language="en-GB", javascript=False, width=390, dark=True)
    page.goto("/board/alerts?state=all&rung=reminder")
    screenshot(page, "list-phone-dark-en")
    alert = f"{OTHER}/handling/a.1/reminder"
    page.get_by_role("link", name="Reminder").last.click()
    page.goto(page.url.replace(CASE, OTHER))
    page.get_by_text("Write down an appeal").click()
    page.locator("#appeal-by").fill("陆伟")
    page.locator("#appeal-text").fill("停电")
    page.locator("#appealing button").click()
    page.get_by_text("The appeal is written down.").wait_for()
    page.get_by_text("Withdraw the card", exact=True).click()
    page.locator("#withdraw-text").fill("情况属实")
    board.act("refusal", alert, text="理由不足")
    board.act("withdrawal", alert, text="撤销")
    page.locator("#withdrawal button").click()
    page.get_by_text("Somebody else has acted on this alert first").wait_for()
    screenshot(page, "alert-phone-dark-en")
    assert [it.kind for it in standing(board, alert).acts] == ["appeal", "refusal", "withdrawal"]
    page.goto("/board/alerts?state=withdrawn")
    assert page.get_by_role("link", name="Reminder").count() == 1


@pytest.mark.parametrize(
    ("language", "told", "version"),
    [
        ("zh-CN", "督办中心", "督办规则版本"),
        ("en-GB", "supervision centre", "Version of the policy"),
    ],
)
def test_a_message_that_was_parked_tells_the_centre_and_by_which_policy(
    board, come, assert_accessible, screenshot, language, told, version
):
    page = come("zhou", language=language)
    page.goto("/board/alerts?state=all&rung=parked")
    page.locator("main table a").first.click()
    row = page.locator("tbody tr")
    assert row.inner_text().split()[:1] == ["周红"]
    row.get_by_text(told).wait_for()
    page.get_by_text(version).wait_for()
    page.get_by_text("3f9c01b27d54").wait_for()
    assert not page.get_by_text("通知 / Told").count(), "said once"
    assert not page.locator("#acknowledging .hint").count(), "nothing follows"
    assert_accessible(page)
    screenshot(page, f"parked-{language}")


def test_an_analyst_sees_no_alert_and_another_city_nothing_of_it(board):
    address = f"{board.url}/board/alerts/{YELLOW.replace('/', '%2F')}"
    analyst = board.cookie("li")
    for asked in (address, f"{board.url}/board/alerts?state=all", f"{board.url}/board/alerts/live"):
        got = requests.get(asked, cookies={analyst["name"]: analyst["value"]}, timeout=60)
        assert got.status_code in (204, 403), asked
        assert "handler in charge of planning" not in got.text
    cookie = board.cookie("sun")
    session = requests.Session()
    session.cookies.set(cookie["name"], cookie["value"])
    assert session.get(address, timeout=60).status_code == 404
    assert CASE not in session.get(f"{board.url}/board/alerts?state=all", timeout=60).text
    assert OTHER in session.get(f"{board.url}/board/alerts?state=all", timeout=60).text


def test_a_departments_head_appeals_with_the_token_of_the_department_alone(board):
    def appeal(token, alert=REMINDER):
        address = f"{board.url}/alerts/{alert}/appeal"
        bearer = {"Authorization": f"Bearer {token}"}
        said = {"by": "陆伟", "text": "停电"}
        return requests.post(address, json=said, headers=bearer, timeout=60)

    assert appeal("x").status_code == 401
    assert appeal(token_of(board.key, "fire")).status_code == 404
    made = appeal(token_of(board.key, "planning"))
    assert made.status_code == 201
    assert made.json()["acts"][0]["capacity"] == "head of planning"
    again = appeal(token_of(board.key, "planning"))
    assert again.status_code == 409
    assert again.json()["detail"].startswith("陆伟 has appealed against this card")


def test_a_program_acts_as_itself_where_and_as_it_may(board):
    def ask(act, alert=REMINDER, token=DUTY_ROOM, **said):
        bearer = {"Authorization": f"Bearer {programs.token_of(board.key, token)}"}
        address = f"{board.url}/alerts/{alert}/{act}"
        return requests.post(address, json=said, headers=bearer, timeout=60)

    assert ask("acknowledgement", token=replace(DUTY_ROOM, token=2)).status_code == 401
    made = ask("acknowledgement", text="王明 来电")
    assert made.status_code == 201
    act = made.json()["acts"][-1]
    assert (act["by"], act["capacity"]) == ("值班平台", "program duty-room")
    again = ask("acknowledgement")
    assert again.status_code == 409
    assert again.json()["detail"].startswith("值班平台 has acknowledged this alert")
    tomorrow = {"text": "核查", "due_on": "2026-09-28"}
    assert ask("action", department="moon", **tomorrow).json()["errors"] == [
        {"field": "department", "problem": "there is no department 'moon'"}
    ]
    assert ask("action", department="planning", **tomorrow).status_code == 201
    assert ask("done", action=act["number"] + 1).json()["possible"]
    refused = ask("withdrawal", text="x")
    assert (refused.status_code, refused.json()["title"]) == (403, "This token does not open this")
    elsewhere = f"{OTHER}/handling/a.1/reminder"
    assert ask("comment", elsewhere, text="x").status_code == 404
    with board.database.reading() as tx:
        told = [it for it in trace_of(tx, CASE) if it.type == "alert.acted"]
    assert "program duty-room" in told[-1].body
    done = [it.kind for it in standing(board, REMINDER).acts if it.by == DUTY_ROOM.name]
    assert done == ["acknowledgement", "action", "done"]


def test_the_rules_that_are_followed_are_told_to_the_operator_and_to_prometheus(board):
    (policies, people, _sheets) = requests.get(f"{board.url}/rules", timeout=60).json()["files"]
    assert (policies["file"], policies["fault"], people["fault"]) == ("policies.yaml", "", "")
    assert len(policies["version"]) == 12
    figures = requests.get(f"{board.url}/notices/metrics", timeout=60).text
    assert 'onewindow_rules_wrong{file="people.yaml"} 0.0' in figures
    assert "onewindow_notices_waiting " in figures


def test_an_open_list_learns_of_a_new_alert(board, come):
    page = come("wang")
    page.goto("/board/alerts")
    later = at("09-29 17:01")
    with board.database.transaction() as tx:
        handlers.fire_due(Work(tx, later, "supervision"), rules=RULES_HERE, channels=())
    page.get_by_text("有新的督办提醒。").wait_for()
    assert date(2026, 9, 29) == later.date()
