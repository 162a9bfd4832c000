"""What a worker tells whoever watches it: metrics, and the health file."""

import json
import os
import socket
import urllib.request
from contextlib import closing
from datetime import datetime, timedelta, timezone
from urllib.error import HTTPError

import pytest
from prometheus_client.parser import text_string_to_metric_families

from onewindow_worker import LATER, InvalidSettings, approve, decline
from onewindow_worker.__main__ import main
from onewindow_worker.counts import Counts
from onewindow_worker.exposition import text_of
from onewindow_worker.health import HealthFile
from onewindow_worker.journal import Journal
from onewindow_worker.metrics import MetricsServer
from tests.unit.sdk.messages import assigned, cancelled, delivery

NOW = datetime(2026, 9, 18, 9, tzinfo=timezone.utc)


@pytest.fixture
def counts():
    made = Counts()
    made.take([delivery(assigned()), delivery(assigned(), redelivered=True)])
    made.take([delivery(cancelled(), "task.cancelled"), delivery(b"{", "task.exploded")])
    for answer in (approve(), approve(), LATER, decline("not ours"), None):
        made.answer(answer)
    for seconds in (0.0005, 0.02, 400):
        made.ran(seconds)
    made.failed, made.parked, made.sent, made.connections = 1, 2, 3, 4
    made.connected, made.backlog, made.standings = True, 5, {"open": 6}
    return made


def values(text):
    return {
        (sample.name.removeprefix("onewindow_worker_"), *list(sample.labels.values())[1:]): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_every_count(counts):
    said = values(text_of(counts, "planning"))
    expected = {
        ("received_total", "task.assigned"): 2,
        ("received_total", "task.cancelled"): 1,
        ("received_total", "other"): 1,
        ("redelivered_total",): 1,
        ("handled_total", "approved"): 2,
        ("handled_total", "later"): 1,
        ("handled_total", "declined"): 1,
        ("handled_total", "cancelled"): 1,
        ("handled_total", "rejected"): 0,
        ("failed_total",): 1,
        ("parked_total",): 2,
        ("results_sent_total",): 3,
        ("reconnects_total",): 3,
        ("connected",): 1,
        ("journal_backlog",): 5,
        ("open_assignments", "open"): 6,
        ("handler_seconds_bucket", "0.001"): 1,
        ("handler_seconds_bucket", "0.05"): 2,
        ("handler_seconds_bucket", "+Inf"): 3,
        ("handler_seconds_count",): 3,
        ("handler_seconds_sum",): 400.0205,
    }
    assert {name: said.get(name) for name in expected} == expected


def test_every_family_has_its_help_its_type_and_the_department(counts):
    for family in text_string_to_metric_families(text_of(counts, "planning")):
        assert family.name.startswith("onewindow_worker_")
        assert family.documentation.endswith(".")
        assert family.type in ("counter", "gauge", "histogram")
        assert all(sample.labels["department"] == "planning" for sample in family.samples)


def test_metrics_are_served_over_http_and_nothing_else_is(counts):
    with closing(MetricsServer("127.0.0.1", 0, counts, "planning")) as server:
        address = f"http://127.0.0.1:{server.port}"
        with urllib.request.urlopen(f"{address}/metrics") as page:
            assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert page.read().decode() == text_of(counts, "planning")
        with pytest.raises(HTTPError, match="404"):
            urllib.request.urlopen(f"{address}/secrets")


def test_a_port_that_is_taken_is_named(counts):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidSettings, match=f"metrics_port: 127.0.0.1:{port} cannot"):
            MetricsServer("127.0.0.1", port, counts, "planning")


def test_the_journal_counts_what_is_unsent_and_what_is_open(tmp_path):
    journal = Journal.open(tmp_path / "planning.journal", "planning")
    with journal.transaction():
        for number in (1, 2, 3):
            journal.begin("case", f"a-{number}", f"m-{number}", "{}", "")
        journal.record("a-1", approve(), NOW)
        entry = journal.record("a-2", LATER, NOW)
        journal.sent([entry.position])
    standings = {name: count for name, count in journal.standings().items() if count}
    assert (journal.backlog(), standings) == (1, {"begun": 1, "open": 1})
    journal.close()


def test_a_journal_of_an_older_version_is_completed(tmp_path):
    path = tmp_path / "planning.journal"
    journal = Journal.open(path, "planning")
    journal._connection.execute("DROP INDEX tasks_open")
    journal.close()
    journal = Journal.open(path, "planning")
    query = "EXPLAIN QUERY PLAN SELECT standing, count(*) FROM tasks"
    query += " WHERE standing NOT IN ('answered', 'cancelled') GROUP BY standing"
    (plan,) = journal._connection.execute(query).fetchall()
    assert "tasks_open" in plan[-1]
    journal.close()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "planning.health"


def test_the_health_file_says_how_the_worker_is(file, counts):
    health = HealthFile(str(file), "planning")
    health.write("reconnecting", Counts())
    before = json.loads(file.read_text())
    assert (before["state"], before["last_message_at"]) == ("reconnecting", None)
    health.write("connected", counts)
    said = json.loads(file.read_text())
    assert (said["state"], said["backlog"], said["department"]) == ("connected", 5, "planning")
    assert said["pid"] == os.getpid()
    assert said["last_message_at"] == said["since"] == said["written_at"]
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    health.remove()
    assert not file.exists()


def written(file, **changes):
    now = datetime.now(timezone.utc)
    moments = {"since": now - timedelta(seconds=30), "written_at": now}
    moments = {name: changes.pop(name, moment).isoformat() for name, moment in moments.items()}
    file.write_text(json.dumps({"state": "connected", "backlog": 2, **moments, **changes}))
    return now


def test_a_worker_that_writes_and_is_connected_is_healthy(file, capsys):
    for state in ("connected", "stopping", "standby", "reconnecting"):
        written(file, state=state)
        assert main(["healthy", str(file)]) == 0
        assert capsys.readouterr().out.startswith(f"{state} since ")


def test_a_worker_that_has_not_written_for_long_is_not_healthy(file, capsys):
    written(file, written_at=datetime.now(timezone.utc) - timedelta(seconds=40))
    assert main(["healthy", str(file)]) == 1
    assert "has not written for 40 s" in capsys.readouterr().out
    assert main(["healthy", "--within", "60", str(file)]) == 0


def test_a_worker_without_its_broker_is_not_healthy_for_long(file, capsys):
    written(file, state="reconnecting")
    assert main(["healthy", "--patience", "10", str(file)]) == 1
    assert "the broker has been away for 30 s" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"state": "connected"}', "\x00"])
def test_a_file_that_says_nothing_is_not_healthy(file, content, capsys):
    assert main(["healthy", str(file)]) == 1
    assert "there is no file" in capsys.readouterr().out
    file.write_text(content)
    assert main(["healthy", str(file), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["healthy"] is False
    assert "is no health file" in said["why"]


def test_a_healthy_worker_is_told_as_json(file, capsys):
    written(file)
    assert main(["healthy", "--json", str(file)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["healthy"], said["state"], said["backlog"]) == (True, "connected", 2)
