"""The kit of pages: forms, languages, tokens, keys, looks, without JavaScript too."""

import pytest
import requests

from tests.pages.conftest import PASSWORD

LANGUAGES = {"zh": "zh-CN", "en": "en"}


@pytest.fixture
def at_desk(sample, visitor):
    """A page of a browser in which Li Ming has signed in."""

    def come(**options):
        page = visitor(sample.url, **options)
        page.context.add_cookies([sample.session_of("li.ming")])
        page.goto("/desk")
        return page

    return come


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_kit_is_accessible_light_and_dark(
    sample, visitor, sign_in, assert_accessible, screenshot, language
):
    page = visitor(sample.url, language=LANGUAGES[language])

    def look(name, path=""):
        if path:
            page.goto(path)
        assert_accessible(page)
        screenshot(page, f"{name}-{language}")
        page.emulate_media(color_scheme="dark")
        screenshot(page, f"{name}-{language}-dark")
        page.emulate_media(color_scheme="light")

    look("sign-in", "/sign-in")
    sign_in(page, "li.ming")
    look("list", "/desk")
    look("nothing", "/desk?state=done")
    look("account", "/account")
    look("password", "/account/password")
    look("forbidden", "/desk/heads")
    look("parts", "/desk/parts")
    page.get_by_role("button", name={"zh": "提交", "en": "Send"}[language]).last.click()
    page.locator("details.menu summary").click()
    look("refused")


def test_pages_fit_a_phone_without_scrolling_sideways(at_desk, screenshot, assert_accessible):
    page = at_desk(width=360, height=740)
    for path in ("/desk", "/desk/parts", "/account"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert_accessible(page)
        screenshot(page, f"phone{path.replace('/', '-')}")


@pytest.mark.parametrize("javascript", [True, False], ids=["with-js", "without-js"])
def test_a_refused_form_comes_back_with_what_was_typed_beside_what_is_wrong(at_desk, javascript):
    page = at_desk(javascript=javascript)
    page.goto("/desk/parts")
    page.get_by_label("审查意见").fill("这个意见写得实在是太长了，超过了二十个字的限制")
    page.get_by_label("材料或字段").first.fill("营业执照")
    page.get_by_label("不同意").check()
    page.get_by_role("button", name="提交").click()
    assert page.locator("h1").inner_text() == "全部组件"
    faults = page.get_by_role("alert").inner_text()
    assert "问题：请填写" in faults
    assert page.get_by_label("不同意").is_checked()
    assert page.get_by_label("材料或字段").first.input_value() == "营业执照"


def test_an_error_of_the_service_stands_beside_its_field_or_on_top(at_desk):
    page = at_desk(language="en")
    page.goto("/desk/parts")
    page.get_by_label("Rejected").check()
    page.get_by_label("Opinion").fill("no")
    page.get_by_role("button", name="Send").click()
    assert (
        "A rejection needs its reasons"
        in page.locator("#send-opinion-opinion-fault-1").inner_text()
    )
    page.get_by_label("Opinion").fill("late")
    page.get_by_role("button", name="Send").click()
    assert "Somebody else has changed this task" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Opinion").input_value() == "late"


def test_what_was_done_is_said_once_and_escaped(at_desk):
    page = at_desk(language="en", javascript=False)
    page.goto("/desk/parts")
    page.get_by_label("Opinion").fill("<b>fine</b> & good")
    page.get_by_label("Case").check()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/desk")
    said = page.get_by_role("status").inner_text()
    assert said.strip() == "Sent: <b>fine</b> & good|[]|['a']"
    page.reload()
    assert page.get_by_role("status").inner_text().strip() == ""


def test_the_language_is_the_browsers_until_one_is_chosen_which_is_kept(sample, visitor, at_desk):
    page = visitor(sample.url, language="en-GB")
    page.goto("/sign-in")
    assert page.locator("html").get_attribute("lang") == "en"
    page = at_desk()
    page.goto("/desk?state=done")
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("/desk?state=done&lang=en")
    page.goto("/desk")
    assert page.locator("h1").inner_text() == "Tasks"
    assert "18 Sep 09:05" in page.locator("tbody").inner_text()
    page.get_by_role("link", name="中文").click()
    assert "剩1个工作日" in page.locator("tbody").inner_text().replace(" ", "")


def test_a_form_without_the_visitors_own_token_is_refused(sample, at_desk):
    page = at_desk()
    page.goto("/desk/parts")
    page.evaluate(
        "document.querySelectorAll('[name=csrf]').forEach(it => it.value = 'a'.repeat(64))"
    )
    page.get_by_label("审查意见").fill("可以")
    page.get_by_role("button", name="提交").click()
    assert page.locator("h1").inner_text() == "页面已失效"


def test_a_form_sent_from_another_site_is_refused_although_it_has_the_token(sample):
    session = requests.Session()
    form = session.get(f"{sample.url}/sign-in", timeout=60).text
    token = form.partition('name="csrf" value="')[2].partition('"')[0]
    typed = {"csrf": token, "name": "li.ming", "password": PASSWORD}
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 303)):
        answer = session.post(
            f"{sample.url}/sign-in",
            data=typed,
            headers={"Sec-Fetch-Site": site},
            timeout=60,
            allow_redirects=False,
        )
        assert answer.status_code == status, site


def test_everything_is_reached_with_the_keyboard_alone(sample, visitor):
    page = visitor(sample.url)
    page.goto("/desk")
    page.keyboard.type("li.ming")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.keyboard.press("Tab")
    assert focused(page) == "跳到正文"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "导出"
    visited = walk(page, 40)
    for name in ("330100-2609-0001231-56", "领取", "下一页", "English", "李明", "待办任务"):
        assert any(name in it for it in visited), name


def focused(page):
    return page.evaluate("document.activeElement.innerText.trim()")


def walk(page, steps):
    found = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        found.append(focused(page))
    return found


def test_the_menu_of_the_person_opens_with_the_keyboard_and_without_javascript(at_desk):
    page = at_desk(javascript=False)
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="我的账号").click()
    assert page.locator("h1").inner_text() == "我的账号"


def test_errors_are_pages_for_people_and_problems_for_programs(sample, at_desk):
    page = at_desk(language="en")
    for path, status, title in (
        ("/nowhere", 404, "There is nothing here"),
        ("/desk/broken/lost", 404, "There is nothing here"),
        ("/assets/page-0.css", 404, "There is nothing here"),
    ):
        assert page.goto(path).status == status
        assert page.locator("h1").inner_text() == title
    told = requests.get(f"{sample.url}/nowhere", timeout=60)
    assert told.headers["Content-Type"] == "application/problem+json"


def test_an_unexpected_error_shows_a_number_and_nothing_of_our_insides(sample, at_desk):
    page = at_desk(language="en")
    answer = page.request.get("/desk/broken/bug", headers={"Accept": "text/html"})
    assert answer.status == 500
    assert "4711" not in answer.text()
    number = answer.text().partition("Tell the operator the number ")[2][:8]
    assert number in sample.log.read_text().replace("-", "")


def test_files_for_the_browser_are_kept_for_ever_under_names_of_their_content(sample):
    page = requests.get(f"{sample.url}/sign-in", timeout=60)
    assert "'unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    address = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    style = requests.get(sample.url + address, timeout=60)
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["Cache-Control"]


def test_nothing_inline_stands_in_any_page(sample, at_desk):
    page = at_desk()
    for path in ("/desk", "/desk/parts", "/account", "/sign-in"):
        html = page.request.get(path).text()
        assert "<style" not in html
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<script>" not in html
