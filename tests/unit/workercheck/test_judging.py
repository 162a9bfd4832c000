"""What is made of what was seen: the finer points, without a worker."""

import json

from deploy.workercheck.judging import scenes, standing
from deploy.workercheck.judging.answers import in_time, once
from deploy.workercheck.record import Played, Record, Sent
from deploy.workercheck.seen import Confirmed, Delivered, Opened, Published, Settled, TurnedBack
from deploy.workercheck.stage import Stage

TASK = Sent(message_id="t", type="task.assigned", case="c", assignment="a", trace="f" * 32, at=0.0)


def answer(*, message_id="m", at=1.0, kind="task.completed", **fields) -> Published:
    return Published(
        at=at,
        exchange="results",
        key=f"planning.{kind}",
        mandatory=True,
        confirming=True,
        properties={"message_id": message_id, "type": kind},
        body=json.dumps({"assignment": "a", "case": "c", **fields}).encode(),
    )


def confirmed(message_id="m", at=1.1) -> Confirmed:
    return Confirmed(message_ids=(message_id,), at=at)


def played(*events, tasks=(TASK,), within=2.0, **what) -> Played:
    record = Record(sent=tasks, events=events)
    return Played(record=record, within=within, tasks=tasks, **what)


def seen(troubles) -> str:
    return "\n".join(it.seen for it in troubles)


def test_an_answer_in_time_is_no_trouble():
    assert not list(in_time(played(answer(), confirmed())))


def test_a_late_answer_is_told_with_its_time():
    assert "came after 2.5 s" in seen(in_time(played(answer(at=2.5), confirmed(at=2.6))))


def test_an_answer_that_was_not_confirmed_has_not_arrived():
    assert "has not taken the answer" in seen(in_time(played(answer())))


def test_an_answer_that_was_returned_has_not_arrived_although_it_was_confirmed():
    back = TurnedBack(message_id="m", at=1.05)
    assert "has not taken" in seen(in_time(played(answer(), back, confirmed())))
    again = (answer(at=1.2), confirmed(at=1.3))
    assert not list(in_time(played(answer(), back, confirmed(), *again)))


def test_where_a_task_was_left_is_told():
    assert "never taken from the queue" in seen(in_time(played()))
    delivered = Delivered(message_id="t")
    assert "was delivered, but got no answer" in seen(in_time(played(delivered)))
    rejected = Settled(how="rejected", message_ids=("t",))
    assert "was rejected without any answer" in seen(in_time(played(delivered, rejected)))


def test_an_acceptance_before_the_answer_is_one_answer():
    both = (answer(kind="task.accepted", message_id="1"), answer(message_id="2", at=1.5))
    assert not list(once(Record(sent=(TASK,), events=both), ["a"]))


def test_a_repeat_that_is_dated_anew_is_the_same_answer():
    both = (answer(at=1.0), answer(at=2.0))
    bodies = [json.loads(it.body) | {"at": str(it.at)} for it in both]
    events = [
        Published(**{**vars(it), "body": json.dumps(body).encode()})
        for it, body in zip(both, bodies, strict=True)
    ]
    assert not list(once(Record(sent=(TASK,), events=events), ["a"]))


def test_two_answers_are_told_apart_from_one_under_two_ids():
    two_ids = (answer(message_id="1"), answer(message_id="2"))
    assert "under the message ids 1, 2" in seen(once(Record(sent=(), events=two_ids), ["a"]))
    two_answers = (answer(message_id="1", outcome="approved"), answer(message_id="2"))
    assert "2 different final answers" in seen(once(Record(sent=(), events=two_answers), ["a"]))


def cancelled(answered_at: float) -> str:
    late = Sent(message_id="c", type="task.cancelled", case="c", assignment="a", trace="", at=1.0)
    early, overtaken = (
        Sent(message_id=name, type="x", case="d", assignment="d", trace="", at=1.0)
        for name in ("e", "o")
    )
    read = [Settled(how="acknowledged", message_ids=(it,), at=2.0) for it in ("c", "e")]
    events = (*read, answer(at=answered_at), confirmed(at=answered_at))
    return seen(scenes.cancellation(played(*events, within=99, others=(late, early, overtaken))))


def test_an_answer_that_was_on_its_way_when_the_task_was_cancelled_is_forgiven():
    assert cancelled(2.0 + scenes.TOLERANCE / 2) == ""
    assert "after the cancellation was acknowledged" in cancelled(2.1 + scenes.TOLERANCE)


def test_growing_delays_are_told_from_a_siege():
    facts = {"gone": 0.0, "back": 99.0}
    calm = [Opened(at=1 + 0.5 * 2**n) for n in range(6)]
    siege = [Opened(at=1 + n / 50) for n in range(50)]
    well = (answer(), confirmed())
    assert not list(scenes.broker_restart(played(*well, *calm, facts=facts)))
    assert "connections a second" in seen(scenes.broker_restart(played(*well, *siege, facts=facts)))


def test_the_trace_of_the_case_must_be_passed_on_where_one_is_given():
    result = answer()
    foreign = Published(**{**vars(result), "headers": {"traceparent": f"00-{'0' * 32}-1-01"}})
    record = Record(sent=(TASK,), events=(foreign,))
    assert "traceparent" in seen(standing.envelope(record, Stage.now()))
