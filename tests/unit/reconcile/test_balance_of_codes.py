"""Which codes balance, and what is said of those that do not."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from deploy.reconcile.balance import Books, Difference, Parked, Standing, balance

A, B, C, D = "330100-2609-0000001-11", "330100-2609-0000002-22", "c", "d"


def at(number: int, state: str = "handling") -> Standing:
    return Standing(number=number, state=state)


def agreed(**states: str) -> Books:
    """Books in which everybody says the same."""
    known = {code: at(3, state) for code, state in states.items()}
    return Books(intake=known, routing=known, supervision=known)


def test_what_everybody_says_the_same_of_is_added_up() -> None:
    found = balance(agreed(a="handling", b="decided", c="withdrawn", d="awaiting_materials"))
    assert (found.issued, found.open, found.decided, found.withdrawn) == (4, 2, 1, 1)
    assert found.balanced
    assert found.differences == ()


def test_a_code_that_is_nowhere_does_not_balance_and_is_named() -> None:
    found = balance(Books(intake={A: at(0)}, routing={}, supervision={}))
    assert not found.balanced
    assert found.unexplained == (Difference(code=A, problem="routing does not know it"),)


def test_an_application_in_the_outbox_of_intake_is_open() -> None:
    books = Books(intake={A: at(0)}, routing={}, supervision={}, unsent={"intake": {A}})
    found = balance(books)
    assert found.balanced
    assert found.open == 1
    assert "outbox of intake" in found.differences[0].because


def test_an_application_that_waits_in_the_broker_is_open() -> None:
    books = Books(intake={A: at(0)}, routing={}, supervision={}, waiting={"routing": 2})
    found = balance(books)
    assert found.balanced
    assert "2 messages wait" in found.differences[0].because


def test_messages_for_somebody_else_explain_nothing() -> None:
    books = Books(
        intake={A: at(0)},
        routing={},
        supervision={},
        waiting={"intake": 9},
        unsent={"intake": {B}, "routing": {A}},
    )
    assert not balance(books).balanced


def test_an_application_that_was_set_aside_is_parked_and_said_where() -> None:
    aside = (Parked(service="routing", type="case.accepted", state="parked"),)
    found = balance(Books(intake={A: at(0)}, routing={}, supervision={}, parked={A: aside}))
    assert found.balanced
    assert found.parked == 1
    assert found.differences[0].because == "case.accepted is parked in routing"


def test_another_message_that_was_set_aside_does_not_explain_a_missing_case() -> None:
    aside = (Parked(service="routing", type="case.withdrawn", state="parked"),)
    found = balance(Books(intake={A: at(0)}, routing={}, supervision={}, parked={A: aside}))
    assert not found.balanced


def test_a_case_that_nobody_issued_does_not_balance() -> None:
    found = balance(Books(intake={}, routing={A: at(1)}, supervision={A: at(1)}))
    assert [it.code for it in found.unexplained] == [A]


def test_a_reader_that_missed_a_step_is_named_with_both_numbers() -> None:
    books = replace(agreed(a="decided"), supervision={"a": at(2)})
    found = balance(books)
    assert [it.problem for it in found.unexplained] == ["supervision is at step 2, routing at 3"]


def test_a_step_on_its_way_to_its_reader_is_no_fault() -> None:
    behind = replace(agreed(a="decided"), supervision={})
    assert not balance(behind).balanced
    assert balance(replace(behind, unsent={"routing": {"a"}})).balanced
    assert balance(replace(behind, waiting={"supervision": 1})).balanced
    aside = (Parked(service="supervision", type="case.progressed", state="parked"),)
    assert balance(replace(behind, parked={"a": aside})).balanced


def test_readers_at_the_same_step_must_say_the_same_state() -> None:
    books = replace(agreed(a="decided"), intake={"a": at(3, "handling")})
    problems = [it.problem for it in balance(books).unexplained]
    assert problems == ["intake says handling, routing says decided"]


def test_nobody_knows_more_than_routing_said() -> None:
    books = replace(agreed(a="decided"), supervision={"a": at(4, "decided")})
    assert not balance(books).balanced


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["handling", "decided"])))
def test_whatever_one_service_forgets_is_found(states: dict[str, str]) -> None:
    books = agreed(**states)
    assert balance(books).balanced
    for code in states:
        for service in ("routing", "supervision"):
            known = {it: standing for it, standing in books.routing.items() if it != code}
            found = balance(replace(books, **{service: known}))
            assert code in {it.code for it in found.unexplained}


def test_what_is_not_accepted_yet_or_never_is_counted_by_what_intake_says() -> None:
    said = {
        "a": at(0, "received"),
        "b": at(0, "awaiting_correction"),
        "c": at(0, "refused"),
        "d": at(0, "withdrawn"),
    }
    found = balance(Books(intake=said, routing={}, supervision=said))
    assert found.balanced
    assert (found.issued, found.received, found.refused, found.withdrawn) == (4, 2, 1, 1)
    assert found.differences == ()


def test_supervision_must_know_of_what_is_not_accepted_yet() -> None:
    books = Books(intake={A: at(0, "received")}, routing={}, supervision={})
    (difference,) = balance(books).unexplained
    assert difference.problem == "intake says received, supervision nothing"
    stale = replace(books, supervision={A: at(0, "awaiting_correction")})
    assert not balance(stale).balanced
    assert balance(replace(books, unsent={"intake": {A}})).balanced
    assert balance(replace(books, waiting={"supervision": 1})).balanced
    aside = (Parked(service="supervision", type="case.received", state="parked"),)
    assert balance(replace(books, parked={A: aside})).balanced


def test_what_was_accepted_must_reach_routing_whatever_supervision_has_heard() -> None:
    said = {A: at(0, "accepted")}
    found = balance(Books(intake=said, routing={}, supervision=said))
    assert [it.problem for it in found.unexplained] == ["routing does not know it"]
    assert balance(Books(intake=said, routing={}, supervision=said, unsent={"intake": {A}})).open
