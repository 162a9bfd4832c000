"""A department joins a running stack, changes its password and its token, and leaves."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pika
import pytest
from onewindow_worker import Result, Task, Worker, approve
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker, ProbableAuthenticationError

from shared.errors import OneWindowError
from tests.journey.clients import Client
from tests.journey.journey import Journey
from tests.journey.operator import Operator, Unit
from tests.journey.stories import Story
from tests.journey.town import Town
from tests.waiting import PATIENCE, eventually

THEIRS = "planning.task.completed"
NAMES = ("--zh", "排水管理处", "--en", "Drainage Office")


@pytest.fixture
def operator(town: Town, tmp_path: Path) -> Iterator[Operator]:
    with pytest.MonkeyPatch.context() as environment:
        yield Operator(town, tmp_path / "home", environment)


def passed_on(department: str) -> Story:
    """A story in which a task is proposed to a department, and everything else waits for it."""
    return Story(
        name=f"for-{department}",
        fate="approved",
        form={"flammable_site": True},
        script={"lightning": f"decline:{department}"},
    )


def connect(uri: str) -> bool:
    """Whether the broker lets in who has this address."""
    try:
        pika.BlockingConnection(pika.URLParameters(uri)).close()
    except (ProbableAuthenticationError, AMQPError):
        return False
    return True


def hand_in(town: Town, department: str) -> Journey:
    journey = Journey(town, [passed_on(department)])
    journey.hand_in()
    return journey


def test_a_department_joins_works_changes_its_password_and_leaves(
    town: Town, operator: Operator
) -> None:
    uri = operator.says("department", "add", "drainage", *NAMES)
    joined = operator.listed("drainage")
    assert (joined["way"], joined["user"], joined["consumers"]) == (
        "worker",
        "department.drainage",
        0,
    )
    assert joined["password_made_at"]
    with pytest.raises(OneWindowError, match="drainage is there already"):
        operator.says("department", "add", "drainage", *NAMES)
    with pytest.raises(OneWindowError, match="shown once and is not kept"):
        operator.says("department", "uri", "drainage")
    assert kept_in_the_clear(town, uri) == []

    unit = Unit(uri, "drainage")
    assert refused(unit, lambda channel: channel.basic_get("department.planning"))
    assert refused(unit, lambda channel: channel.basic_publish("results", THEIRS, b""))
    assert refused(unit, lambda channel: channel.queue_bind(unit.user, "tasks", "planning"))
    first = hand_in(town, "drainage")
    task = unit.take()
    assert (task["task"], task["department"]) == ("lightning", "drainage")

    new = operator.says("department", "rotate", "drainage")
    assert (connect(uri), connect(new)) == (False, True)
    unit.say(unit.answer(task, town.now))
    first.play()
    assert first.cases[0].fate == "approved", "the open connection outlives the old password"
    second = hand_in(town, "drainage")
    late = unit.take()
    unit.close()
    unit = Unit(new, "drainage")
    unit.say(unit.answer(late, town.now))
    second.play()
    operator.says("department", "rotate", "drainage", "--disconnect")
    with pytest.raises(AMQPError):
        eventually(lambda: unit.connection.process_data_events(0.1), "the connection is ended")

    leaves_and_comes_back(town, operator)


def refused(unit: Unit, deed: Callable[[BlockingChannel], object]) -> bool:
    """Whether the broker lets a department not do something."""
    try:
        with unit.channel() as channel:
            deed(channel)
    except ChannelClosedByBroker as error:
        return error.reply_code == 403
    return False


def kept_in_the_clear(town: Town, uri: str) -> list[Path]:
    """Files of the stack in which a password stands."""
    password = pika.URLParameters(uri).credentials.password.encode()
    files = [it for it in town.stack.folder.rglob("*") if it.is_file()]
    return [it for it in files if password in it.read_bytes()]


def leaves_and_comes_back(town: Town, operator: Operator) -> None:
    """It leaves with a task that it had not taken: that is said, and parked until it is back."""
    third = hand_in(town, "drainage")
    eventually(lambda: operator.listed("drainage")["waiting"] == 1, "a task waits")
    with pytest.raises(OneWindowError, match=f"1 tasks in hand .{third.cases[0].code} lightning"):
        operator.says("department", "remove", "drainage")
    assert operator.listed("drainage")["waiting"] == 1
    operator.says("department", "remove", "drainage", "--force")
    assert "drainage" not in json.loads(operator.says("department", "list", "--json"))
    parked = eventually(town.parked, "what it had not taken is parked")
    assert [(it["type"], it["case_code"]) for it in parked] == [
        ("task.assigned", third.cases[0].code)
    ]
    assert "the department was removed" in parked[0]["reason"]
    users = town.stack.broker.users() if town.stack.broker else ()
    assert "department.drainage" not in users

    unit = Unit(operator.says("department", "add", "drainage", *NAMES), "drainage")
    operator.says("parked", "redrive", parked[0]["id"])
    unit.say(unit.answer(unit.take(), town.now))
    third.play()
    operator.says("department", "remove", "drainage")
    with pytest.raises(AMQPError):
        eventually(lambda: unit.connection.process_data_events(0.1), "the connection is ended")
    town.settle()
    assert town.parked() == []


def test_a_worker_goes_on_through_a_change_of_its_password(
    town: Town, operator: Operator, tmp_path: Path
) -> None:
    old = operator.says("department", "add", "sewers", *NAMES)
    with working(old, tmp_path / "journal"):
        hand_in(town, "sewers").play()
        operator.says("department", "rotate", "sewers")
        hand_in(town, "sewers").play()
        new = operator.says("department", "rotate", "sewers", "--disconnect")
        journey = hand_in(town, "sewers")
        eventually(lambda: operator.listed("sewers")["waiting"] == 1, "its next task waits")
    with working(new, tmp_path / "journal"):
        journey.play()
    operator.says("department", "remove", "sewers")


@contextmanager
def working(uri: str, journal: Path) -> Iterator[None]:
    """A worker of the department in the address approves whatever comes."""
    worker = Worker("sewers", uri, journal=journal)

    @worker.task()
    def handle(_task: Task) -> Result:
        return approve("符合要求")

    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(PATIENCE)


def test_a_department_that_an_item_names_does_not_leave(town: Town, operator: Operator) -> None:
    needed = r"The catalogue needs planning: .*items/.*'planning' is no department"
    for force in ((), ("--force",)):
        with pytest.raises(OneWindowError, match=needed):
            operator.says("department", "remove", "planning", *force)
    assert operator.listed("planning")["consumers"] == 1


def test_a_department_at_the_desk_joins_and_changes_its_token(
    town: Town, operator: Operator
) -> None:
    token = operator.says("department", "add", "parks", *NAMES, "--way", "desk")
    journey = hand_in(town, "parks")

    def tasks(secret: str) -> list[dict[str, str]]:
        with Client(*town.desk.bases, token=secret) as desk:
            found: list[dict[str, str]] = desk.get("/departments/parks/tasks")["tasks"]
            return found

    eventually(lambda: tasks(token), "the task is on the desk")
    new = operator.says("department", "rotate", "parks", "--keep", "24h")
    (task,) = tasks(new)
    assert tasks(token) == [task], "the old one is still honoured"
    newest = operator.says("department", "rotate", "parks", "--keep", "0")
    for old in (token, new):
        with Client(*town.desk.bases, token=old) as desk:
            assert desk.ask("GET", "/departments/parks/tasks").status_code == 401
    valid = [it["valid"] for it in operator.listed("parks")["tokens"]]
    assert valid == [False, False, True]

    with Client(*town.desk.bases, token=newest) as desk:
        done = {"version": task["version"], "officer": "李", "outcome": "approved"}
        desk.post(f"/tasks/{task['assignment']}/completion", done)
    journey.play()
    operator.says("department", "remove", "parks")
    with Client(*town.desk.bases, token=newest) as desk:
        assert desk.ask("GET", "/departments/parks/tasks").status_code == 401
    town.settle()
    assert town.parked() == []
