"""Every message has somebody who sends it and somebody who waits for it, and nobody else does."""

import ast
from functools import cache

from onewindow_worker.results import Result
from onewindow_worker.wire import READABLE

from shared.contract.document import readers, types_on
from shared.delivery.topology import READS, SERVICES, TOPICS, WRITES
from shared.messages.progress import Change
from shared.messages.registry import all_types
from tests.architecture.graph import handled, made, sent, told_apart

NAMES = {entry.cls.__name__: entry.name for entry in all_types()}
UNITS_SEND = {cls.type for cls in Result.__subclasses__()}
OUTSIDE = {"alerts"}
"""Exchanges for other systems: nobody within has to read them."""

PASSED_OVER = {("supervision", "item.published")}
"""What arrives on an exchange that a service reads for the sake of other messages."""


@cache
def senders():
    found = sent(set(NAMES))
    return {
        entry.name: found[entry.cls.__name__] | ({"unit"} if entry.name in UNITS_SEND else set())
        for entry in all_types()
    }


@cache
def handlers():
    found = handled(set(NAMES))
    return {
        entry.name: found[entry.cls.__name__] & set(SERVICES)
        | ({"unit"} if entry.name in READABLE else set())
        for entry in all_types()
    }


def test_every_message_is_sent_by_exactly_those_who_may_send_it():
    assert senders() == {entry.name: set(entry.sent_by) for entry in all_types()}


def test_every_message_is_handled_by_all_who_read_its_exchange():
    arriving = {
        (role, it.name) for name in TOPICS for role in readers()[name] for it in types_on(name)
    }
    taken = {(role, name) for name, roles in handlers().items() for role in roles}
    assert arriving - taken == PASSED_OVER
    lonely = {
        it.name for it in all_types() if not handlers()[it.name] and it.exchange not in OUTSIDE
    }
    assert lonely == set()


def test_nobody_handles_what_never_arrives():
    for entry in all_types():
        strangers = handlers()[entry.name] - readers()[entry.exchange] - set(entry.sent_by)
        assert strangers == set(), f"{strangers} waits for {entry.name} in vain"


def test_every_exchange_has_readers_and_writers():
    for name in TOPICS:
        assert types_on(name), f"no message goes to {name}"
        assert readers()[name] or name in OUTSIDE, f"nobody reads {name}"
    assert {name for names in READS.values() for name in names} <= set(TOPICS)


def test_a_service_may_write_to_the_exchanges_of_its_messages_and_to_no_other():
    for role in SERVICES:
        needed = {entry.exchange for entry in all_types() if role in entry.sent_by}
        assert set(WRITES[role]) == needed, role


def test_every_change_of_the_case_stream_is_made_by_routing_and_by_nobody_else():
    found = sent({cls.__name__ for cls in Change.__args__})
    assert dict(found) == {cls.__name__: {"routing"} for cls in Change.__args__}


def test_a_mention_in_an_annotation_is_neither_sending_nor_handling():
    tree = ast.parse("def f(a: TaskAccepted) -> CaseAccepted: return schema_of(ItemPublished)")
    assert set(made(tree)) == {"schema_of"}
    assert set(told_apart(tree)) == set()


def test_the_ways_to_send_and_to_tell_apart_are_seen():
    tree = ast.parse(
        "isinstance(m, A | B)\nisinstance(m, (C, D))\nRULES = {E: f}\n"
        "match m:\n    case F(): G(at=now)"
    )
    assert set(told_apart(tree)) == {"A", "B", "C", "D", "E", "F"}
    assert set(made(tree)) == {"isinstance", "G"}
