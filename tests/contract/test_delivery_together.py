"""Callers that come at the same time share a transaction, and nobody another's failure."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from shared.database import Database
from shared.delivery.together import LIMIT, Together
from shared.delivery.work import Work
from shared.errors import Unavailable

metadata = sa.MetaData()
kept = sa.Table("kept", metadata, sa.Column("word", sa.String(), primary_key=True))
PATIENCE = 120


class Place:
    """A database into which callers write a word each; the first transaction waits for `go`."""

    def __init__(self, folder: Path) -> None:
        self.database = Database.open("place", data=folder)
        metadata.create_all(self.database.engine)
        self.batches: list[list[str]] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.together = Together(self.work, self.act)

    @contextmanager
    def work(self) -> Iterator[Work]:
        with self.database.transaction() as tx:
            yield Work(tx, datetime.now(UTC), "place")

    def act(self, work: Work, words: Sequence[str]) -> list[str | Exception]:
        self.batches.append(list(words))
        self.begun.set()
        assert self.go.wait(PATIENCE)
        if "ended" in words:
            raise SystemExit
        if "away" in words:
            raise Unavailable("the database is away")
        work.transaction.execute(sa.insert(kept), [{"word": word} for word in words])
        return [ValueError(word) if word == "refused" else word.upper() for word in words]

    @property
    def words(self) -> set[str]:
        with self.database.reading() as tx:
            return set(tx.execute(sa.select(kept.c.word)).scalars())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.database.close()


def all_at_once(place: Place, *words: str) -> dict[str, Future[str]]:
    """The first word's caller works alone; the others come while he does."""
    pool = ThreadPoolExecutor(len(words))
    first = {words[0]: pool.submit(place.together.do, words[0])}
    assert place.begun.wait(PATIENCE)
    others = {word: pool.submit(place.together.do, word) for word in words[1:]}
    while len(place.together._waiting) < min(len(others), LIMIT):
        assert not any(it.done() for it in others.values())
    place.go.set()
    pool.shutdown(wait=True)
    return first | others


def test_one_caller_does_not_wait_for_others(place: Place) -> None:
    place.go.set()
    assert place.together.do("alone") == "ALONE"
    assert place.together.do("again") == "AGAIN"
    assert place.batches == [["alone"], ["again"]]


def test_those_who_come_during_a_transaction_share_the_next_one(place: Place) -> None:
    done = all_at_once(place, "first", "second", "third", "fourth")
    assert {word: it.result() for word, it in done.items()} == {
        word: word.upper() for word in ("first", "second", "third", "fourth")
    }
    assert [len(batch) for batch in place.batches] == [1, 3]
    assert place.words == set(done)


def test_what_is_refused_is_raised_to_its_caller_alone(place: Place) -> None:
    done = all_at_once(place, "first", "refused", "third")
    assert isinstance(done["refused"].exception(), ValueError)
    assert done["third"].result() == "THIRD"


def test_a_transaction_that_fails_is_done_again_for_each_alone(place: Place) -> None:
    with place.database.transaction() as tx:
        tx.execute(sa.insert(kept), {"word": "taken"})
    done = all_at_once(place, "first", "taken", "third")
    assert isinstance(done["taken"].exception(), sa.exc.IntegrityError)
    assert done["third"].result() == "THIRD"
    assert place.words == {"first", "taken", "third"}


def test_a_database_that_is_away_is_told_to_all_and_tried_once(place: Place) -> None:
    done = all_at_once(place, "first", "away", "third")
    assert done["first"].result() == "FIRST"
    for word in ("away", "third"):
        assert isinstance(done[word].exception(), Unavailable)
    assert [len(batch) for batch in place.batches] == [1, 2]


def test_whoever_waits_for_one_who_is_ended_is_told_to_try_again(place: Place) -> None:
    done = all_at_once(place, "first", "ended", "third")
    assert isinstance(done["ended"].exception(), SystemExit)
    assert isinstance(done["third"].exception(), Unavailable)
    assert place.together.do("fourth") == "FOURTH"
    assert place.words == {"first", "fourth"}


def test_more_callers_than_a_transaction_takes_are_all_served(place: Place) -> None:
    words = [f"word-{number}" for number in range(2 * LIMIT)]
    done = all_at_once(place, *words)
    assert all(it.result() == word.upper() for word, it in done.items())
    assert max(len(batch) for batch in place.batches) == LIMIT
    assert place.words == set(words)
