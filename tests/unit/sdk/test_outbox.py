"""Which results are sent when: in the journal's order, each once, whoever recorded them."""

from datetime import datetime, timezone

import pytest

from onewindow_worker import Reporter, approve
from onewindow_worker.journal import Journal
from onewindow_worker.outbox import Outbox

NOW = datetime(2026, 9, 18, 9, tzinfo=timezone.utc)


@pytest.fixture
def journal(tmp_path):
    opened = Journal.open(tmp_path / "planning.journal", "planning")
    yield opened
    opened.close()


@pytest.fixture
def outbox(journal):
    made = Outbox(journal)
    made.restart()
    assert made.next() == []
    return made


def recorded(journal, *numbers):
    with journal.transaction():
        for number in numbers:
            journal.begin("case", f"a-{number}", f"m-{number}", "{}", "")
        return [journal.record(f"a-{number}", approve(str(number)), NOW) for number in numbers]


def opinions(sent):
    return [outgoing.body.decode().split('"opinion":"')[1][0] for outgoing in sent]


def test_what_was_just_recorded_is_sent_at_once_and_once(journal, outbox):
    assert opinions(outbox.next(recorded(journal, 1, 2))) == ["1", "2"]
    assert opinions(outbox.next(recorded(journal, 3))) == ["3"]
    assert outbox.next() == []
    outbox.look()
    assert outbox.next() == []


def test_what_another_process_reported_before_goes_first(tmp_path, journal, outbox):
    with journal.transaction():
        journal.begin("case", "a-1", "m-1", "{}", "")
    recorded(journal, 2)
    outbox.look()
    assert opinions(outbox.next()) == ["2"]
    Reporter(tmp_path / "planning.journal", clock=lambda: NOW).complete("a-1", approve("1"))
    assert opinions(outbox.next(recorded(journal, 3))) == ["1", "3"]


def test_after_a_new_connection_what_was_not_confirmed_is_sent_again_in_order(journal, outbox):
    first = outbox.next(recorded(journal, 1, 2, 3))
    outbox.confirmed([first[1].message_id])
    outbox.restart()
    assert opinions(outbox.next()) == ["1", "3"]


def test_a_confirmation_is_written_down_with_the_next_transaction(journal, outbox):
    (sent,) = outbox.next(recorded(journal, 1))
    outbox.confirmed([sent.message_id])
    assert not outbox.to_note
    with journal.transaction():
        outbox.note()
    assert journal.unsent(after=0, limit=10) == []


def test_no_more_than_a_window_is_on_the_way(journal, outbox, monkeypatch):
    monkeypatch.setattr("onewindow_worker.outbox.WINDOW", 2)
    first = outbox.next(recorded(journal, 1, 2, 3))
    assert opinions(first) == ["1", "2"]
    assert opinions(outbox.next(recorded(journal, 4))) == []
    outbox.confirmed([each.message_id for each in first])
    assert opinions(outbox.next()) == ["3", "4"]
