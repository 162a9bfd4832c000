"""How alerts are told: file, log and webhook, on both databases."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.supervision import channels, deliveries
from shared.database import Database
from shared.delivery.work import Work
from tests.contract import watching
from tests.contract.watching import FAR, fire, observe, opening, refusal, working
from tests.unit.supervision.steps import (
    at,
)

database = watching.database


def lines(path: Path) -> list[str]:
    return [json.loads(line)["alert"] for line in path.read_text(encoding="utf-8").splitlines()]


def write(database: Database, path: Path, *, crash: bool = False) -> int:
    with database.transaction() as tx:
        count = channels.write_lines(Work(tx, FAR, "supervision"), path)
        if crash:
            raise ZeroDivisionError
    return count


def test_the_file_has_each_alert_once_also_after_a_crash_in_between(
    database: Database, tmp_path: Path
):
    path = tmp_path / "alerts.jsonl"
    observe(database, opening(promised=None))
    raised = fire(database, FAR)
    with pytest.raises(ZeroDivisionError):
        write(database, path, crash=True)
    path.write_bytes(path.read_bytes()[:-40])  # and the last line did not get to the disk whole
    assert write(database, path) == 4
    assert sorted(lines(path)) == sorted(raised)
    assert write(database, path) == 0


class Receiver:
    """A webhook that takes what it is told, or does not."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.away = False

    def __call__(self, _url: str, message: dict[str, Any]) -> None:
        if self.away:
            raise channels.NotTold("away")
        self.heard.append(message)


def caller(database: Database, receiver: Receiver) -> Callable[[datetime], int]:
    def call(now: datetime) -> int:
        return channels.call_webhook(working(database, now), "http://receiver", receiver)

    return call


def test_a_webhook_that_is_away_hears_everything_later_and_holds_up_nothing(database: Database):
    receiver = Receiver()
    call = caller(database, receiver)
    observe(database, opening(promised=None))
    fire(database, at("09-23 18:00"))
    receiver.away = True
    with pytest.raises(channels.NotTold):
        call(at("09-23 18:00"))
    assert call(at("09-23 18:00")) == 0, "it is not called again before its pause is over"
    receiver.away = False
    fire(database, FAR)
    assert call(FAR + timedelta(hours=1)) == 4
    assert call(FAR + timedelta(hours=2)) == 0
    (digest,) = receiver.heard
    assert digest["counts"] == {"reminder": 1, "yellow": 1, "red": 1, "head": 1}


def test_an_alert_is_told_by_the_channels_that_there_are(database: Database):
    observe(database, refusal("m-1"), told=("file",))
    with database.reading() as tx:
        assert deliveries.backlog(tx) == {"file": 1}
