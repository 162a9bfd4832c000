"""Processes of one service share its queues, and keep the order of every case while they do."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.delivery.sharing import surplus
from tests.broker.delivery_office import DELAYS, DEPARTMENTS, Office, Process, case, code, until
from tests.fixtures.broker import Vhost

PARTITIONS = 4
CASES = 60


@pytest.fixture
def office(vhost: Vhost, postgres_database: str, tmp_path: Path) -> Iterator[Office]:
    vhost.set_up(DEPARTMENTS, partitions=PARTITIONS, retry_delays=DELAYS)
    office = Office(vhost.uri, tmp_path, database=postgres_database, partitions=PARTITIONS)
    yield office
    office.close()


class Stream:
    """Messages of some cases, numbered in each case, sent wave after wave."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.waves = 0

    def wave(self) -> None:
        """One more message of every case; returns when each has had its effect."""
        self.send()
        until(lambda: len(self.office.effects()) >= self.waves * CASES, "every effect")

    def send(self) -> None:
        self.waves += 1
        cases = (replace(case(it), form={"number": self.waves}) for it in range(CASES))
        self.office.hand_in(*cases, ids=f"m-{self.waves}-")

    def shares(self) -> Counter[int]:
        """How many effects of the last wave each process had, by its id."""
        last = [it for it in self.office.effects() if it.stated == self.waves]
        return Counter(it.process for it in last)

    def joined(self, count: int) -> bool:
        """Whether so many processes read the queues."""
        with self.office.channel("routing") as channel:
            found = channel.queue_declare("routing.parked", passive=True)
        return bool(found.method.consumer_count == count)

    def spread_over(self, *processes: Process) -> bool:
        """Send a wave; whether each of these has about its share of it."""
        self.wave()
        shares, fair = self.shares(), CASES / len(processes)
        print(f"wave {self.waves}: shares {sorted(shares.values())} of {CASES}")
        return all(0.5 * fair < shares[it.pid] < 1.5 * fair for it in processes)

    def told_in_order(self) -> bool:
        """Whether every case had each of its messages once, in the order of their sending."""
        found: dict[str, list[int]] = {code(it): [] for it in range(CASES)}
        for effect in self.office.effects():
            found[effect.case_code].append(effect.stated)
        return all(it == [*range(1, self.waves + 1)] for it in found.values())


def test_two_processes_share_and_one_takes_over_what_another_leaves_by_dying(
    office: Office,
) -> None:
    stream = Stream(office)
    first = office.start()
    stream.wave()
    assert set(stream.shares()) == {first.pid}

    second = office.start()
    until(lambda: stream.joined(2), "the second process")
    until(lambda: stream.spread_over(first, second), "each process has its share")

    first.kill()
    stream.wave()
    assert set(stream.shares()) == {second.pid}

    third = office.start()
    until(lambda: stream.joined(2), "the third process")
    until(lambda: stream.spread_over(second, third), "who came later has its share too")
    assert stream.told_in_order()
    assert office.parked() == []


def test_processes_that_die_under_load_keep_the_order_of_every_case(office: Office) -> None:
    stream = Stream(office)
    processes = [office.start(), office.start()]
    until(lambda: stream.joined(2), "both processes")
    until(lambda: stream.spread_over(*processes), "each process has its share")
    for _ in range(3):
        stream.send()
        before = len(office.effects())
        stream.send()
        until(lambda before=before: len(office.effects()) > before, "some effects")
        processes.pop(0).kill()
        processes.append(office.start())
    stream.wave()
    assert stream.told_in_order()
    assert office.parked() == []


@pytest.mark.parametrize(
    ("active", "readers", "left"),
    [
        ("abcd", 1, ""),
        ("abcd", 2, "cd"),
        ("ab", 2, ""),
        ("abcd", 3, "cd"),
        ("a", 9, ""),
        ("", 0, ""),
    ],
)
def test_who_has_more_than_a_share_leaves_the_rest(active: str, readers: int, left: str) -> None:
    assert [*surplus(active, partitions=4, readers=readers)] == [*left]
