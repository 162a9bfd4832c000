"""Batches of messages: one load, one number a case and step, and what is sent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from services.routing.catalogue import load_catalogue
from services.routing.domain import UnknownCase
from services.routing.handlers import Plans, advance, publish_catalogue
from services.routing.linking import Links
from services.routing.plan import UnknownItem
from services.routing.store import DatabaseStore, Moved
from shared.database import Database
from shared.delivery.envelope import Envelope, Sender
from shared.delivery.work import Work
from shared.errors import Invalid
from shared.messages import (
    ActOnSilence,
    CaseAccepted,
    CaseProgressed,
    ItemPublished,
    MergeCase,
    TaskAccepted,
    TaskAssigned,
    TaskCompleted,
)
from shared.messages.codec import decode, encode
from shared.messages.progress import Completed, Settled
from shared.messages.registry import name_of
from shared.migrating import migrate
from tests.unit.routing.building import APPLICANT, NOW, material
from tests.unit.routing.test_the_catalogue_is_checked import ITEM, folder

CODES = ["330100-2609-0000001-42", "330100-2609-0000002-39"]


@dataclass
class Office:
    """Routing's handlers on a database of their own."""

    database: Database
    plans: Plans

    def tell(self, *messages: Any) -> list[Any]:
        """Handle a batch in one transaction; what was sent, read from the wire."""
        with self.database.transaction() as tx:
            work = Work(tx, NOW, "routing")
            advance(work, [envelope(message) for message in messages], self.plans)
        return sent(work)

    def publish(self, catalogue: Path) -> list[Any]:
        with self.database.transaction() as tx:
            work = Work(tx, NOW, "routing")
            publish_catalogue(work, load_catalogue(catalogue))
        return sent(work)


def sent(work: Work) -> list[Any]:
    return [decode(wire.type, wire.version, wire.body) for wire in work.wires]


def envelope(message: Any) -> Envelope:
    unit = getattr(message, "department", "")
    sender = Sender(role="unit", unit=unit) if unit else Sender(role="intake")
    if unit == "archives":
        sender = Sender(role="department")
    if isinstance(message, ActOnSilence):
        sender = Sender(role="supervision")
    return Envelope(
        message_id="m",
        type=name_of(type(message)),
        version=1,
        sender=sender,
        sent_at=NOW,
        traceparent="",
        message=message,
    )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    database = Database.open("routing", data=tmp_path / "data")
    migrate(database)
    catalogue = load_catalogue(folder(tmp_path))
    office = Office(database, Plans(departments=catalogue.departments))
    office.publish(tmp_path)
    yield office
    database.close()


def accepted(code: str = CODES[0], **more: Any) -> CaseAccepted:
    given: dict[str, Any] = {
        "case": code,
        "item": "building",
        "item_version": 1,
        "region": "330100",
        "channel": "portal",
        "received_at": NOW,
        "accepted_at": NOW,
        "applicant": APPLICANT,
        "form": {"area": 5, "kind": "A"},
    }
    return CaseAccepted(**{**given, **more})


def completion(assigned: TaskAssigned, **results: Any) -> TaskCompleted:
    return TaskCompleted(
        case=assigned.case,
        assignment=assigned.assignment,
        department=assigned.department,
        at=NOW,
        outcome="approved",
        results=results,
    )


def acceptance(assigned: TaskAssigned) -> TaskAccepted:
    return TaskAccepted(
        case=assigned.case, assignment=assigned.assignment, department=assigned.department, at=NOW
    )


def test_a_case_goes_from_acceptance_to_decision(office: Office) -> None:
    opened, siting = office.tell(accepted())
    progressed, permit = office.tell(completion(siting, hazard=True))
    (decided,) = office.tell(completion(permit))
    assert [opened.number, progressed.number, decided.number] == [1, 2, 3]
    assert (decided.state, decided.item, decided.item_version) == ("decided", "building", 1)
    assert permit.opinions[0].results == {"hazard": True}


def test_links_leave_with_the_task_and_get_neither_into_the_case_nor_into_its_stream(
    office: Office,
) -> None:
    office.plans.links = Links(address="https://intake.example.gov", key=bytes(32))
    progressed, siting = office.tell(accepted(materials=(material("plan"),)))
    assert [it.link.partition("/sha256")[0] for it in siting.materials] == [
        "https://intake.example.gov/materials"
    ]
    document = replace(siting.materials[0], name="echo")
    answered = replace(completion(siting, hazard=True), documents=(document,))
    assert b"signature=" in encode(answered)
    stream, _permit = office.tell(decode("task.completed", 1, encode(answered)))
    assert stream.changes[0].documents[0].name == "echo"
    assert b"signature=" not in encode(progressed) + encode(stream)
    with office.database.reading() as tx:
        stored = [tuple(row) for row in tx.exec_driver_sql("SELECT * FROM cases")]
    assert "plan" in str(stored)
    assert "signature=" not in str(stored)


def test_several_messages_of_one_case_become_one_progress(office: Office) -> None:
    _, siting = office.tell(accepted())
    progressed, _permit = office.tell(acceptance(siting), completion(siting, hazard=True))
    assert progressed.number == 2
    kinds = [type(change).__name__ for change in progressed.changes]
    assert kinds == ["Accepted", "Completed", "Assigned"]


def test_a_batch_of_several_cases_keeps_each_in_order(office: Office) -> None:
    out = office.tell(accepted(CODES[0]), accepted(CODES[1]), accepted(CODES[0]))
    assert [type(message).__name__ for message in out] == ["CaseProgressed", "TaskAssigned"] * 2
    assert [message.case for message in out] == [CODES[0], CODES[0], CODES[1], CODES[1]]


def test_a_repeat_under_another_id_changes_nothing_and_is_recorded(office: Office) -> None:
    _, siting = office.tell(accepted())
    office.tell(completion(siting, hazard=False))
    (again,) = office.tell(completion(siting, hazard=False))
    assert [it.ground for it in again.changes] == ["repeated"]
    late = replace(completion(siting), outcome="approved", results={"hazard": True})
    (refused,) = office.tell(late)
    assert refused.number == 4
    assert (refused.changes[0].forged, refused.changes[0].ground) == (False, "settled")


def test_a_case_that_is_not_there_fails_the_message_for_a_later_try(office: Office) -> None:
    _, siting = office.tell(accepted())
    stranger = replace(completion(siting), case=CODES[1])
    with pytest.raises(UnknownCase, match=CODES[1]):
        office.tell(stranger)


@pytest.mark.parametrize("more", [{"item": "bulding"}, {"item_version": 7}])
def test_a_case_of_an_unknown_item_or_version_fails(office: Office, more: dict) -> None:
    with pytest.raises(UnknownItem):
        office.tell(accepted(**more))


def test_items_are_announced_at_every_start(office: Office, tmp_path: Path) -> None:
    (first,) = office.publish(tmp_path)
    assert isinstance(first, ItemPublished)
    assert (first.item, first.version, first.tasks[1].department) == ("building", 1, "archives")
    assert [field.name for field in first.form] == ["area", "kind", "note"]


def test_a_changed_item_must_raise_its_version(office: Office, tmp_path: Path) -> None:
    folder(tmp_path, ITEM.replace("en: Siting", "en: The site"))
    with pytest.raises(Invalid, match="was published with another content: raise the version"):
        office.publish(tmp_path)
    folder(tmp_path, ITEM.replace("en: Siting", "en: The site").replace("version: 1", "version: 2"))
    (announced,) = office.publish(tmp_path)
    assert announced.version == 2
    folder(tmp_path, ITEM)
    with pytest.raises(Invalid, match="lies behind version 2"):
        office.publish(tmp_path)


def test_a_remark_or_another_order_is_no_change_of_an_item(office: Office, tmp_path: Path) -> None:
    folder(tmp_path, "# a remark\n" + ITEM.replace("version: 1\n", "") + "version: 1\n")
    assert len(office.publish(tmp_path)) == 1


def test_a_running_case_keeps_the_version_that_it_began_with(
    office: Office, tmp_path: Path
) -> None:
    _, siting = office.tell(accepted())
    changed = ITEM.replace("version: 1", "version: 2").replace("key: permit", "key: licence")
    office.publish(folder(tmp_path, changed))
    office.plans = Plans(departments=office.plans.departments)
    progressed, permit = office.tell(completion(siting, hazard=True))
    assert (progressed.item_version, permit.task) == (1, "permit")
    assert office.tell(accepted(CODES[1], item_version=2))[0].item_version == 2


def test_what_is_sent_can_be_read(office: Office) -> None:
    (opened, siting) = office.tell(accepted())
    assert isinstance(opened, CaseProgressed)
    assert isinstance(siting, TaskAssigned)
    assert siting.form == {"area": 5, "kind": "A"}


def test_a_repeated_application_and_the_first_are_saved_with_a_step_each(office: Office) -> None:
    office.tell(*(accepted(code) for code in CODES))
    first, second = CODES
    order = MergeCase(case=second, at=NOW, into=first, by="陈志远", reason="重复申请")
    said = {it.case: it for it in office.tell(order) if isinstance(it, CaseProgressed)}
    assert {it.case: (it.number, it.state) for it in said.values()} == {
        first: (2, "handling"),
        second: (2, "withdrawn"),
    }
    (again,) = [it for it in office.tell(order) if isinstance(it, CaseProgressed)]
    assert (again.case, again.number) == (second, 3)
    assert [type(it).__name__ for it in again.changes] == ["Refused"]


def test_a_merger_into_a_case_that_is_not_known_yet_is_tried_again(office: Office) -> None:
    office.tell(accepted(CODES[0]))
    order = MergeCase(case=CODES[0], at=NOW, into=CODES[1], by="陈志远", reason="重复申请")
    with pytest.raises(UnknownCase):
        office.tell(order)


@pytest.mark.parametrize(("first", "ground"), [("answer", None), ("directive", "silence")])
def test_of_an_answer_and_a_directive_in_one_batch_the_first_counts(
    office: Office, first: str, ground: str | None
) -> None:
    _, siting = office.tell(accepted())
    _, permit = office.tell(completion(siting, hazard=True))
    answer, directive = completion(permit), deemed_approved(permit)
    both = [answer, directive, directive] if first == "answer" else [directive, answer, directive]
    (said,) = [it for it in office.tell(*both) if isinstance(it, CaseProgressed)]
    settled = [it.ground for it in said.changes if isinstance(it, Settled)]
    assert settled == [ground] * (first == "directive")
    assert any(isinstance(it, Completed) for it in said.changes) == (first == "answer")
    assert office.tell(directive) == []
    with office.database.reading() as tx:
        kept = DatabaseStore(tx).load([permit.case])[permit.case]
    assert (kept.tasks["permit"].status, kept.tasks["permit"].outcome) == ("completed", "approved")


def deemed_approved(task: TaskAssigned) -> ActOnSilence:
    return ActOnSilence(
        case=task.case,
        at=NOW,
        task=task.task,
        assignment=task.assignment,
        department=task.department,
        silence="deemed_approval",
        due_at=NOW,
        source="本事项办事指南",
    )


def test_that_a_case_was_extended_is_kept(office: Office) -> None:
    office.tell(accepted(CODES[0]))
    with office.database.transaction() as tx:
        kept = DatabaseStore(tx)
        case = kept.load([CODES[0]])[CODES[0]]
        kept.save([Moved(before=case, after=replace(case, extended=True))], NOW)
    with office.database.transaction() as tx:
        assert DatabaseStore(tx).load([CODES[0]])[CODES[0]].extended
