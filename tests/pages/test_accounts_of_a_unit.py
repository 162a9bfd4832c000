"""An administrator keeps the accounts of their own department, and of no other."""

import pytest

from tests.pages.conftest import PASSWORD


@pytest.fixture
def administrator(sample, visitor, sign_in):
    page = visitor(sample.url)
    sign_in(page, "admin")
    page.wait_for_url("**/desk")
    return page


@pytest.fixture(scope="module", autouse=True)
def people(sample):
    sample.add("admin", "钱管", ("administrator",))
    sample.add("tax.wu", "吴税", unit="tax")
    sample.add("sun.mei", "孙梅")


def row(page, name):
    return page.locator("tbody tr").filter(has_text=name)


def test_an_account_is_added_and_its_password_shown_once(
    sample, administrator, visitor, sign_in, assert_accessible, screenshot
):
    administrator.get_by_role("link", name="账号管理").click()
    assert row(administrator, "吴税").count() == 0
    administrator.get_by_text("新增账号").first.click()
    administrator.get_by_label("账号", exact=True).fill("Li Ming")
    administrator.get_by_role("button", name="新增账号").click()
    assert "姓名：请填写" in administrator.get_by_role("alert").inner_text()
    assert_accessible(administrator)
    screenshot(administrator, "refused")
    administrator.get_by_label("账号", exact=True).fill("he.jie")
    administrator.get_by_label("姓名").fill("何洁")
    administrator.get_by_role("button", name="新增账号").click()
    password = administrator.locator(".one-time").inner_text()
    assert_accessible(administrator)
    screenshot(administrator, "once")
    theirs = visitor(sample.url)
    sign_in(theirs, "he.jie", password)
    assert theirs.locator("h1").inner_text() == "修改密码"
    assert password not in sample.log.read_text()


def test_roles_change_and_a_disabled_account_is_out_at_once(
    sample, administrator, visitor, sign_in, assert_accessible, screenshot
):
    theirs = visitor(sample.url)
    sign_in(theirs, "sun.mei", PASSWORD)
    administrator.goto("/accounts")
    row(administrator, "孙梅").locator("summary").click()
    assert_accessible(administrator)
    screenshot(administrator, "list")
    row(administrator, "孙梅").get_by_label("负责人").check()
    row(administrator, "孙梅").get_by_role("button", name="保存角色").click()
    assert "经办人员、负责人" in row(administrator, "孙梅").inner_text()
    theirs.goto("/desk")
    assert theirs.locator("h1").inner_text() == "登录"
    sign_in(theirs, "sun.mei")
    row(administrator, "孙梅").locator("summary").click()
    row(administrator, "孙梅").get_by_role("button", name="停用").click()
    assert "已停用" in row(administrator, "孙梅").inner_text()
    theirs.goto("/desk")
    assert theirs.locator("h1").inner_text() == "登录"


@pytest.mark.parametrize(
    ("name", "what"), [("tax.wu", "disable"), ("tax.wu", "reset"), ("admin", "disable")]
)
def test_neither_another_departments_account_nor_ones_own_is_changed(
    sample, administrator, name, what
):
    administrator.goto("/accounts")
    token = administrator.locator("[name=csrf]").first.get_attribute("value")
    answer = administrator.request.post(f"/accounts/{name}/{what}", form={"csrf": token})
    assert answer.status in (404, 422)
    assert not {"disabled", "password reset"} & set(sample.log_of(name))


def test_an_officer_may_not_keep_accounts(sample, visitor, sign_in):
    page = visitor(sample.url)
    sign_in(page, "li.ming")
    assert page.goto("/accounts").status == 403
