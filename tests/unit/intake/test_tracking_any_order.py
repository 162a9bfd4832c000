"""What an applicant sees does not depend on the order in which the case stream arrives, nor on how
often its messages do: at any moment it is what the steps without a gap before them say.
"""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake.tracking import Track, follow
from shared.messages import CaseProgressed, Text
from shared.messages.ordered import Absorbed, Corrected, Extended, Merged, Transferred
from shared.messages.progress import (
    Accepted,
    Assigned,
    Cancelled,
    Change,
    Completed,
    Decided,
    Issued,
    Noted,
    Resumed,
    Returned,
    Revoked,
    Settled,
    Skipped,
    SubcaseDecided,
    Suspended,
)
from tests.contract.matter import OPINION
from tests.unit.intake.samples import NOW

CASE = "330100-2609-0000012-34"
OTHER = "330100-2609-0000001-42"
TITLE = Text(zh="规划", en="Planning")
ORDER = {"by": "陈志远", "reason": "职能调整"}
TASKS = ("planning", "fire")
STATES = ("handling", "suspended", "awaiting_materials", "decided")
SAID_BY = {"department": "planning", "officer": "李某", "stated_at": NOW}


def _completed(task: dict[str, str]) -> Completed:
    return Completed(
        **task,
        **SAID_BY,
        outcome="approved",
        opinion="",
        legal_basis="",
        conditions=(),
        documents=(),
    )


def _of(task: dict[str, str]) -> dict[str, str]:
    return {"task": task["task"], "department": "planning"}


MAKERS = (
    lambda it: Assigned(
        **it,
        title=Text(zh="规划", en="Planning"),
        department="planning",
        acceptance=None,
        handling=None,
    ),
    lambda it: Accepted(**it, **SAID_BY),
    _completed,
    lambda it: Returned(**it, **SAID_BY, missing=(), legal_basis=""),
    lambda it: Suspended(**it, reason="hearing", legal_basis=""),
    lambda it: Resumed(**it, reason="heard"),
    lambda it: Cancelled(**it, department="planning", reason="withdrawn"),
    lambda it: Skipped(task=it["task"], reason="form.dirty: false"),
    lambda it: Revoked(
        task=it["task"], department="planning", reasons=("与承诺不符",), legal_basis=""
    ),
    lambda it: Settled(**_of(it), title=TITLE, ground="formal", reason="形式审查"),
    lambda it: Settled(**_of(it), title=TITLE, ground="silence", reason="视为同意"),
    lambda it: Noted(**it, **SAID_BY, note="现场踏勘已完成", percent=60),
    lambda it: Issued(**_of(it), title=TITLE, document=OPINION),
    lambda it: Transferred(**it, department="planning", to="fire", **ORDER),
    lambda _it: Extended(
        **ORDER, amount=10, unit="working_days", capacity="机关负责人", legal_basis="第四十二条"
    ),
    lambda _it: Corrected(**ORDER, corrections=(), note="面积应为3.4公顷"),
    lambda _it: Absorbed(**ORDER, case=OTHER),
    lambda _it: Merged(**ORDER, into=OTHER),
    lambda it: SubcaseDecided(subcase="sign", outcome="rejected", reasons=("超宽",), conditions=()),
    lambda it: Decided(outcome="approved", reasons=(), conditions=()),
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[CaseProgressed, ...]:
    """A case stream in its right order, of any steps at all."""
    return tuple(_step(draw, number) for number in range(1, draw(st.integers(1, 8)) + 1))


def _step(draw: st.DrawFn, number: int) -> CaseProgressed:
    return CaseProgressed(
        case=CASE,
        number=number,
        at=NOW + timedelta(hours=number),
        item="investment-project",
        item_version=1,
        region="330100",
        state=draw(st.sampled_from(STATES)),
        changes=tuple(_change(draw) for _ in range(draw(st.integers(1, 3)))),
    )


def _change(draw: st.DrawFn) -> Change:
    task = draw(st.sampled_from(TASKS))
    make: Any = draw(st.sampled_from(MAKERS))
    made: Change = make({"task": task, "assignment": f"{task}.1"})
    return made


class AnyOrder(RuleBasedStateMachine):
    """Batches of the stream arrive in any order; what is early is held, as intake's table does."""

    @initialize(stream=streams())
    def begin(self, stream: tuple[CaseProgressed, ...]) -> None:
        self.stream = stream
        self.track = Track(case=CASE)
        self.held: dict[int, CaseProgressed] = {}
        self.arrived: set[int] = set()
        self.right = [self.track]
        for step in stream:
            track, _ = follow(self.right[-1], {step.number: step})
            self.right.append(track)

    @rule(data=st.data())
    def some_arrive(self, data: st.DataObject) -> None:
        numbers = st.integers(1, len(self.stream))
        batch = data.draw(st.lists(numbers, min_size=1, max_size=4))
        pending = dict(self.held)
        for number in batch:
            pending.setdefault(number, self.stream[number - 1])
        self.track, waiting = follow(self.track, pending)
        self.held = dict(waiting)
        self.arrived |= set(batch)

    @invariant()
    def it_says_what_the_steps_without_a_gap_say(self) -> None:
        if not hasattr(self, "stream"):
            return
        reached = 0
        while reached + 1 in self.arrived:
            reached += 1
        assert self.track == self.right[reached]
        assert self.track.number == reached
        assert not reached or self.track.state == self.stream[reached - 1].state
        assert set(self.held) == {it for it in self.arrived if it > reached}


AnyOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
test_what_an_applicant_sees_depends_on_no_order = AnyOrder.TestCase
