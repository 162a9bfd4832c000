"""What may be done with a task on the desk, without a database."""

from itertools import permutations

import pytest

from services.department import domain
from services.department.domain import MOVES, OPEN, STATES, NotPossible, Overtaken, Task
from shared.errors import Invalid
from shared.messages import Material, Shortcoming
from shared.messages.codec import decode, encode
from shared.messages.registry import name_of
from tests.unit.department.samples import (
    DIGEST,
    NOW,
    SAID,
    assigned,
    cancelled,
    supplemented,
)


def a_task(**changes):
    task = domain.told(domain.expected(assigned(), NOW), assigned(), NOW)
    return Task(**{**vars(task), **changes})


def act(task, what, **said):
    given = {**SAID[what], "version": task.version, "officer": "李", **said}
    return domain.act(task, what, given, NOW)


@pytest.mark.parametrize("what", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_each_act_is_possible_in_its_states_and_in_no_other(what, state):
    task = a_task(state=state)
    before, after = MOVES[what]
    if state not in before:
        with pytest.raises(NotPossible, match=state):
            act(task, what)
        return
    changed, message = act(task, what)
    assert changed.state == after
    assert changed.version == task.version + 1
    assert changed.officer == message.officer == "李"
    assert (message.case, message.assignment) == (task.case, task.assignment)
    assert message.department == "seal-office"
    assert message.at == NOW
    assert changed.answer["type"] == name_of(type(message))
    assert decode(name_of(type(message)), 1, encode(message)) == message


def test_what_an_officer_says_is_what_routing_is_told():
    task = a_task()
    document = {
        "name": "licence",
        "digest": DIGEST,
        "media_type": "application/pdf",
        "size": 1,
        "file_name": "照.pdf",
    }
    _, completed = act(
        task,
        "completion",
        outcome="approved_with_conditions",
        conditions=["年检"],
        results={"seal_number": "33"},
        documents=[document],
    )
    assert completed.conditions == ("年检",)
    assert completed.results == {"seal_number": "33"}
    assert completed.documents == (Material(**document),)
    _, returned = act(task, "return")
    assert returned.missing == (Shortcoming(subject="charter", problem="未盖章"),)
    _, suspended = act(task, "suspension")
    assert (suspended.procedure, suspended.days) == ("听证", 10)


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"outcome": "rejected"}, ["opinion", "legal_basis"]),
        ({"outcome": "rejected", "opinion": " ", "legal_basis": "x"}, ["opinion"]),
        ({"outcome": "approved_with_conditions"}, ["conditions"]),
        ({"outcome": "approved_with_conditions", "conditions": [" "]}, ["conditions"]),
    ],
)
def test_a_rejection_without_reasons_is_no_answer(said, fields):
    with pytest.raises(Invalid) as refused:
        act(a_task(), "completion", **said)
    assert [fault.field for fault in refused.value.faults] == fields


def test_who_saw_an_older_version_changes_nothing():
    task = a_task()
    changed, _ = act(task, "acceptance")
    with pytest.raises(Overtaken, match="read it again"):
        act(changed, "completion", version=task.version)


@pytest.mark.parametrize("state", OPEN)
def test_a_supplement_changes_what_is_seen_and_ends_the_waiting_for_it(state):
    task = a_task(state=state)
    after = domain.told(task, supplemented(), NOW)
    assert after.document["form"] == {"name": "某某有限公司"}
    assert after.document["title"] == task.document["title"]
    assert after.state == ("accepted" if state == "returned" else state)
    assert after.version == task.version + 1


@pytest.mark.parametrize("state", sorted(set(STATES) - set(OPEN)))
def test_what_is_closed_is_changed_by_no_news(state):
    task = a_task(state=state)
    for news in (supplemented(), cancelled(), assigned()):
        assert domain.told(task, news, NOW) is task


def test_in_whatever_order_the_messages_come_the_task_ends_the_same():
    for given in ([assigned(), cancelled()], [assigned(), supplemented(), cancelled()]):
        for order in permutations(given):
            task = domain.expected(order[0], NOW)
            for news in order:
                task = domain.told(task, news, NOW)
            assert task.state == "cancelled"
            assert task.assigned_at == NOW
            assert task.document["title"] == {"zh": "刻章", "en": "Seal"}


def test_a_supplement_before_its_task_is_not_overwritten_by_the_older_assignment():
    task = domain.told(domain.expected(supplemented(), NOW), supplemented(), NOW)
    assert task.assigned_at is None
    task = domain.told(task, assigned(), NOW)
    assert task.state == "assigned"
    assert task.document["form"] == {"name": "某某有限公司"}
    assert task.document["item"] == "company-start"


@pytest.mark.parametrize("what", ["completion", "return", "decline", "suspension"])
def test_an_answer_that_routing_refused_opens_the_task_again(what):
    task, message = act(a_task(), what)
    again = domain.refused(task, name_of(type(message)), "incomplete", NOW)
    assert (again.state, again.note, again.answer) == ("accepted", "incomplete", None)
    act(again, "completion")


def test_a_refusal_of_something_else_changes_nothing():
    task, _ = act(a_task(), "completion")
    assert domain.refused(task, "task.accepted", "late", NOW) is task
    assert domain.refused(a_task(), "task.completed", "?", NOW).state == "assigned"
    gone = a_task(state="cancelled", answer=task.answer)
    assert domain.refused(gone, "task.completed", "cancelled before", NOW) is gone
