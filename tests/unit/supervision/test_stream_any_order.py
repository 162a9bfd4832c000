"""Clocks, trace and alerts do not depend on the order in which the case stream arrives, nor on how
often its messages do: at any moment they are what the steps without a gap before them make.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.supervision.domain import Case
from services.supervision.handlers import Book
from services.supervision.trace import Entry, verify
from shared.delivery.envelope import Envelope, Sender
from shared.messages import CaseProgressed, Silence
from shared.messages.ordered import Absorbed, Corrected, Migrated
from shared.messages.progress import Change, Issued, Noted, Settled
from tests.contract.examples_of_changes import CHANGES
from tests.unit.supervision.steps import (
    CASE,
    RULES,
    accepted,
    assigned,
    cancelled,
    completed,
    decided,
    declined,
    extended,
    opened,
    refused,
    resumed,
    returned,
    revoked,
    step,
    supplemented,
    suspended,
    transferred,
)

DAYS = ("09-18", "09-21", "09-22", "09-23", "09-28", "09-29", "10-08", "10-09", "10-12")
ASSIGNMENTS = ("planning.1", "fire.1")
SILENCES: tuple[Silence, ...] = ("escalate", "reassign", "deemed_approval")
WITHOUT_CLOCKS = [
    it
    for it in CHANGES
    if isinstance(it, Noted | Issued | Corrected | Absorbed | Migrated | Settled)
]
ANSWERS = (accepted, completed, returned, declined, cancelled, suspended, resumed, transferred)


@st.composite
def streams(draw: st.DrawFn) -> tuple[CaseProgressed, ...]:
    """A case stream in its right order: opened and assigned, then anything at all."""
    begin = opened("09-18 10:00", deed="10-15")
    both = [assigned(it, acceptance=1, handling=5) for it in ASSIGNMENTS]
    first = step(1, "09-18 10:00", begin, *both)
    return (
        first,
        *(
            step(number, f"{DAYS[number - 1]} 11:00", *_changes(draw, number))
            for number in range(2, draw(st.integers(2, len(DAYS))) + 1)
        ),
    )


def _changes(draw: st.DrawFn, number: int) -> Sequence[Change]:
    others = (
        supplemented("deed"),
        refused(f"m{number}", forged=draw(st.booleans())),
        decided(),
        extended(draw(st.integers(1, 15))),
        assigned(f"verify.{number}", silence=draw(st.sampled_from(SILENCES))),
        *WITHOUT_CLOCKS,
        revoked(),
    )
    answers = [make(it) for make in ANSWERS for it in ASSIGNMENTS]
    return draw(st.lists(st.sampled_from([*answers, *others]), min_size=1, max_size=3))


def envelope(message: CaseProgressed) -> Envelope:
    return Envelope(
        message_id=f"m{message.number}",
        type="case.progressed",
        version=1,
        sender=Sender(role="routing"),
        sent_at=datetime(2026, 9, 18, tzinfo=UTC),
        traceparent="",
        message=message,
    )


NOW = datetime(2026, 9, 18, 9, tzinfo=UTC)


class Known:
    """What supervision remembers from batch to batch."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.early: dict[tuple[str, int], CaseProgressed] = {}
        self.entries: list[Entry] = []
        self.alerted: set[str] = set()

    def take(self, batch: Sequence[CaseProgressed]) -> None:
        """A batch as `handlers.observe` takes it in."""
        book = Book(rules=RULES, cases=self.cases, early=self.early)
        for message in batch:
            book.take(envelope(message))
        book.alert(self.alerted, NOW)
        self.alerted |= {alert.alert for alert, _ in book.alerts}
        self.entries += book.entries

    @property
    def said(self) -> tuple[Any, ...]:
        """What it comes to: the case with its clocks, and the steps in its trace."""
        case = self.cases.get(CASE)
        steps = [(it.type, it.body) for it in self.entries if it.type == "case.progressed"]
        return replace(case, head=Case(code=CASE).head) if case else None, steps, self.alerted


class AnyOrder(RuleBasedStateMachine):
    """Batches of the stream arrive in any order, some of it again and again."""

    @initialize(stream=streams())
    def begin(self, stream: tuple[CaseProgressed, ...]) -> None:
        self.stream = stream
        self.known = Known()
        self.arrived: set[int] = set()

    @rule(data=st.data())
    def some_arrive(self, data: st.DataObject) -> None:
        numbers = st.integers(1, len(self.stream))
        batch = data.draw(st.lists(numbers, min_size=1, max_size=4))
        self.known.take([self.stream[number - 1] for number in batch])
        self.arrived |= set(batch)

    @invariant()
    def it_knows_what_the_steps_without_a_gap_say(self) -> None:
        if not hasattr(self, "stream"):
            return
        reached = 0
        while reached + 1 in self.arrived:
            reached += 1
        right = Known()
        for message in self.stream[:reached]:
            right.take([message])
        assert self.known.said == right.said
        assert {number for _, number in self.known.early} == {
            it for it in self.arrived if it > reached
        }
        if CASE in self.known.cases:
            head = self.known.cases[CASE].head
            assert verify(CASE, self.known.entries, head) == []


AnyOrder.TestCase.settings = settings(max_examples=30, stateful_step_count=12, deadline=None)
test_what_supervision_knows_depends_on_no_order = AnyOrder.TestCase
