"""Answers under a message id that was used before: the same again is nothing, another is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.routing.catalogue import load_catalogue
from services.routing.handlers import Plans, advance, publish_catalogue
from services.routing.repeats import refuse_altered
from shared.delivery.work import Work
from shared.messages import CaseProgressed, TaskAssigned, TaskReturned
from shared.messages.progress import Refused
from tests.unit.routing.building import NOW
from tests.unit.routing.memory_store import MemoryStore
from tests.unit.routing.test_handlers_of_routing import (
    acceptance,
    accepted,
    completion,
    envelope,
    sent,
)
from tests.unit.routing.test_the_catalogue_is_checked import folder


class Routing:
    """Routing's handlers on a store in memory; every message bears the id that it is given."""

    def __init__(self, tmp_path: Path) -> None:
        catalogue = load_catalogue(folder(tmp_path))
        self.store = MemoryStore()
        self.plans = Plans(departments=catalogue.departments)
        publish_catalogue(self._work(), catalogue, self.store)

    def _work(self) -> Work:
        return Work(None, NOW, "routing")  # type: ignore[arg-type]

    def told(self, message_id: str, message: Any) -> list[Any]:
        work = self._work()
        said = replace(envelope(message), message_id=message_id)
        advance(work, [said], self.plans, self.store)
        return sent(work)

    def told_again(self, message_id: str, *messages: Any) -> list[Refused]:
        work = self._work()
        said = [replace(envelope(it), message_id=message_id) for it in messages]
        refuse_altered(work, said, self.store)
        return [change for it in sent(work) for change in self._changes(it)]

    def _changes(self, progressed: CaseProgressed) -> tuple[Refused, ...]:
        assert progressed.number == self.store.cases[progressed.case].number
        return progressed.changes  # type: ignore[return-value]


@pytest.fixture
def routing(tmp_path: Path) -> Routing:
    return Routing(tmp_path)


@pytest.fixture
def siting(routing: Routing) -> TaskAssigned:
    found = routing.told("m-0", accepted())[1]
    assert isinstance(found, TaskAssigned)
    return found


def test_the_same_answer_again_is_nothing_new(routing: Routing, siting: TaskAssigned) -> None:
    routing.told("m-1", completion(siting, hazard=True))
    assert routing.told_again("m-1", completion(siting, hazard=True)) == []


def test_another_answer_under_the_id_of_one_that_counted_is_refused_once(
    routing: Routing, siting: TaskAssigned
) -> None:
    routing.told("m-1", completion(siting, hazard=True))
    before = routing.store.cases[siting.case]
    other = completion(siting, hazard=False)
    (refused,) = routing.told_again("m-1", other, other)
    assert (refused.ground, refused.forged) == ("altered", False)
    assert (refused.message_id, refused.assignment) == ("m-1", siting.assignment)
    assert "m-1 was used before" in refused.reason
    assert routing.told_again("m-1", other) == []
    assert routing.store.cases[siting.case].tasks == before.tasks
    assert len(routing.told_again("m-1", replace(other, opinion="x"))) == 1


def test_an_answer_that_was_refused_is_refused_once_and_its_correction_is_not_swallowed(
    routing: Routing, siting: TaskAssigned
) -> None:
    incomplete, whole = completion(siting), completion(siting, hazard=True)
    (said,) = routing.told("m-1", incomplete)
    assert said.changes[0].ground == "rule"
    assert routing.told_again("m-1", incomplete) == []
    assert [it.ground for it in routing.told_again("m-1", whole)] == ["altered"]
    assert routing.store.cases[siting.case].tasks["siting"].status == "open"


def test_an_answer_under_the_id_of_an_acceptance_is_refused_and_acceptances_are_passed_over(
    routing: Routing, siting: TaskAssigned
) -> None:
    routing.told("m-1", acceptance(siting))
    assert routing.told_again("m-1", replace(acceptance(siting), officer="x")) == []
    assert len(routing.told_again("m-1", completion(siting, hazard=True))) == 1


def test_a_return_is_known_again_while_it_waits_and_afterwards(
    routing: Routing, siting: TaskAssigned
) -> None:
    asked = TaskReturned(
        case=siting.case,
        assignment=siting.assignment,
        department=siting.department,
        at=NOW,
        missing=(),
        legal_basis="",
    )
    routing.told("m-1", asked)
    assert routing.told_again("m-1", asked) == []


def test_a_case_that_is_not_there_is_told_nothing(routing: Routing, siting: TaskAssigned) -> None:
    stranger = replace(completion(siting), case="330100-2609-0000009-00")
    assert routing.told_again("m-1", stranger) == []
