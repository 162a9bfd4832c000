"""What `./onewindow trace` says to a person of everything that can stand in a trace."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.supervision.telling import Line, lines
from services.supervision.trace import Entry, canonical
from shared.messages import (
    ActOnSilence,
    AlertRaised,
    CaseProgressed,
    MessageParked,
    MessageRefused,
)
from shared.messages.registry import kind_of, name_of
from tests.contract.examples import MESSAGES
from tests.contract.examples_of_changes import CHANGES
from tests.unit.supervision.steps import step

TRACED = (ActOnSilence, AlertRaised, CaseProgressed, MessageParked, MessageRefused)
EXAMPLES = [it for it in MESSAGES if isinstance(it, TRACED)]


def told(message: Any) -> list[Line]:
    return lines(
        Entry(
            case="c",
            position=1,
            source="routing",
            type=name_of(type(message)),
            at=datetime(2026, 9, 18, tzinfo=UTC),
            body=canonical(message),
            previous="",
            hash="",
        )
    )


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda it: type(it).__name__)
def test_every_entry_of_a_trace_can_be_told(message: Any) -> None:
    assert all(it.what and it.where for it in told(message))


@pytest.mark.parametrize("change", CHANGES, ids=lambda it: kind_of(type(it)))
def test_every_change_of_a_case_can_be_told(change: Any) -> None:
    (line,) = told(step(1, "09-18 10:00", change))
    assert line.what


def test_a_directive_says_what_silence_means_and_where_that_is_written() -> None:
    (line,) = told(next(it for it in MESSAGES if isinstance(it, ActOnSilence)))
    assert line.where == "planning"
    assert line.what == (
        "siting not answered by 2026-09-25T17:30:00+08:00: deemed approved"
        " (《中华人民共和国城乡规划法》第三十六条)"
    )
