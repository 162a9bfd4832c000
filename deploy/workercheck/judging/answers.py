"""Is every task answered, in time, and once?"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from deploy.workercheck.findings import Trouble
from deploy.workercheck.record import FINAL, Played, Record, Sent, content_of, types_of
from deploy.workercheck.seen import Published


def in_time(played: Played) -> Iterator[Trouble]:
    """Every task of the scene has an answer or an acceptance within the time allowed."""
    for number, task in enumerate(played.tasks, 1):
        answers = played.record.answers(task.assignment)
        if not played.record.arrived(task.assignment):
            yield _missing(played, task, f"task {number} of {len(played.tasks)}", answers)
        elif (took := answers[0].at - task.at) > played.within:
            yield Trouble(
                seen=f"the first answer to task {number} came after {took:.1f} s",
                expected=f"an answer or task.accepted within {played.within:g} s",
                remedy="send task.accepted at once where the answer takes longer, or allow more "
                "time with --within",
            )


def _missing(played: Played, task: Sent, name: str, answers: Sequence[Published]) -> Trouble:
    expected = f"an answer or task.accepted that the broker confirms within {played.within:g} s"
    if answers:
        said = types_of(answers)
        return Trouble(
            seen=f"{name} was answered ({said}), but the broker has not taken the answer",
            expected=expected,
            remedy="publish to `results` with confirms and `mandatory`, and send again what was "
            "not confirmed or was returned; see also the checks routing and identity",
        )
    settled = played.record.settled(task.message_id)
    if settled:
        return Trouble(
            seen=f"{name} was {settled[0].how} without any answer",
            expected=expected,
            remedy="acknowledge after the answer was confirmed or is safe in your own database; "
            "a handler must exist for the task (--task, --item, --form choose what is sent)",
        )
    seen = (
        "delivered, but got no answer"
        if played.record.delivered(task.message_id)
        else ("never taken from the queue, and got no answer")
    )
    return Trouble(
        seen=f"{name} was {seen} within {played.within:g} s",
        expected=expected,
        remedy="send task.accepted at once where the answer takes longer; the worker's own log "
        "may say more",
    )


def once(record: Record, assignments: Iterable[str]) -> Iterator[Trouble]:
    """For each assignment one final answer, one acceptance: however often it was sent."""
    for assignment in assignments:
        results = record.results(assignment)
        yield from _one_final(assignment, [it for it in results if it.type in FINAL])
        accepted = {it.message_id for it in results if it.type == "task.accepted"}
        if len(accepted) > 1:
            yield _several_ids(assignment, "task.accepted", accepted)


def _one_final(assignment: str, finals: Sequence[Published]) -> Iterator[Trouble]:
    contents = {content_of(it) for it in finals}
    ids = {it.message_id for it in finals}
    if len(contents) > 1:
        yield Trouble(
            seen=f"assignment {assignment} got {len(contents)} different final answers: "
            f"{types_of(finals)} with the message ids {', '.join(sorted(ids))}",
            expected="one final answer for each assignment (rule 8); the second is refused",
            remedy="keep the answer with the assignment in the transaction that makes it, and "
            "send that one again",
        )
    elif len(ids) > 1:
        yield _several_ids(assignment, types_of(finals), ids)


def _several_ids(assignment: str, kind: str, ids: Iterable[str]) -> Trouble:
    return Trouble(
        seen=f"assignment {assignment} got {kind} under the message ids {', '.join(sorted(ids))}",
        expected="the same message_id whenever the same answer is sent (rule 2)",
        remedy="derive message_id from what the answer is about, such as a UUID version 5 of "
        "assignment, type and how many answers of this type came before",
    )


def ids_kept(record: Record) -> Iterator[Trouble]:
    """No message id stands for two different messages."""
    results = sorted(record.results(), key=lambda it: it.message_id)
    for message_id, several in groupby(results, key=lambda it: it.message_id):
        if message_id and len({content_of(it) for it in several}) > 1:
            yield Trouble(
                seen=f"the message id {message_id} was used for different messages",
                expected="a message_id of its own for each answer; a repeat says the same",
                remedy="keep the whole answer, not only its id, or derive it from the task alone",
            )
