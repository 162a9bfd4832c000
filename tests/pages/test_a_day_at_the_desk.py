"""A working day of a department without any system, in real browsers over the real broker."""

import csv
import io

import pytest
from openpyxl import load_workbook

from tests.fixtures.broker import install_rabbitmq
from tests.pages.at_the_desk import (
    answer,
    at,
    deep_enough,
    opened,
    press,
    said,
    signed_in,
    state_of,
)
from tests.pages.town_of_desks import drawing, running_town
from tests.waiting import eventually

LAW = "《港口法》第二十二条"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    install_rabbitmq()
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AMQP_URI", raising=False)
        with running_town(tmp_path_factory.mktemp("harbour")) as town:
            yield town


@pytest.fixture(scope="module")
def sessions():
    """The cookies of those who have signed in before: passwords are slow to check, as they should
    be, and signing in has tests of its own."""
    return {}


@pytest.fixture
def officer(town, visitor, sessions):
    """`officer(name)`: the browser of somebody who has signed in and is at their first page."""
    return lambda name="li.lei", **how: signed_in(visitor(town.url, **how), name, sessions)


def test_from_the_inbox_to_an_approval(town, officer, assert_accessible, screenshot):
    case = town.hand_in_ship("长风一号", photo=True)
    assignment = town.at_desk(case.code, "check")
    page = officer()
    assert "待办任务" in page.title()
    row = page.locator("tbody tr", has_text=case.code)
    assert "正常" in row.inner_text(), "its acceptance is due on Sunday, which is worked"
    assert "剩1个工作日" in row.inner_text().replace(" ", "")
    assert_accessible(page)
    screenshot(page, "inbox")
    row.locator("a.code").click()
    assert_accessible(page)
    screenshot(page, "task-assigned")
    text = page.locator("main").inner_text()
    for seen in ("长风一号", "东港三号", "泊位平面图", "杭州湖畔有限公司", "签收时限"):
        assert seen in text
    assert "外籍" not in text  # the item does not let this task see it
    page.get_by_text("预览 船舶照片").click()
    picture = page.locator("img[alt=船舶照片]")
    picture.wait_for()
    eventually(lambda: picture.evaluate("it => it.naturalWidth") == 320, "the picture is shown")
    file = page.request.get(f"/desk/tasks/{assignment}/materials/0")
    assert (file.headers["content-type"], file.body()) == ("application/pdf", drawing())
    assert "default-src 'none'" in file.headers["content-security-policy"]
    assert page.request.get(f"/desk/tasks/{assignment}/materials/7").status == 404
    phone = officer(width=360, height=740)
    for path in ("/desk", f"/desk/tasks/{assignment}"):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert_accessible(phone)
        screenshot(phone, f"phone-{'task' if 'tasks' in path else 'inbox'}")
    press(page, "签收")
    assert "已签收" in said(page)
    assert "办理时限" in page.locator("main").inner_text()
    deep_enough(page)
    page.get_by_label("实测水深（米）").fill("9.5")
    answer(page, "同意", opinion="泊位满足要求")
    assert case.code in said(page)
    case.comes_to("approved")
    told = case.change("task.completed")
    assert (told["officer"], told["opinion"]) == ("李雷", "泊位满足要求")
    page.goto(f"/desk/tasks/{assignment}")
    assert "已办结" in page.locator("main").inner_text()
    assert "9.5" in page.locator("main").inner_text()
    assert_accessible(page)
    screenshot(page, "task-completed")


def test_an_approval_with_conditions_and_a_rejection_that_must_give_reasons(
    town, officer, assert_accessible, screenshot
):
    case = town.hand_in_ship("长风二号")
    page = at(officer(), town.at_desk(case.code, "check"))
    answer(page, "有条件同意", opinion="可以")
    alert = page.get_by_role("alert").inner_text()
    assert "水深是否满足" in alert
    deep_enough(page)
    page.locator("#completion-form button[accesskey=s]").click()
    assert "至少填写一项条件" in page.get_by_role("alert").inner_text()
    assert page.locator("#completion [name=opinion]").input_value() == "可以"
    page.get_by_label("条件 1").fill("夜间不得装卸")
    page.locator("#completion-form button[accesskey=s]").click()
    case.comes_to("approved_with_conditions")
    assert case.change("task.completed")["conditions"] == ["夜间不得装卸"]

    rejected = town.hand_in_ship("长风三号")
    at(page, town.at_desk(rejected.code, "check"))
    answer(page, "不同意")
    alert = page.get_by_role("alert").inner_text()
    assert "必须说明理由" in alert
    assert "法律依据" in alert
    assert_accessible(page)
    screenshot(page, "rejected-without-reasons")
    answer(page, "不同意", opinion="水深不足", legal_basis=LAW)
    rejected.comes_to("rejected")


def test_return_for_supplement_and_suspension_stop_the_time(
    town, officer, assert_accessible, screenshot
):
    case = town.hand_in_ship("长风四号")
    assignment = town.at_desk(case.code, "check")
    page = at(officer(), assignment)
    press(page, "签收")
    section = opened(page, "退回补正")
    press(section, "退回补正")
    assert "请至少列明一项" in page.get_by_role("alert").inner_text()
    section = opened(page, "退回补正")
    section.get_by_label("材料或填报项").first.select_option(label="泊位平面图")
    section.get_by_label("存在的问题").first.fill("图纸未盖章")
    assert_accessible(page)
    press(section, "退回补正")
    assert "计时暂停" in said(page)
    assert case.change("task.returned")["missing"][0]["problem"] == "图纸未盖章"
    at(page, assignment)
    assert "暂停计时" in page.locator(".time-left").inner_text()
    screenshot(page, "task-returned")
    paper = town.upload("drawing", drawing(), "application/pdf")
    headers = {"Authorization": f"Bearer {case.secret}"}
    body = {"materials": [paper], "note": "已盖章"}
    town.intake.post(f"/cases/{case.code}/supplements", body, headers=headers)
    eventually(lambda: state_of(town, assignment).state == "accepted", "the supplement is there")
    page.reload()
    assert "已盖章" in page.locator("main").inner_text()

    section = opened(page, "转入特别程序")
    section.get_by_label("特别程序").select_option("expert-review")
    press(section, "转入特别程序")
    assert "计时暂停" in said(page)
    case.change("clock.suspended")
    at(page, assignment)
    page.get_by_label("结论").fill("评审通过")
    assert_accessible(page)
    screenshot(page, "task-suspended")
    press(page, "特别程序结束，恢复计时")
    assert "恢复计时" in said(page)
    eventually(
        lambda: len([it for it in case.changes() if it["kind"] == "clock.resumed"]) == 2,
        "the clock runs again",
    )


def test_declining_gives_the_task_to_who_answers_for_the_case(town, officer):
    case = town.hand_in_ship("长风五号")
    page = at(officer(), town.at_desk(case.code, "check"))
    section = opened(page, "退件")
    section.get_by_label("理由").fill("泊位由消防码头管理")
    section.get_by_label("建议承办部门").select_option(label="消防救援支队")
    press(section, "退件（非本部门职责）")
    assert case.change("task.declined")["proposal"] == "fire"
    eventually(
        lambda: (
            [it["department"] for it in case.changes() if it["kind"] == "task.assigned"]
            == ["harbour", "fire"]
        ),
        "the task went on",
    )


def test_more_time_is_asked_for_granted_by_the_head_and_counted(town, officer, screenshot):
    case = town.hand_in_ship("长风六号")
    assignment = town.at_desk(case.code, "check")
    page = at(officer(), assignment)
    press(page, "签收")
    assert "3" in page.locator(".time-left").inner_text()
    section = opened(page, "申请延期")
    section.get_by_label("理由").fill("需潜水员复测")
    press(section, "申请延期")
    assert "已提交负责人批准" in said(page)
    head = at(officer("zhao"), assignment)
    assert "需潜水员复测" in head.locator("main").inner_text()
    screenshot(head, "extension-before-the-head")
    press(head, "批准并发出")
    told = case.change("task.extended")
    assert (told["amount"], told["officer"], told["approved_by"]) == (2, "李雷", "赵主任")
    eventually(lambda: state_of(town, assignment).clocks.extended, "the desk knows of it")
    page.reload()
    assert "5" in page.locator(".time-left").inner_text()
    assert page.locator("summary", has_text="申请延期").count() == 0  # once


def test_two_persons_draft_send_back_and_approve(town, officer, assert_accessible, screenshot):
    handed = town.hand_in("quay-works", {"works": "东港加固"})
    first = town.at_desk(handed.code, "fire-opinion")
    sun = at(officer("sun"), first)
    answer(sun, "同意", opinion="消防通道满足要求")
    assignment = town.at_desk(handed.code, "permit")
    page = at(officer(), assignment)
    assert "消防通道满足要求" in page.locator("main").inner_text()  # the earlier opinion
    opened(page, "答复意见")
    document = {"name": "permit.pdf", "mimeType": "application/pdf", "buffer": drawing()}
    page.get_by_label("码头施工许可证").set_input_files(document)
    answer(page, "同意", opinion="拟同意")
    assert "已提交负责人批准" in said(page)
    assert "不能批准自己" in page.locator("main").inner_text()
    head = officer("zhao")
    head.goto("/desk?view=waiting")
    assert handed.code in head.locator("tbody").inner_text()
    at(head, assignment)
    assert_accessible(head)
    screenshot(head, "draft-before-the-head")
    issued = head.request.get(f"/desk/tasks/{assignment}/documents/0")
    assert issued.body() == drawing()  # what is to be issued can be read before it is approved
    opened(head, "退回修改")
    head.get_by_label("修改意见").fill("请写明施工期限")
    press(head, "退回修改")
    page.reload()
    assert "请写明施工期限" in page.locator("main").inner_text()
    page.get_by_label("码头施工许可证").set_input_files(document)
    answer(page, "同意", opinion="拟同意，限六十日内完工")
    at(head, assignment)
    press(head, "批准并发出")
    handed.comes_to("approved")
    told = [it for it in handed.changes() if it["kind"] == "task.completed"][-1]
    assert (told["officer"], told["approved_by"]) == ("李雷", "赵主任")
    assert [it["file_name"] for it in told["documents"]] == ["permit.pdf"]


def test_a_head_cannot_approve_what_they_drafted_themselves(town, officer):
    handed = town.hand_in("quay-works", {"works": "西港加固"})
    sun = at(officer("sun"), town.at_desk(handed.code, "fire-opinion"))
    answer(sun, "同意", opinion="可以")
    assignment = town.at_desk(handed.code, "permit")
    head = at(officer("zhao"), assignment)
    answer(head, "不同意", opinion="不在规划内", legal_basis=LAW)
    assert "已提交负责人批准" in said(head)
    assert head.get_by_role("button", name="批准并发出").count() == 0
    token = head.locator("input[name=csrf]").first.input_value()
    form = {"csrf": token, "version": str(state_of(town, assignment).version)}
    refused = head.request.post(f"/desk/tasks/{assignment}/approval", form=form)
    assert refused.status == 403
    assert state_of(town, assignment).state == "accepted"


def test_who_comes_second_is_told_and_keeps_what_they_wrote(
    town, officer, assert_accessible, screenshot
):
    case = town.hand_in_ship("长风七号")
    assignment = town.at_desk(case.code, "check")
    li, han = at(officer(), assignment), at(officer("han.mei"), assignment)
    press(li, "认领")
    assert "已认领" in said(li)
    han.locator("p.live").wait_for()  # the page tells without being asked
    assert "刚刚有变化" in han.locator("p.live").inner_text()
    opened(han, "答复意见").get_by_label("是", exact=True).check()
    answer(han, "同意", opinion="韩的意见，写了很久")
    assert "本次没有保存" in han.get_by_role("alert").inner_text()
    text = han.locator("main").inner_text()
    assert "认领" in text
    assert "韩的意见，写了很久" in text
    assert_accessible(han)
    screenshot(han, "second-is-told")
    assert state_of(town, assignment).state == "assigned"
    assert state_of(town, assignment).holder == "li.lei"
    head = at(officer("zhao"), assignment)
    section = opened(head, "转交同事")
    section.get_by_label("转交给").select_option("han.mei")
    press(section, "转交同事")
    assert "韩梅梅" in said(head)
    at(han, assignment)
    press(han, "签收")
    assert "已签收" in said(han)
    at(li, assignment)
    assert li.get_by_role("button", name="签收", exact=True).count() == 0


def test_many_tasks_are_accepted_at_once_and_what_could_not_be_is_told(
    town, officer, assert_accessible, screenshot
):
    cases = [town.hand_in_ship(f"远望{number}号") for number in range(3)]
    page = officer()
    page.goto("/desk?view=free&q=远望")
    assert page.locator("tbody tr").count() == 3
    other = at(officer("han.mei"), town.at_desk(cases[0].code, "check"))
    press(other, "认领")
    for box in page.locator("tbody input[type=checkbox]").all():
        box.check()
    press(page, "签收所选任务")
    text = page.locator("main").inner_text()
    assert "已签收 2 项任务" in text
    assert cases[0].code in text
    assert_accessible(page)
    screenshot(page, "bulk")
    for case in cases[1:]:
        assert case.change("task.accepted")["officer"] == "李雷"


def test_templates_are_kept_by_the_administrator_and_used_in_an_answer(
    town, officer, assert_accessible, screenshot
):
    keeper = officer("wang")
    assert keeper.url.endswith("/desk/templates")
    assert_accessible(keeper)
    keeper.get_by_role("link", name="新建模板").click()
    assert_accessible(keeper)
    keeper.get_by_label("名称").fill("泊位同意")
    keeper.get_by_label("结论").select_option("approved")
    keeper.locator("[name=opinion]").fill("{applicant}申请的{item}符合规定。")
    press(keeper, "保存")
    assert "泊位同意" in keeper.locator("tbody").inner_text()
    screenshot(keeper, "templates")
    assert keeper.goto("/desk").status == 403
    case = town.hand_in_ship("长风八号")
    page = at(officer(javascript=False), town.at_desk(case.code, "check"))
    page.get_by_text("答复意见").click()
    page.locator("#completion [name=opinion]").fill("已现场查看。")
    press(page, "套用")
    opinion = page.locator("#completion [name=opinion]").input_value()
    assert opinion == "已现场查看。\n杭州湖畔有限公司申请的泊位使用许可符合规定。"
    assert page.get_by_label("同意", exact=True).is_checked()


def test_search_and_export_give_what_the_list_shows(town, officer):
    case = town.hand_in_ship("=HYPERLINK号")
    page = officer()
    page.get_by_label("查找").fill("hyperlink")
    press(page, "查找")
    assert page.locator("tbody tr").count() == 1
    assert case.code in page.locator("tbody").inner_text()
    table = page.request.get("/desk/export.csv?q=hyperlink").body().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert [row[0] for row in rows] == ["办件编号", case.code]
    book = load_workbook(io.BytesIO(page.request.get("/desk/export.xlsx?q=hyperlink").body()))
    assert [row[0].value for row in book.active.rows] == ["办件编号", case.code]
    page.goto("/desk?q=nothing-like-it")
    assert "没有找到" in page.locator("main").inner_text()


def test_everything_works_without_javascript_and_in_english(
    town, officer, assert_accessible, screenshot
):
    case = town.hand_in_ship("长风九号")
    assignment = town.at_desk(case.code, "check")
    page = officer(javascript=False, language="en")
    page.goto("/desk?q=" + case.code)
    page.get_by_label(f"Choose case {case.code}, Check of the berth").check()
    press(page, "Accept the chosen tasks")
    assert "1 task accepted" in said(page)
    at(page, assignment)
    screenshot(page, "task-english")
    page.locator("#completion").get_by_label("Yes", exact=True).check()
    page.get_by_label("Approved", exact=True).check()
    page.locator("#completion [name=opinion]").fill("Deep enough.")
    press(page, "Send the answer")
    assert case.code in said(page)
    case.comes_to("approved")
    looked = officer(language="en")
    for path in ("/desk?view=closed", f"/desk/tasks/{assignment}", "/desk?view=mine"):
        looked.goto(path)
        assert_accessible(looked)


def test_the_keyboard_is_enough(town, officer):
    case = town.hand_in_ship("长风十号")
    page = officer()
    page.keyboard.press("/")
    page.keyboard.type(case.code)
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    page.locator("tbody a.code").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/tasks/**")
    page.get_by_role("button", name="签收", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator(".flashes p").wait_for()
    assert "已签收" in said(page)


def test_a_task_of_another_department_is_not_there(town, officer):
    case = town.hand_in_ship("长风十一号")
    page = officer("sun")
    assert page.goto(f"/desk/tasks/{town.at_desk(case.code, 'check')}").status == 404
    assert case.code not in page.content()
