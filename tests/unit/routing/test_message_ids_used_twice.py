"""Answers under a message id that was used before: the same again is nothing, another is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.routing.case import digest
from services.routing.catalogue import load_catalogue
from services.routing.handlers import Plans, advance, publish_catalogue
from services.routing.repeats import refuse_altered
from shared.delivery.work import Work
from shared.messages import CaseProgressed, Shortcoming, TaskAssigned, TaskNoted, TaskReturned
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


def test_an_answer_under_the_id_of_an_acceptance_is_refused(
    routing: Routing, siting: TaskAssigned
) -> None:
    routing.told("m-1", acceptance(siting))
    assert len(routing.told_again("m-1", completion(siting, hazard=True))) == 1


def test_an_acceptance_that_may_be_the_one_that_counted_is_passed_over(
    routing: Routing, siting: TaskAssigned
) -> None:
    routing.told("m-1", acceptance(siting))
    assert routing.told_again("m-1", acceptance(siting)) == []
    routing.told("m-2", completion(siting, hazard=True))
    assert routing.told_again("m-1", acceptance(siting)) == []


def test_an_acceptance_under_the_id_of_something_else_is_refused_once(
    routing: Routing, siting: TaskAssigned
) -> None:
    routing.told("m-1", note(siting, "half done"))
    (refused,) = routing.told_again("m-1", acceptance(siting))
    assert (refused.ground, refused.message_type) == ("altered", "task.accepted")
    assert routing.told_again("m-1", acceptance(siting)) == []
    assert not routing.store.cases[siting.case].tasks["siting"].accepted


def test_an_acceptance_that_was_refused_is_known_again_and_another_one_is_told(
    routing: Routing, siting: TaskAssigned
) -> None:
    elsewhere = replace(acceptance(siting), assignment="nobody's")
    (said,) = routing.told("m-1", elsewhere)
    assert said.changes[0].ground == "not_held"
    assert routing.told_again("m-1", elsewhere) == []
    assert len(routing.told_again("m-1", replace(elsewhere, officer="x"))) == 1


def test_a_note_of_an_assignment_that_nobody_has_is_told_and_any_other_is_passed_over(
    routing: Routing, siting: TaskAssigned
) -> None:
    routing.told("m-1", note(siting, "half done"))
    assert routing.told_again("m-1", note(siting, "nothing done")) == []
    strange = replace(note(siting, "half done"), assignment="nobody's")
    assert [it.ground for it in routing.told_again("m-1", strange)] == ["altered"]


def note(task: TaskAssigned, text: str) -> TaskNoted:
    names = {"case": task.case, "assignment": task.assignment, "department": task.department}
    return TaskNoted(**names, at=NOW, note=text)


def returned(task: TaskAssigned, *subjects: str) -> TaskReturned:
    names = {"case": task.case, "assignment": task.assignment, "department": task.department}
    missing = tuple(Shortcoming(subject=it, problem="is missing") for it in subjects)
    return TaskReturned(**names, at=NOW, missing=missing)


def test_a_return_is_known_again_and_one_at_the_same_time_with_another_list_is_refused(
    routing: Routing, siting: TaskAssigned
) -> None:
    routing.told("m-1", returned(siting, "plan"))
    assert routing.told_again("m-1", returned(siting, "plan")) == []
    assert len(routing.told_again("m-1", returned(siting, "plan", "echo"))) == 1
    assert len(routing.told_again("m-1", replace(returned(siting, "plan"), legal_basis="x"))) == 1


def test_a_return_that_the_last_version_heard_is_known_again(
    routing: Routing, siting: TaskAssigned
) -> None:
    routing.told("m-1", returned(siting, "plan"))
    case = routing.store.cases[siting.case]
    by_time = digest("TaskReturned", siting.assignment, NOW)
    old = replace(case.tasks["siting"], heard=(by_time,))
    routing.store.cases[siting.case] = replace(case, tasks={**case.tasks, "siting": old})
    assert routing.told_again("m-1", returned(siting, "plan")) == []
    (said,) = routing.told("m-2", returned(siting, "plan"))
    assert said.changes[0].ground == "repeated"


def test_a_case_that_is_not_there_is_told_nothing(routing: Routing, siting: TaskAssigned) -> None:
    stranger = replace(completion(siting), case="330100-2609-0000009-00")
    assert routing.told_again("m-1", stranger) == []
