"""A walk through the whole SDK without a broker, for any Python that it may be installed in.

A program and not a test: what runs the tests needs a newer Python than the SDK does.
"""

import json
import logging
import pkgutil
import sys
import urllib.request
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue

import onewindow_worker as sdk
from messages import DIGEST, assigned, cancelled, delivery, supplemented
from onewindow_worker.__main__ import main
from onewindow_worker.assignments import Assignments, Policy
from onewindow_worker.counts import Counts
from onewindow_worker.events import Handled, Job, Noted
from onewindow_worker.handling import Handlers, Pool
from onewindow_worker.health import HealthFile
from onewindow_worker.journal import Journal
from onewindow_worker.metrics import MetricsServer
from onewindow_worker.outbox import Outbox
from onewindow_worker.settings import Settings
from onewindow_worker.tasks import read_task

NOW = datetime(2026, 9, 18, 9, tzinfo=timezone(timedelta(hours=8)))
LAW = "Administrative Licensing Law, article 45"
PLAN = sdk.Material("plan", DIGEST, "application/pdf", 9)


def every_module_is_imported():
    for module in pkgutil.iter_modules(sdk.__path__):
        import_module(f"onewindow_worker.{module.name}")


def a_handler_is_called_and_its_outcome_comes_back():
    def handle(task):
        task.progress("surveyed", percent=40)
        return sdk.approve("符合规划", results={"ratio": 1.8}, documents=[PLAN])

    events = SimpleQueue()
    pool = Pool(Handlers(every=handle), 2, events)
    pool.start()
    pool.put(Job("a-1", read_task(assigned()), [delivery(assigned())]))
    noted, handled = events.get(timeout=60), events.get(timeout=60)
    pool.stop()
    assert isinstance(noted, Noted)
    assert handled.error is None, handled.error
    return noted, handled


def an_assignment_goes_from_its_task_to_its_answer(folder):
    noted, handled = a_handler_is_called_and_its_outcome_comes_back()
    journal = Journal.open(folder / "planning.journal", "planning")
    policy = Policy("planning", "routing", attempts=3, retry_after=1, clock=lambda: NOW)
    assignments, outbox = Assignments(policy, journal, Handlers(every=print)), Outbox(journal)
    with journal.transaction(durable=False):
        assignments.take([delivery(assigned()), delivery(b"{"), delivery(assigned(2))])
    first, second = assignments.collect().start
    with journal.transaction():
        assignments.note(noted)
        assignments.finish(Handled(first, handled.result, None, 0.1), stopping=False)
        assignments.finish(Handled(second, sdk.LATER, None, 0.1), stopping=False)
    sent = outbox.next(assignments.collect().recorded)
    assert [each.type for each in sent] == ["task.noted", "task.completed", "task.accepted"]
    outbox.confirmed([each.message_id for each in sent])
    with journal.transaction():
        outbox.note()
        assignments.take([delivery(cancelled(2), "task.cancelled")])
        assignments.take([delivery(supplemented(1), "task.supplemented")])
    assert (journal.backlog(), journal.standings()["cancelling"]) == (0, 1)
    journal.close()


def a_reporter_answers_from_elsewhere(folder):
    journal = Journal.open(folder / "other.journal", "planning")
    with journal.transaction():
        journal.begin("case", "a-9", "m-9", "{}", "")
    reporter = sdk.Reporter(folder / "other.journal")
    reporter.progress("a-9", "half", percent=50)
    reporter.complete("a-9", sdk.suspend("hearing", legal_basis=LAW, days=10))
    reporter.resume("a-9", "heard")
    reporter.complete("a-9", sdk.approve_with_conditions(["plant trees"]))
    assert len(journal.unsent(after=0, limit=10)) == 4
    journal.close()


def results_check_themselves():
    sdk.return_for_supplement({"plan": "bears no seal"}).content()
    sdk.decline("not ours", proposal="water").content()
    try:
        sdk.reject("too high", legal_basis="")
    except sdk.InvalidResult as refused:
        assert refused.field == "legal_basis"
    else:
        raise AssertionError("a rejection without its legal basis")


def the_worker_is_watched(folder):
    counts, health = Counts(), HealthFile(str(folder / "health"), "planning")
    health.write("connected", counts)
    assert main(["healthy", str(folder / "health")]) == 0
    server = MetricsServer("127.0.0.1", 0, counts, "planning")
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as page:
        assert b"onewindow_worker_connected" in page.read()
    server.close()


def settings_and_logs_are_read_and_written():
    given = {"DEPARTMENT": "planning", "URI": "amqp://planning@localhost", "THREADS": "2"}
    found = Settings.from_environment({f"ONEWINDOW_WORKER_{k}": v for k, v in given.items()})
    assert found.threads == 2
    record = logging.makeLogRecord({"msg": "Task cancelled", "case": "c-1"})
    assert json.loads(sdk.JsonFormatter().format(record))["case"] == "c-1"
    assert "case=c-1" in sdk.TextFormatter().format(record)


def walk(folder):
    every_module_is_imported()
    an_assignment_goes_from_its_task_to_its_answer(folder)
    a_reporter_answers_from_elsewhere(folder)
    results_check_themselves()
    the_worker_is_watched(folder)
    settings_and_logs_are_read_and_written()
    print("walked on", sys.version.split()[0])


if __name__ == "__main__":
    walk(Path(sys.argv[1]))
