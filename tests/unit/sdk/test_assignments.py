"""What deliveries and outcomes do to the journal, without a broker and without threads."""

from datetime import datetime, timezone

import pytest

from onewindow_worker import LATER, Note, approve, return_for_supplement
from onewindow_worker.assignments import Assignments, Policy
from onewindow_worker.errors import Unhandled
from onewindow_worker.events import Handled, Noted
from onewindow_worker.handling import Handlers
from onewindow_worker.journal import Journal
from onewindow_worker.tasks import Cancellation
from tests.unit.sdk.messages import assigned, cancelled, delivery, supplemented

NOW = datetime(2026, 9, 18, 9, tzinfo=timezone.utc)
POLICY = Policy(
    department="planning", sender="routing", attempts=3, retry_after=1, clock=lambda: NOW
)
MISSING = return_for_supplement({"site-plan": "bears no seal"})


@pytest.fixture
def journal(tmp_path):
    opened = Journal.open(tmp_path / "planning.journal", "planning")
    yield opened
    opened.close()


class Desk:
    """Assignments with a department that does as it is told."""

    def __init__(self, journal):
        self.journal = journal
        self.assignments = Assignments(POLICY, journal, Handlers(every=lambda task: approve()))

    def take(self, *deliveries):
        with self.journal.transaction():
            self.assignments.take(deliveries)
        return self.assignments.collect()

    def finish(self, job, result=None, error=None, *, stopping=False):
        with self.journal.transaction():
            self.assignments.finish(Handled(job, result, error), stopping=stopping)
        return self.assignments.collect()

    def note(self, said):
        with self.journal.transaction():
            self.assignments.note(Noted("a-1", Note(said)))
        return self.assignments.collect()

    def unsent(self):
        return [entry.outgoing.type for entry in self.journal.unsent(after=0, limit=100)]


@pytest.fixture
def desk(journal):
    return Desk(journal)


def test_a_task_is_acknowledged_only_after_its_result_is_written(desk):
    given = delivery(assigned())
    effects = desk.take(given)
    assert [job.subject.assignment for job in effects.start] == ["a-1"]
    assert effects.done == []
    effects = desk.finish(effects.start[0], approve())
    assert effects.done == [given]
    assert desk.unsent() == ["task.completed"]


def test_a_duplicate_while_the_handler_runs_waits_for_the_same_end(desk):
    first, second = delivery(assigned()), delivery(assigned())
    job = desk.take(first).start[0]
    assert desk.take(second).start == []
    assert desk.finish(job, approve()).done == [first, second]


def test_a_duplicate_in_the_same_batch_is_handled_once(desk):
    effects = desk.take(delivery(assigned()), delivery(assigned(), message_id="another"))
    assert len(effects.start) == 1


def test_a_duplicate_of_an_answered_task_sends_its_result_again(desk):
    desk.finish(desk.take(delivery(assigned())).start[0], approve())
    late = delivery(assigned())
    effects = desk.take(late)
    assert (effects.start, effects.done, effects.repeat) == ([], [late], ["a-1"])


def test_a_task_left_for_later_is_not_handled_again(desk):
    desk.finish(desk.take(delivery(assigned())).start[0], LATER)
    assert desk.unsent() == ["task.accepted"]
    effects = desk.take(delivery(assigned()))
    assert (effects.start, effects.repeat) == ([], ["a-1"])


def test_a_task_begun_before_a_crash_is_handled_again(desk, journal):
    desk.take(delivery(assigned()))
    assert len(Desk(journal).take(delivery(assigned())).start) == 1


def test_a_supplement_calls_the_handler_with_the_task_as_it_now_stands(desk):
    desk.finish(desk.take(delivery(assigned())).start[0], MISSING)
    job = desk.take(delivery(supplemented(), "task.supplemented")).start[0]
    assert job.subject.supplemented
    assert (job.subject.form, job.subject.materials) == ({"area": 900}, ())
    assert (job.subject.note, job.subject.title.en) == ("smaller now", "Planning permit")
    desk.finish(job, approve())
    assert desk.unsent() == ["task.returned", "task.completed"]


def test_a_repeated_supplement_is_not_handled_again(desk):
    desk.finish(desk.take(delivery(assigned())).start[0], MISSING)
    given = delivery(supplemented(), "task.supplemented")
    desk.finish(desk.take(given).start[0], MISSING)
    assert desk.take(given).start == []
    other = delivery(supplemented(), "task.supplemented", message_id="s-2")
    desk.finish(desk.take(other).start[0], MISSING)
    assert desk.take(given).start == []
    assert desk.unsent() == ["task.returned"] * 3


def test_a_supplement_whose_handling_a_crash_cut_off_is_handled_again(desk, journal):
    desk.finish(desk.take(delivery(assigned())).start[0], MISSING)
    given = delivery(supplemented(), "task.supplemented")
    desk.take(given)
    job = Desk(journal).take(given).start[0]
    assert job.subject.form == {"area": 900}


def test_a_supplement_that_comes_beside_the_handler_waits_for_it(desk):
    job = desk.take(delivery(assigned())).start[0]
    given = delivery(supplemented(), "task.supplemented")
    assert desk.take(given).start == []
    assert desk.finish(job, MISSING).look_again == [given]


def test_a_supplement_to_an_unknown_assignment_is_set_aside(desk, caplog):
    given = delivery(supplemented(), "task.supplemented")
    assert desk.take(given).rejected == [given]
    assert "the journal knows no assignment a-1" in caplog.text


def test_a_cancelled_task_is_told_to_the_department_once(desk):
    desk.finish(desk.take(delivery(assigned())).start[0], LATER)
    given = delivery(cancelled(), "task.cancelled")
    job = desk.take(given).start[0]
    assert isinstance(job.subject, Cancellation)
    assert desk.finish(job).done == [given]
    effects = desk.take(given)
    assert (effects.start, effects.done) == ([], [given])


def test_the_result_of_a_task_cancelled_meanwhile_is_not_sent(desk):
    task, cancellation = delivery(assigned()), delivery(cancelled(), "task.cancelled")
    job = desk.take(task).start[0]
    desk.take(cancellation)
    assert job.unwanted
    effects = desk.finish(job, approve())
    assert (effects.done, effects.look_again) == ([task], [cancellation])
    assert desk.unsent() == []
    assert len(desk.take(cancellation).start) == 1


def test_a_cancellation_that_overtakes_its_task_holds(desk):
    desk.finish(desk.take(delivery(cancelled(), "task.cancelled")).start[0])
    task = delivery(assigned())
    effects = desk.take(task)
    assert (effects.start, effects.done) == ([], [task])


def test_a_supplement_to_a_cancelled_task_is_not_handled(desk):
    desk.finish(desk.take(delivery(assigned())).start[0], MISSING)
    desk.take(delivery(cancelled(), "task.cancelled"))
    desk.assignments.leave(desk.assignments._jobs["a-1"])
    assert desk.take(delivery(supplemented(), "task.supplemented")).start == []


def test_a_handler_that_raises_is_tried_again_later_and_then_set_aside(desk, caplog):
    given = delivery(assigned())
    job = desk.take(given).start[0]
    error = ValueError("no plan")
    (first, held) = desk.finish(job, error=error).hold[0]
    (second, _) = desk.finish(held, error=error).hold[0]
    assert 0.75 <= first <= 1 < 1.5 <= second <= 2
    effects = desk.finish(job, error=error)
    assert (effects.rejected, effects.hold) == ([given], [])
    assert "Task set aside at attempt 3: ValueError: no plan" in caplog.text


def test_a_task_that_was_set_aside_and_sent_again_is_handled(desk):
    desk.finish(desk.take(delivery(assigned())).start[0], error=Unhandled("x"))
    assert len(desk.take(delivery(assigned())).start) == 1


def test_a_handler_without_an_answer_is_not_tried_again(desk):
    effects = desk.finish(desk.take(delivery(assigned())).start[0], error=Unhandled("None"))
    assert len(effects.rejected) == 1


def test_a_stopping_worker_leaves_a_failed_task_to_the_broker(desk):
    job = desk.take(delivery(assigned())).start[0]
    effects = desk.finish(job, error=ValueError(), stopping=True)
    assert (effects.done, effects.rejected, effects.hold) == ([], [], [])
    assert not desk.assignments.busy


def test_a_note_is_written_down_before_the_answer(desk):
    job = desk.take(delivery(assigned())).start[0]
    (noted,) = desk.note("surveyed").recorded
    (answer,) = desk.finish(job, approve()).recorded
    assert noted.position < answer.position
    assert desk.unsent() == ["task.noted", "task.completed"]


def test_a_handler_that_is_called_again_repeats_no_note(desk, journal):
    desk.take(delivery(assigned()))
    desk.note("surveyed")
    again = Desk(journal)
    again.take(delivery(assigned()))
    assert again.note("surveyed").recorded == []
    assert len(again.note("drawn").recorded) == 1


def test_a_note_on_a_task_that_was_cancelled_meanwhile_is_dropped(desk, caplog):
    caplog.set_level("INFO")
    desk.take(delivery(assigned()))
    desk.note("surveyed")
    assert desk.take(delivery(cancelled(), "task.cancelled")).dropped
    assert desk.note("drawn").recorded == []
    assert desk.unsent() == []
    assert "Note dropped: assignment a-1 was cancelled" in caplog.text


def test_a_task_nobody_handles_is_set_aside_with_the_reason(journal, caplog):
    assignments = Assignments(POLICY, journal, Handlers(by_task={"other": lambda task: approve()}))
    given = delivery(assigned())
    with journal.transaction():
        assignments.take([given])
    assert assignments.collect().rejected == [given]
    assert "no handler for the task planning-permit" in caplog.text


def test_an_unreadable_message_does_not_take_its_batch_down(desk, caplog):
    bad, good = delivery(b"{"), delivery(assigned())
    effects = desk.take(bad, good)
    assert effects.rejected == [bad]
    assert len(effects.start) == 1
    assert "the body is not JSON" in caplog.text
