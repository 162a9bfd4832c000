"""A person orders running cases to another version: routing carries them, or says why not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.routing.domain import UnknownCase
from services.routing.handlers import Plans
from services.routing.store import DatabaseStore
from shared.messages import CaseProgressed, MigrateCase, TaskAssigned, TaskCancelled
from shared.messages.progress import Change
from tests.unit.routing.building import NOW
from tests.unit.routing.test_handlers_of_routing import CODES, Office, accepted, completion
from tests.unit.routing.test_handlers_of_routing import office as office_of_routing
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

office = office_of_routing
SECOND = ITEM.replace("version: 1", "version: 2").replace("key: permit", "key: licence")


@pytest.fixture
def siting(office: Office) -> TaskAssigned:
    """The first task of a case that began under version 1."""
    _, assigned = office.tell(accepted())
    assert isinstance(assigned, TaskAssigned)
    return assigned


@pytest.fixture
def renewed(office: Office, siting: TaskAssigned, tmp_path: Path) -> Iterator[Office]:
    """The case began under version 1, and version 2 has been published since."""
    office.publish(folder(tmp_path, SECOND))
    office.plans = Plans(departments=office.plans.departments)
    yield office


def order(version: int = 2, code: str = CODES[0]) -> MigrateCase:
    return MigrateCase(case=code, at=NOW, version=version, by="陈志远", reason="办事指南调整")


def progressed(sent: list[Any]) -> CaseProgressed:
    (found,) = [it for it in sent if isinstance(it, CaseProgressed)]
    return found


def kinds(changes: tuple[Change, ...]) -> list[str]:
    return [type(it).__name__ for it in changes]


def version_of(office: Office, code: str = CODES[0]) -> int:
    with office.database.transaction() as tx:
        return DatabaseStore(tx).load([code])[code].version


def test_a_case_goes_on_under_the_new_version(renewed: Office, siting: TaskAssigned) -> None:
    said = progressed(renewed.tell(order()))
    assert (said.item_version, kinds(said.changes)) == (2, ["Migrated"])
    assert version_of(renewed) == 2
    sent = renewed.tell(completion(siting, hazard=True))
    assert [it.task for it in sent if isinstance(it, TaskAssigned)] == ["licence"]


def test_an_order_that_comes_twice_counts_once(renewed: Office) -> None:
    renewed.tell(order())
    again = progressed(renewed.tell(order()))
    assert kinds(again.changes) == ["Refused"]
    assert "it has version 2 already" in str(again.changes[0])


def test_what_cannot_be_carried_is_refused_and_stays(renewed: Office, tmp_path: Path) -> None:
    unknown = progressed(renewed.tell(order(version=7)))
    assert "version 7 was never published" in str(unknown.changes[0])
    more = "  - {name: depth, title: {zh: 深, en: Depth}, type: integer}\nmaterials:\n"
    third = SECOND.replace("version: 2", "version: 3").replace("materials:\n", more, 1)
    renewed.publish(folder(tmp_path, third))
    refused = progressed(renewed.tell(order(version=3)))
    assert kinds(refused.changes) == ["Refused"]
    assert "陈志远: form.depth is missing" in str(refused.changes[0])
    assert version_of(renewed) == 1


def test_a_task_that_is_gone_is_taken_back_from_its_department(
    renewed: Office, tmp_path: Path
) -> None:
    other = ITEM.replace("version: 1", "version: 3").replace("key: siting", "key: survey")
    other = other.replace("[siting]", "[survey]").replace("results.siting", "results.survey")
    renewed.publish(folder(tmp_path, other))
    sent = renewed.tell(order(version=3))
    assert kinds(progressed(sent).changes) == ["Migrated", "Cancelled", "Assigned"]
    assert [it.task for it in sent if isinstance(it, TaskCancelled)] == ["siting"]
    assert [it.task for it in sent if isinstance(it, TaskAssigned)] == ["survey"]


def test_a_case_that_is_not_known_yet_is_tried_again(renewed: Office) -> None:
    with pytest.raises(UnknownCase):
        renewed.tell(order(code=CODES[1]))
