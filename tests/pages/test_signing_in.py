"""Signing in, as people do and as those do who should not."""

import pytest

from tests.pages.conftest import FIRST, PASSWORD


def heading(page):
    return page.locator("h1").inner_text()


def test_whoever_signs_in_is_taken_to_the_page_that_they_wanted(sample, visitor):
    page = visitor(sample.url)
    page.goto("/desk/parts?x=1")
    assert page.url.endswith("/sign-in?next=%2Fdesk%2Fparts%3Fx%3D1")
    page.get_by_label("账号").fill("Li.Ming ")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/parts?x=1")
    assert page.locator(".menu-name").inner_text() == "李明"


@pytest.mark.parametrize("next", ["//evil.example/", "/\\evil.example", "https://evil.example/"])
def test_nobody_is_sent_to_another_site_after_signing_in(sample, visitor, next):
    page = visitor(sample.url)
    page.goto(f"/sign-in?next={next}")
    page.get_by_label("账号").fill("li.ming")
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{sample.url}/desk")


def test_a_wrong_password_and_an_unknown_account_are_refused_with_the_same_words(
    sample, visitor, sign_in
):
    page = visitor(sample.url, language="en")
    sign_in(page, "li.ming", "not-the-password")
    words = page.get_by_role("alert").inner_text()
    assert "Password: does not match the account" in words
    assert page.locator("input[name=name]").input_value() == "li.ming"
    assert page.locator("input[name=password]").input_value() == ""
    sign_in(page, "nobody", "not-the-password")
    assert page.get_by_role("alert").inner_text() == words
    assert sample.log_of("nobody") == ["refused"]


def test_who_guesses_often_has_to_wait_even_with_the_right_password(sample, visitor, sign_in):
    sample.add("wang.fang", "王芳")
    page = visitor(sample.url, language="en")
    for _ in range(5):
        sign_in(page, "wang.fang", "a guess of mine")
    sign_in(page, "wang.fang")
    assert "Too many wrong passwords" in page.get_by_role("alert").inner_text()
    sign_in(page, "li.ming")
    page.wait_for_url(f"{sample.url}/desk")


def test_a_first_password_opens_nothing_but_the_page_to_change_it(sample, visitor, sign_in):
    sample.add("zhao.lei", "赵磊", first=True)
    page = visitor(sample.url)
    sign_in(page, "zhao.lei", FIRST)
    assert heading(page) == "修改密码"
    page.goto("/desk/parts")
    assert heading(page) == "修改密码"
    fill_in(page, FIRST, "short", "short")
    assert "应为 10 至 200 个字符" in page.get_by_role("alert").inner_text()
    fill_in(page, FIRST, PASSWORD, PASSWORD)
    page.wait_for_url(f"{sample.url}/desk")
    assert "密码已修改" in page.get_by_role("status").inner_text()
    assert sample.log_of("zhao.lei") == ["added", "signed in", "password changed", "signed in"]


def fill_in(page, *passwords):
    for field, password in zip(page.locator("input[type=password]").all(), passwords, strict=True):
        field.fill(password)
    page.locator("main button").click()


def test_a_changed_password_ends_all_other_sessions(sample, visitor, sign_in):
    sample.add("sun.li", "孙丽")
    here, elsewhere = visitor(sample.url), visitor(sample.url)
    sign_in(here, "sun.li")
    sign_in(elsewhere, "sun.li")
    here.goto("/account/password")
    fill_in(here, PASSWORD, "another-Window-4", "another-Window-4")
    here.goto("/account")
    assert here.locator("tbody tr").count() == 1
    elsewhere.goto("/account")
    assert heading(elsewhere) == "登录"


def test_signing_out_ends_the_session_and_not_only_the_cookie(sample, visitor, sign_in):
    page = visitor(sample.url)
    sign_in(page, "li.ming")
    kept = page.context.cookies()
    page.locator(".menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    assert "已退出登录" in page.get_by_role("status").inner_text()
    page.context.add_cookies(kept)
    page.goto("/desk")
    assert heading(page) == "登录"


def test_the_cookie_of_a_session_is_out_of_reach_for_scripts_and_other_sites(
    sample, visitor, sign_in
):
    page = visitor(sample.url)
    sign_in(page, "li.ming")
    (cookie,) = [it for it in page.context.cookies() if it["name"].endswith("session")]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert len(cookie["value"]) >= 43


def test_a_page_for_other_roles_is_refused_and_not_in_the_navigation(sample, visitor, sign_in):
    sample.add("chen.bo", "陈博", ("head",))
    page = visitor(sample.url, language="en")
    sign_in(page, "li.ming")
    assert page.get_by_role("link", name="For heads").count() == 0
    assert page.goto("/desk/heads").status == 403
    assert heading(page) == "You may not open this"
    head = visitor(sample.url, language="en")
    sign_in(head, "chen.bo")
    assert head.goto("/desk/heads").status == 200
