"""What each scene must come to."""

from collections.abc import Iterator, Sequence

from deploy.workercheck.findings import Trouble
from deploy.workercheck.judging.answers import ids_kept, in_time, once
from deploy.workercheck.record import Played, Record, Sent, types_of
from deploy.workercheck.seen import Opened

TOLERANCE = 1.0
"""Seconds after a cancellation was acknowledged in which an answer may still be on its way."""

TERMINATED = (0, 143)
"""Exit statuses after SIGTERM: none, or the one that shells and the JVM use, 128 + 15."""

HAMMERING = 10
"""So many connections in a second are too many for a broker that is starting."""


def answer(played: Played) -> Iterator[Trouble]:
    """Every task is answered in time, and acknowledged afterwards."""
    yield from in_time(played)
    for task in played.tasks:
        if played.record.arrived(task.assignment) and not played.record.settled(task.message_id):
            yield Trouble(
                seen="a task was answered and never acknowledged",
                expected="basic.ack once the answer was confirmed (rule 3)",
                remedy="acknowledge with the channel and delivery tag that the task came with; "
                "otherwise the broker delivers it again after every reconnection",
            )
            return


def unknown_fields(played: Played) -> Iterator[Trouble]:
    """Fields that the worker does not know change nothing."""
    for trouble in in_time(played):
        yield Trouble(
            seen=f"with fields that the worker cannot know, {trouble.seen}",
            expected="unknown fields and headers are ignored (rule 6)",
            remedy="read the fields that you know and refuse none that you do not",
        )


def duplicate(played: Played) -> Iterator[Trouble]:
    """Delivered three times, answered once."""
    yield from once(played.record, [it.assignment for it in played.tasks])
    yield from in_time(played)
    first = played.tasks[0]
    copies = len(played.record.delivered(first.message_id))
    settled = sum(
        each.message_ids.count(first.message_id) for each in played.record.settled(first.message_id)
    )
    if settled < copies:
        yield Trouble(
            seen=f"the same task was delivered {copies} times and settled {settled} times",
            expected="a repeat is acknowledged without a further effect (rule 4)",
            remedy="acknowledge each delivery, also of a task that is answered already",
        )


def cancellation(played: Played) -> Iterator[Trouble]:
    """After a cancellation was read, there is no answer any more."""
    late, early, overtaken = played.others
    for message, name in ((late, "after its answer"), (early, "before its task")):
        yield from _read(played.record, message, f"a cancellation {name}")
    for answer in played.record.answers(overtaken.assignment):
        yield Trouble(
            seen=f"a task was answered ({answer.type}) although its cancellation had been read "
            "before",
            expected="no answer to a cancelled task, also where the cancellation came first "
            "(rules 4 and 10)",
            remedy="remember the assignment of every task.cancelled, and look there before you "
            "take a task up",
        )
        break
    yield from _after_cancelled(played.record, late)
    yield from in_time(played)


def _read(record: Record, message: Sent, name: str) -> Iterator[Trouble]:
    settled = [it.how for it in record.settled(message.message_id)]
    if "acknowledged" not in settled:
        yield Trouble(
            seen=f"{name} was {settled[0] if settled else 'not acknowledged'}",
            expected="task.cancelled is read, remembered and acknowledged",
            remedy="take task.cancelled as well as task.assigned, also for an assignment that is "
            "answered or that you have not seen yet",
        )


def _after_cancelled(record: Record, cancelled: Sent) -> Iterator[Trouble]:
    read = record.settled(cancelled.message_id)
    if not read:
        return
    known = {it.message_id for it in record.results(cancelled.assignment) if it.at < read[0].at}
    for result in record.after(read[0].at + TOLERANCE).results(cancelled.assignment):
        if result.message_id not in known:
            yield Trouble(
                seen=f"{result.type} came {result.at - read[0].at:.1f} s after the cancellation "
                "was acknowledged",
                expected=f"no new answer later than {TOLERANCE:g} s after it",
                remedy="drop what was not sent yet when task.cancelled arrives",
            )


def supplement(played: Played) -> Iterator[Trouble]:
    """What was handed in is looked at, and answered once."""
    task = played.tasks[0]
    arrived = {it.message_id for it in played.record.arrived(task.assignment)}
    if len(arrived) < 2:
        yield Trouble(
            seen="after task.returned and task.supplemented no further answer came",
            expected=f"a new answer within {played.within:g} s, with a message_id of its own",
            remedy="take task.supplemented: it has the form and materials as they now stand; an "
            "id that is made from assignment and type alone is the first answer's",
        )
    yield from once(played.record, [task.assignment])
    returned = {it.message_id for it in played.record.results(task.assignment)}
    if len(returned) > len(arrived):
        yield Trouble(
            seen="a supplement that came twice was answered twice",
            expected="a repeat has no further effect (rule 4)",
            remedy="remember the message_id of the supplement with its answer",
        )


def unreadable(played: Played) -> Iterator[Trouble]:
    """What cannot be read is rejected without requeue, and holds nobody up."""
    for message in played.others:
        name = played.facts["names"][message.message_id]
        settled = [it.how for it in played.record.settled(message.message_id)]
        if settled != ["rejected"]:
            yield _not_set_aside(name, settled)
    for trouble in in_time(played):
        yield Trouble(
            seen=f"behind messages that cannot be read, {trouble.seen}",
            expected="other tasks go on",
            remedy="catch what reading raises, reject that one message, and take the next",
        )


def _not_set_aside(name: str, settled: Sequence[str]) -> Trouble:
    if not settled:
        seen = f"{name} was neither rejected nor acknowledged"
    elif len(settled) > 1 or settled[0] == "requeued":
        seen = f"{name} was put back into the queue, and came {len(settled)} times"
    else:
        seen = f"{name} was {settled[0]}, so it is lost without a trace"
    return Trouble(
        seen=seen,
        expected="basic.reject without requeue (rule 5): the broker sets it aside for a person",
        remedy="check type, schema-version and every field that you need before you act, and "
        "reject with requeue=false",
    )


def sender(played: Played) -> Iterator[Trouble]:
    """A task that routing did not send is none."""
    (forged,) = played.others
    user = played.facts["sender"]
    answers = played.record.answers(forged.assignment)
    if answers:
        yield Trouble(
            seen=f"a task from the broker user {user} was answered ({types_of(answers)})",
            expected="only messages whose user_id is `routing` are taken (rule 5)",
            remedy="compare the property user_id of every delivery with `routing`, and reject "
            "others without requeue",
        )
    elif not played.record.settled(forged.message_id):
        yield _not_set_aside(f"a task from the broker user {user}", [])


def unroutable(played: Played) -> Iterator[Trouble]:
    """What the broker returned is sent again."""
    (task,) = played.tasks
    if not played.record.answers(task.assignment):
        yield from in_time(played)
    elif not played.record.after(played.facts["rebound"]).arrived(task.assignment):
        yield Trouble(
            seen="an answer that no queue took was not sent again once there was one",
            expected="an answer has arrived when it was confirmed and not returned (rule 1)",
            remedy="publish with mandatory, listen to basic.return (it comes before the "
            "confirmation), and send that answer again after a while",
        )
    yield from once(played.record, [task.assignment])


def kill(played: Played) -> Iterator[Trouble]:
    """A worker that dies loses nothing and says nothing twice."""
    moments = played.facts["moments"]
    lost: dict[str, list[Sent]] = {}
    for task in played.tasks:
        if not played.record.arrived(task.assignment):
            lost.setdefault(moments[task.message_id], []).append(task)
    for moment, tasks in lost.items():
        gone = sum(bool(played.record.settled(it.message_id)) for it in tasks)
        yield Trouble(
            seen=f"{len(tasks)} tasks were never answered after the worker was killed "
            f"{'while ' + moment if moment else 'with them in its hands'}; it had acknowledged "
            f"{gone} of them",
            expected="every task is answered in the end, by the worker that is started again",
            remedy="acknowledge after the answer was confirmed or is safe in your own database "
            "(rule 3), and look there for unsent answers when you start",
        )
    yield from once(played.record, [it.assignment for it in played.tasks])
    yield from ids_kept(played.record)


def stop(played: Played) -> Iterator[Trouble]:
    """SIGTERM ends the worker in good order."""
    status, took = played.facts["status"], played.facts["took"]
    if status is None:
        yield _stopped(f"it still ran {took:.0f} s after SIGTERM and had to be killed")
    elif status not in TERMINATED:
        how = f"signal {-status} ended it" if status < 0 else f"it ended with status {status}"
        yield _stopped(f"{how} on SIGTERM, after {took:.1f} s")
    missing = [it for it in played.tasks if not played.record.arrived(it.assignment)]
    if missing:
        yield Trouble(
            seen=f"{len(missing)} of {len(played.tasks)} tasks were not answered after a stop and "
            "a new start",
            expected="what was begun is finished, the rest is left to the next start",
            remedy="cancel the consumer, finish what is in hand, close the connection; do not "
            "acknowledge what you leave",
        )
    yield from once(played.record, [it.assignment for it in played.tasks])


def _stopped(seen: str) -> Trouble:
    return Trouble(
        seen=seen,
        expected="on SIGTERM it finishes what it began and ends with status 0",
        remedy="handle SIGTERM: cancel the consumer, wait for confirmations, close the connection",
    )


def cut_line(played: Played) -> Iterator[Trouble]:
    """What was on its way when the connection broke is sent again."""
    yield from _is_back(played, "the connection was lost with its answer on the way")


def broker_restart(played: Played) -> Iterator[Trouble]:
    """The worker is back after the broker, and did not besiege it meanwhile."""
    yield from _is_back(played, "the broker was restarted")
    yield from _hammering(played)


def _is_back(played: Played, when: str) -> Iterator[Trouble]:
    (task,) = played.tasks
    if not played.record.arrived(task.assignment):
        yield Trouble(
            seen=f"a task was not answered after {when}",
            expected="the worker connects again by itself, for ever",
            remedy="connect again with growing delays after every loss, and send again what was "
            "not confirmed",
        )
    yield from once(played.record, [task.assignment])


def _hammering(played: Played) -> Iterator[Trouble]:
    gone, back = played.facts["gone"], played.facts["back"]
    tries = [it.at for it in played.record.of(Opened) if gone < it.at < back]
    for first, later in zip(tries, tries[HAMMERING:], strict=False):
        if later - first < 1:
            yield Trouble(
                seen=f"more than {HAMMERING} connections a second while the broker was away",
                expected="growing delays between attempts",
                remedy="wait before each attempt: half a second at first, then twice as long each "
                "time, up to half a minute",
            )
            return
