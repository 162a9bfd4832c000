"""Who works on a task, and what two persons do together, without a database."""

import pytest

from services.department import domain
from services.department.desk import claims, drafts
from services.department.desk.claims import HeldByAnother, NotForThisRole
from services.department.desk.drafts import OwnDraft
from services.department.desk.officers import Officer
from services.department.domain import NotPossible, Overtaken
from shared.errors import Invalid
from tests.unit.department.samples import NOW, SAID, assigned, cancelled, supplemented


def officer(account, *roles, name="", department="seal-office"):
    return Officer(
        account=account,
        name=name or account,
        department=department,
        roles=frozenset(roles or ("officer",)),
    )


LI, HAN, HEAD = officer("li"), officer("han"), officer("zhao", "head")
KEEPER = officer("wang", "administrator")


def a_task(**changes):
    message = assigned(**changes)
    return domain.told(domain.expected(message, NOW), message, NOW)


def two_person_task():
    task = a_task(approval="two-person")
    said = {"version": task.version, "officer": "li"}
    return domain.act(task, "acceptance", said, NOW)[0]


def given(task, what="completion", **said):
    return {**SAID[what], "version": task.version, **said}


def test_the_first_claims_a_task_and_the_second_is_told_who_has_it():
    task = claims.claim(a_task(), LI, 1, NOW)
    assert (task.holder, task.holder_name, task.version) == ("li", "li", 2)
    assert [(entry.what, entry.by) for entry in task.log] == [("assigned", ""), ("claim", "li")]
    with pytest.raises(Overtaken):
        claims.claim(task, HAN, 1, NOW)
    with pytest.raises(HeldByAnother, match="li"):
        claims.claim(task, HAN, task.version, NOW)
    assert claims.claim(task, LI, task.version, NOW) is task


def test_a_task_is_released_by_who_holds_it_or_by_a_head():
    task = claims.claim(a_task(), LI, 1, NOW)
    with pytest.raises(HeldByAnother):
        claims.release(task, HAN, task.version, NOW)
    for who in (LI, HEAD):
        assert claims.release(task, who, task.version, NOW).holder == ""
    with pytest.raises(NotPossible, match="nobody"):
        claims.release(a_task(), LI, 1, NOW)


def test_a_task_is_handed_to_a_colleague_who_handles_tasks():
    task = claims.claim(a_task(), LI, 1, NOW)
    assert claims.hand_over(task, LI, task.version, to=HAN, now=NOW).holder == "han"
    assert claims.hand_over(task, HEAD, task.version, to=HAN, now=NOW).holder == "han"
    with pytest.raises(HeldByAnother):
        claims.hand_over(task, HAN, task.version, to=HAN, now=NOW)
    for nobody in (KEEPER, officer("sun", department="tax")):
        with pytest.raises(NotPossible, match="does not handle"):
            claims.hand_over(task, LI, task.version, to=nobody, now=NOW)
    with pytest.raises(NotPossible, match="already"):
        claims.hand_over(task, LI, task.version, to=LI, now=NOW)


def test_an_administrator_keeps_accounts_and_handles_no_tasks():
    with pytest.raises(NotForThisRole):
        claims.claim(a_task(), KEEPER, 1, NOW)


def test_nothing_is_claimed_once_the_task_is_closed():
    task = domain.told(a_task(), cancelled(), NOW)
    with pytest.raises(NotPossible, match="cancelled"):
        claims.claim(task, LI, task.version, NOW)


def test_what_an_officer_drafts_goes_out_in_both_names_once_the_head_approves():
    task = two_person_task()
    drafted = drafts.draft(task, LI, "completion", given(task, opinion="拟同意"), NOW)
    assert drafted.state == "accepted"
    assert (drafted.waits_for, drafted.holder) == ("li", "li")
    approved, message = drafts.approve(drafted, HEAD, drafted.version, NOW)
    assert (message.officer, message.approved_by, message.opinion) == ("li", "zhao", "拟同意")
    assert (approved.state, approved.draft, approved.waits_for) == ("completed", None, "")


def test_nobody_approves_their_own_draft_not_even_a_head():
    task = two_person_task()
    drafted = drafts.draft(task, HEAD, "completion", given(task), NOW)
    with pytest.raises(OwnDraft):
        drafts.approve(drafted, HEAD, drafted.version, NOW)
    with pytest.raises(NotForThisRole):
        drafts.approve(drafted, LI, drafted.version, NOW)
    other = officer("qian", "head")
    assert drafts.approve(drafted, other, drafted.version, NOW)[1].approved_by == "qian"


def test_two_persons_who_bear_one_name_are_told_apart():
    one, other = officer("zhang1", name="张伟"), officer("zhang2", "head", name="张伟")
    task = two_person_task()
    drafted = drafts.draft(task, one, "completion", given(task), NOW)
    message = drafts.approve(drafted, other, drafted.version, NOW)[1]
    assert (message.officer, message.approved_by) == ("张伟", "张伟 (zhang2)")


def test_a_draft_breaks_the_same_rules_as_the_answer_itself():
    task = two_person_task()
    with pytest.raises(Invalid, match="legal_basis"):
        drafts.draft(task, LI, "completion", given(task, outcome="rejected", opinion="不符"), NOW)
    with pytest.raises(Overtaken):
        drafts.draft(task, LI, "completion", {**given(task), "version": 1}, NOW)


def test_a_draft_comes_back_with_what_is_to_be_changed_and_is_drafted_again():
    task = two_person_task()
    drafted = drafts.draft(task, LI, "completion", given(task), NOW)
    with pytest.raises(Invalid, match="comment"):
        drafts.send_back(drafted, HEAD, drafted.version, comment=" ", now=NOW)
    back = drafts.send_back(drafted, HEAD, drafted.version, comment="写明期限", now=NOW)
    found = drafts.draft_of(back)
    assert (found.comment, found.sent_back_by, found.waits) == ("写明期限", "zhao", False)
    with pytest.raises(NotPossible):
        drafts.approve(back, HEAD, back.version, NOW)
    again = drafts.draft(back, LI, "completion", given(back, opinion="改"), NOW)
    assert drafts.draft_of(again).waits


def test_while_a_draft_waits_nobody_drafts_another_and_only_its_drafter_takes_it_back():
    task = two_person_task()
    drafted = drafts.draft(task, LI, "completion", given(task), NOW)
    with pytest.raises(NotPossible, match="waits"):
        drafts.draft(drafted, LI, "completion", given(drafted), NOW)
    with pytest.raises(NotForThisRole, match="li"):
        drafts.take_back(drafted, HEAD, drafted.version, NOW)
    assert drafts.take_back(drafted, LI, drafted.version, NOW).draft is None


def test_a_draft_about_an_application_that_has_changed_goes_back_to_its_drafter():
    task = two_person_task()
    drafted = drafts.draft(task, LI, "completion", given(task), NOW)
    found = drafts.draft_of(domain.told(drafted, supplemented(), NOW))
    assert (found.waits, found.comment) == (False, "已改")


def test_an_answer_for_two_persons_is_refused_in_one_name():
    task = two_person_task()
    for names in ({"officer": "li"}, {"officer": "li", "approved_by": "li"}):
        with pytest.raises(Invalid, match="approved_by"):
            domain.act(task, "completion", given(task, **names), NOW)


@pytest.mark.parametrize("extension", [None, {"amount": 2}], ids=["none", "some"])
def test_more_time_is_asked_for_where_the_item_gives_some_and_only_once(extension):
    changes = {} if extension else {"extension": None}
    task = a_task(**changes)
    task = domain.act(task, "acceptance", {"version": 1, "officer": "li"}, NOW)[0]
    assert drafts.needs_two(task, "extension")
    if not extension:
        with pytest.raises(NotPossible, match="no extension"):
            drafts.draft(task, LI, "extension", given(task, "extension"), NOW)
        return
    drafted = drafts.draft(task, LI, "extension", given(task, "extension"), NOW)
    asked, message = drafts.approve(drafted, HEAD, drafted.version, NOW)
    assert (message.officer, message.approved_by, asked.state) == ("li", "zhao", "accepted")
    with pytest.raises(NotPossible, match="already"):
        drafts.draft(asked, LI, "extension", given(asked, "extension"), NOW)
    refused = domain.refused(asked, "task.extension-requested", "no", NOW)
    assert (refused.state, refused.answer, refused.note) == ("accepted", None, "no")
