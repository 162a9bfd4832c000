"""Signing in elsewhere, with a real browser that goes to a real provider and back."""

import time

import pytest

from deploy.local.ports import free_ports
from tests.fixtures.oidc import CLIENT, SECRET
from tests.pages.conftest import serving


@pytest.fixture
def desk(tmp_path, oidc_provider):
    oidc_provider.now = int(time.time())
    (port,) = free_ports(1)
    settings = {
        "ONEWINDOW_OIDC_ISSUER": oidc_provider.issuer,
        "ONEWINDOW_OIDC_CLIENT": CLIENT,
        "ONEWINDOW_OIDC_SECRET": SECRET,
        "ONEWINDOW_OIDC_TITLE": "市统一身份认证",
        "ONEWINDOW_OIDC_ROLES": "desk-officers=officer",
        "ONEWINDOW_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    with serving(tmp_path, port, settings) as started:
        yield started


def test_people_sign_in_elsewhere_and_a_forged_return_opens_nothing(
    desk, visitor, oidc_provider, screenshot, assert_accessible
):
    page = visitor(desk.url)
    page.goto("/desk/parts")
    assert_accessible(page)
    screenshot(page, "sign-in")
    page.get_by_role("link", name="市统一身份认证").click()
    page.wait_for_url("**/desk/parts")
    assert page.locator(".menu-name").inner_text() == "周洁"
    thief = visitor(desk.url)
    thief.goto("/sign-in/elsewhere/back?code=code-9&state=guessed")
    assert thief.locator("h1").inner_text() == "统一登录未成功"
    assert_accessible(thief)
    thief.goto("/desk")
    assert thief.locator("h1").inner_text() == "登录"
    assert "has not begun to sign in" in desk.log.read_text()
    oidc_provider.claims = {"roles": ["janitors"], "sub": "another"}
    thief.get_by_role("link", name="市统一身份认证").click()
    assert thief.locator("h1").inner_text() == "您在本系统没有权限"
