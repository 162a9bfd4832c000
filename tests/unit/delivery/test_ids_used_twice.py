"""Message ids that were used before: the same again is dropped, anything else is told."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.database import Database
from shared.delivery import tables
from shared.delivery.consumer import Delivery
from shared.delivery.envelope import Envelope
from shared.delivery.processor import Processor
from shared.delivery.work import Work
from shared.messages import TaskCompleted
from shared.messages.codec import encode

NOW = datetime(2026, 9, 18, 9, 30, tzinfo=UTC)


class Place:
    """Transactions on a database of its own; keeps what each would send."""

    service = "routing"

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sent: list[dict[str, Any]] = []

    @contextmanager
    def work(self) -> Iterator[Work]:
        with self.database.transaction() as tx:
            work = Work(tx, NOW, self.service)
            yield work
        self.sent += [json.loads(wire.body) for wire in work.wires]


class Desk:
    """Settles deliveries, and keeps what was handed to whom."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.fresh: list[str] = []
        self.again: list[str] = []
        self.processor = Processor(place, self._handle, repeated=self._repeat)  # type: ignore[arg-type]

    def _handle(self, _work: Work, envelopes: Sequence[Envelope]) -> None:
        self.fresh += [it.message.opinion for it in envelopes]

    def _repeat(self, _work: Work, envelopes: Sequence[Envelope]) -> None:
        self.again += [it.message.opinion for it in envelopes]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = Database.open("routing", data=tmp_path)
    with database.transaction() as tx:
        tables.metadata.create_all(tx)
    yield Desk(Place(database))
    database.close()


def result(opinion: str, *, message_id: str = "m-1", department: str = "fire") -> Delivery:
    said = TaskCompleted(
        case="330100-2609-0000001-42",
        assignment="a",
        department=department,
        at=NOW,
        outcome="approved",
        results={},
        opinion=opinion,
    )
    properties = {
        "message_id": message_id,
        "type": "task.completed",
        "user_id": "department.fire",
        "correlation_id": "330100-2609-0000001-42",
        "timestamp": 1,
        "application_headers": {"schema-version": 1},
    }
    return Delivery(
        queue="routing.0",
        tag=1,
        exchange="results",
        key=f"{department}.task.completed",
        redelivered=False,
        properties=properties,
        body=encode(said),
    )


def test_what_comes_under_a_used_id_is_handed_over_apart_at_once_and_later(desk: Desk) -> None:
    desk.processor.settle([result("yes"), result("no"), result("else", message_id="m-2")])
    assert (desk.fresh, desk.again) == (["yes", "else"], ["no"])
    desk.processor.settle([result("perhaps")])
    assert (desk.fresh, desk.again) == (["yes", "else"], ["no", "perhaps"])


def test_without_repeats_nobody_is_called_a_second_time(desk: Desk) -> None:
    desk.processor.settle([result("yes"), result("no", message_id="m-2")])
    assert (desk.fresh, desk.again) == (["yes", "no"], [])


def test_a_forged_message_is_refused_once_and_another_forged_one_under_its_id_as_well(
    desk: Desk,
) -> None:
    for opinion in ("yes", "yes", "no"):
        desk.processor.settle([result(opinion, department="water")])
    assert [it["sender"] for it in desk.place.sent] == ["department.fire"] * 2
    assert desk.fresh == []


def test_a_forged_message_spoils_the_id_for_nobody(desk: Desk) -> None:
    desk.processor.settle([result("yes", department="water")])
    desk.processor.settle([result("yes")])
    assert (desk.fresh, desk.again) == (["yes"], [])
