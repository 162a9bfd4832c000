"""Every message has its effect exactly once, whatever dies and whenever it does."""

import signal

import pytest

from tests.broker.delivery_office import DELAYS, DEPARTMENTS, Office, case, code, until

CASES = 300


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request, vhost, tmp_path):
    vhost.set_up(DEPARTMENTS, retry_delays=DELAYS)
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    office = Office(vhost.uri, tmp_path, database=url)
    yield office
    office.close()


def everything_once(office: Office, count: int = CASES) -> None:
    """Every case had one effect, one task for the department, and nothing is left."""
    wanted = {code(number): 1 for number in range(count)}
    until(lambda: len(office.done()) >= count, "the effect of every case")
    until(lambda: len({it["case"] for it in office.tasks()}) >= count, "a task of every case")
    until(lambda: office.unsent() == 0, "an empty outbox")
    assert office.done() == wanted
    # A task may be sent twice, but then under the same id, by which its reader knows it.
    assert len({it["message_id"] for it in office.tasks()}) == count
    assert office.parked() == []


@pytest.mark.parametrize(
    "point", ["before commit", "between commit and publish", "between commit and ack"]
)
def test_a_process_killed_at_any_point_leaves_every_effect_once(office, point):
    office.hand_in(*map(case, range(CASES)))
    first = office.start(CRASH=point)
    assert first.wait() == -signal.SIGKILL
    done = sum(office.done().values())
    assert (done == 0) == (point == "before commit")
    if point == "between commit and publish":
        assert office.unsent() > 0
    office.start(CRASH=point)
    everything_once(office)


def test_processes_killed_again_and_again_lose_nothing(office):
    for part in range(6):
        process = office.start()
        office.hand_in(*map(case, range(part * 50, part * 50 + 50)))
        until(lambda part=part: len(office.done()) > part * 50, "some effects")
        process.kill()
    office.start()
    everything_once(office)


def test_a_message_delivered_twice_at_once_or_late_has_one_effect(office):
    office.start()
    office.hand_in(*map(case, range(CASES)), times=2)
    everything_once(office)
    office.hand_in(*map(case, range(CASES)))
    office.hand_in(case(CASES))
    everything_once(office, CASES + 1)
