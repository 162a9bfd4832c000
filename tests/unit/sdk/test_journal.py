from datetime import datetime, timezone

import pytest

from onewindow_worker import (
    LATER,
    InvalidResult,
    JournalUnusable,
    NotOpen,
    Reporter,
    UnknownAssignment,
    approve,
    decline,
    reject,
    return_for_supplement,
    suspend,
)
from onewindow_worker.journal import Journal
from onewindow_worker.lock import WorkerLock

NOW = datetime(2026, 9, 18, 9, tzinfo=timezone.utc)
MISSING = return_for_supplement({"site-plan": "bears no seal"})
HEARING = suspend("hearing", legal_basis="Administrative Licensing Law, article 45", days=10)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "planning.journal"


@pytest.fixture
def journal(path):
    opened = Journal.open(path, "planning")
    with opened.transaction():
        opened.begin("case-1", "a-1", "m-1", '{"form": {}}', "trace")
    yield opened
    opened.close()


@pytest.fixture
def reporter(path, journal):
    return Reporter(path, clock=lambda: NOW)


def unsent(journal):
    return [entry.outgoing.type for entry in journal.unsent(after=0, limit=100)]


def test_a_result_survives_closing_and_opening(path, journal):
    with journal.transaction():
        journal.record("a-1", approve("conforms"), NOW)
    again = Journal.open(path, "planning")
    assert unsent(again) == ["task.completed"]
    assert again.known(["a-1"])["a-1"].standing == "answered"
    again.close()


def test_a_transaction_that_fails_leaves_nothing(journal):
    with pytest.raises(ZeroDivisionError), journal.transaction():
        journal.record("a-1", approve(), NOW)
        raise ZeroDivisionError
    assert unsent(journal) == []


def test_what_the_broker_has_taken_is_not_sent_again(journal):
    with journal.transaction():
        journal.record("a-1", LATER, NOW)
        journal.sent([journal.last_result("a-1").position])
        journal.record("a-1", approve(), NOW)
    assert unsent(journal) == ["task.completed"]


def test_a_closed_task_keeps_no_papers(journal):
    assert journal.task_of("a-1") == {"form": {}}
    with journal.transaction():
        journal.record("a-1", approve(), NOW)
    assert journal.task_of("a-1") is None


def test_a_reporter_answers_what_was_left_for_later(journal, reporter):
    with journal.transaction():
        journal.record("a-1", LATER, NOW)
    reporter.complete("a-1", approve("conforms"))
    assert unsent(journal) == ["task.accepted", "task.completed"]
    outgoing = journal.last_result("a-1").outgoing
    assert (outgoing.case, outgoing.traceparent) == ("case-1", "trace")


def test_a_reporter_may_be_quicker_than_its_handler(journal, reporter):
    reporter.complete("a-1", approve())
    with pytest.raises(NotOpen, match="answered already"):
        journal.record("a-1", LATER, NOW)


def test_the_same_answer_twice_is_sent_once(journal, reporter):
    reporter.complete("a-1", approve("conforms"))
    reporter.complete("a-1", approve("conforms"))
    assert unsent(journal) == ["task.completed"]


def test_another_answer_to_an_answered_assignment_is_an_error(journal, reporter):
    reporter.complete("a-1", approve("conforms"))
    with pytest.raises(NotOpen, match="a-1 is answered already"):
        reporter.complete("a-1", reject("it does not", legal_basis="article 40"))


def test_a_suspended_task_is_resumed_before_it_is_answered(journal, reporter):
    reporter.complete("a-1", HEARING)
    with pytest.raises(NotOpen, match="resume"):
        reporter.complete("a-1", approve())
    reporter.resume("a-1", "heard")
    reporter.complete("a-1", approve())
    assert unsent(journal) == ["task.suspended", "task.resumed", "task.completed"]


def test_a_returned_task_may_still_be_decided_or_declined(journal, reporter):
    reporter.complete("a-1", MISSING)
    with pytest.raises(NotOpen, match="supplement"):
        reporter.complete("a-1", HEARING)
    reporter.complete("a-1", decline("belongs to water", proposal="water"))


def test_a_second_return_is_another_message(journal):
    with journal.transaction():
        journal.record("a-1", MISSING, NOW)
        journal.begin("case-1", "a-1", "m-2", "{}", "trace")
        journal.record("a-1", MISSING, NOW)
    ids = {entry.outgoing.message_id for entry in journal.unsent(after=0, limit=10)}
    assert len(ids) == 2


def test_a_cancelled_assignment_takes_no_result_and_drops_the_unsent(journal, reporter):
    reporter.complete("a-1", LATER)
    with journal.transaction():
        journal.cancel("case-1", "a-1", "m-2", "withdrawn")
    assert unsent(journal) == []
    with pytest.raises(NotOpen, match="was cancelled"):
        reporter.complete("a-1", approve())


def test_a_reporter_says_which_assignment_it_does_not_know(reporter):
    with pytest.raises(UnknownAssignment, match="a-2"):
        reporter.complete("a-2", approve())


def test_a_clock_without_offset_is_refused(path, journal):
    with pytest.raises(InvalidResult, match="offset"):
        Reporter(path, clock=lambda: datetime(2026, 9, 18)).complete("a-1", approve())


def test_a_reporter_needs_a_journal(tmp_path):
    with pytest.raises(JournalUnusable, match="the worker makes it"):
        Reporter(tmp_path / "none.journal").complete("a-1", approve())
    assert not list(tmp_path.iterdir())


def test_a_journal_belongs_to_one_department(path, journal):
    with pytest.raises(JournalUnusable, match="belongs to the department planning, not to tax"):
        Journal.open(path, "tax")


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b""])
def test_a_reporter_refuses_a_file_that_is_no_journal(tmp_path, content):
    strange = tmp_path / "strange.journal"
    strange.write_bytes(content)
    with pytest.raises(JournalUnusable, match=r"strange\.journal"):
        Reporter(strange).complete("a-1", approve())


def test_what_was_closed_long_ago_is_forgotten_and_the_rest_stays(journal):
    with journal.transaction():
        for number in (2, 3):
            journal.begin("case", f"a-{number}", f"m-{number}", "{}", "")
            journal.record(f"a-{number}", approve(), NOW)
        journal.sent([journal.last_result("a-2").position])
        journal.forget(older_than=-10)
    assert set(journal.known(["a-1", "a-2", "a-3"])) == {"a-1", "a-3"}
    assert journal.last_result("a-2") is None


def test_only_one_worker_has_a_journal_at_a_time(path):
    first, second = WorkerLock(path), WorkerLock(path)
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_a_note_comes_before_the_answer_and_moves_nothing(journal, reporter):
    reporter.progress("a-1", "surveyed", percent=40)
    assert journal.known(["a-1"])["a-1"].standing == "begun"
    reporter.complete("a-1", LATER)
    reporter.progress("a-1", "drawn", percent=80)
    reporter.complete("a-1", approve())
    assert unsent(journal) == ["task.noted", "task.accepted", "task.noted", "task.completed"]


def test_the_same_note_is_sent_once_and_another_one_beside_it(journal, reporter):
    for percent in (40, 60, 40, 60):
        reporter.progress("a-1", "surveyed", percent=percent)
    assert unsent(journal) == ["task.noted", "task.noted"]


def test_a_note_may_be_said_while_the_task_waits_and_not_once_it_is_closed(journal, reporter):
    reporter.complete("a-1", HEARING)
    reporter.progress("a-1", "the hearing is on Thursday")
    with pytest.raises(NotOpen, match="resume"):
        reporter.complete("a-1", approve())
    reporter.resume("a-1")
    reporter.complete("a-1", approve())
    with pytest.raises(NotOpen, match="is answered already"):
        reporter.progress("a-1", "done")


def test_a_note_is_no_answer_that_a_repeated_task_would_be_given(journal, reporter):
    reporter.complete("a-1", LATER)
    reporter.progress("a-1", "surveyed")
    assert journal.last_result("a-1").outgoing.type == "task.accepted"
    with journal.transaction():
        journal.begin("case-1", "a-1", "m-2", '{"form": {}}', "")
    reporter.progress("a-1", "begun anew")
    assert not journal.answers("a-1", "m-2")


def test_a_transaction_that_need_not_survive_a_power_cut_is_there_for_other_processes(
    path, journal
):
    with journal.transaction(durable=False):
        journal.begin("case-2", "a-2", "m-2", "{}", "")
    other = Journal.open(path, "planning")
    assert other.known(["a-2"])["a-2"].standing == "begun"
    other.close()
    with journal.transaction():
        journal.record("a-2", approve(), NOW)
    assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)
