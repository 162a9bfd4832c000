"""What holds for every message that a worker sends, whatever happens to it meanwhile."""

from collections.abc import Iterator
from datetime import datetime

from deploy.workercheck.findings import Trouble
from deploy.workercheck.record import Record, Sent, assignment_of, body_of
from deploy.workercheck.samples import Sample
from deploy.workercheck.seen import Consuming, Declared, Published, Refused
from services.routing.permitted import Refusal, check_procedure, check_whole
from shared.contract.document import types_on
from shared.delivery.topology import department_user
from shared.messages import TaskCompleted, TaskSuspended
from shared.messages.codec import Unreadable, decode

LONGEST_ID = 64
DAY = 86_400
RESULTS = "results"


def fields(record: Record, sample: Sample) -> Iterator[Trouble]:
    """The body is what the contract says, about an assignment that the department was given."""
    given = {it.assignment: it for it in record.sent if it.assignment}
    for result in record.results():
        body = body_of(result)
        for seen in _wrong_fields(result, sample):
            yield _field(f"{result.type}: {seen}")
        sent = given.get(assignment_of(result))
        if sent is None:
            yield _field(f"{result.type}: assignment: {assignment_of(result)!r} was never given")
        elif isinstance(body, dict) and body.get("case") != sent.case:
            yield _field(f"{result.type}: case: {body.get('case')!r} instead of {sent.case!r}")


def _wrong_fields(result: Published, sample: Sample) -> Iterator[str]:
    try:
        message = decode(result.type, 1, result.body)
        if isinstance(message, TaskCompleted):
            check_whole(sample.item, sample.task, message)
        elif isinstance(message, TaskSuspended):
            check_procedure(sample.item, sample.task, message)
    except Unreadable as error:
        yield str(error).removeprefix(f"{result.type}: ")
    except Refusal as refusal:
        yield str(refusal)


def _field(seen: str) -> Trouble:
    return Trouble(
        seen=seen,
        expected="the schema of the type in shared/asyncapi.yaml, and rules 7, 9 and 12",
        remedy="send exactly the fields that the contract names, in the types that it names; "
        "repeat case and assignment as they came with the task",
    )


def envelope(record: Record, now: datetime) -> Iterator[Trouble]:
    """The properties of each result are whole."""
    given = {it.assignment: it for it in record.sent if it.assignment}
    for result in record.results():
        for seen, expected in _properties(result, given.get(assignment_of(result)), now):
            yield Trouble(
                seen=f"{result.type or 'a message'}: {seen}",
                expected=expected,
                remedy="set every property of the table in the contract, with these names",
            )


def _properties(result: Published, sent: Sent | None, now: datetime) -> Iterator[tuple[str, str]]:
    known, get = [it.name for it in types_on(RESULTS)], result.properties.get
    if result.type not in known:
        yield f"type is {get('type')!r}", f"type is one of {', '.join(known)}"
    if not 0 < len(result.message_id) <= LONGEST_ID:
        yield f"message_id is {get('message_id')!r}", f"an id of 1 to {LONGEST_ID} characters"
    if get("content_type") != "application/json":
        yield f"content_type is {get('content_type')!r}", "content_type is application/json"
    if get("delivery_mode") != 2:
        yield f"delivery_mode is {get('delivery_mode')!r}", "delivery_mode is 2, persistent"
    if sent and get("correlation_id") != sent.case:
        yield f"correlation_id is {get('correlation_id')!r}", f"the case code, {sent.case!r}"
    stamp = get("timestamp")
    if not isinstance(stamp, int) or abs(stamp - now.timestamp()) > DAY:
        yield f"timestamp is {stamp!r}", "seconds (not milliseconds) since 1970, UTC"
    version = result.headers.get("schema-version")
    if version != 1 or isinstance(version, bool):
        yield f"the header schema-version is {version!r}", "the integer 1"
    trace = result.headers.get("traceparent")
    if trace is not None and sent and str(trace).split("-")[1:2] != [sent.trace]:
        yield f"the header traceparent is {trace!r}", "the traceparent that came with the task"


def routing(record: Record) -> Iterator[Trouble]:
    """Results go to their exchange under their key."""
    for result in record.results():
        if result.exchange != RESULTS:
            yield _routed(f"{result.type} was published to the exchange {result.exchange!r}")
        elif result.key.partition(".")[2] != result.type:
            yield _routed(f"{result.type} was published with the routing key {result.key!r}")
    for event in record.of(Declared):
        yield Trouble(
            seen=f"the worker sent {event.method}",
            expected="a department declares nothing: no queue, no exchange, no binding",
            remedy="leave it out; the queue is there already",
        )


def _routed(seen: str) -> Trouble:
    return Trouble(
        seen=seen,
        expected="the exchange `results` and the routing key <department>.<type>, such as "
        "planning.task.completed",
        remedy="make the routing key from your key and the property type",
    )


def publishing(record: Record) -> Iterator[Trouble]:
    """Results are published so that none can be lost unseen."""
    for result in record.results():
        if not result.confirming:
            yield _published(f"{result.type} was published without publisher confirms")
        if not result.mandatory:
            yield _published(f"{result.type} was published without `mandatory`")


def _published(seen: str) -> Trouble:
    return Trouble(
        seen=seen,
        expected="publisher confirms and mandatory (rule 1)",
        remedy="switch the channel to confirms (confirm.select) and set mandatory in every "
        "basic.publish",
    )


def identity(record: Record, department: str) -> Iterator[Trouble]:
    """The worker speaks in its own name alone, and does nothing that it has no right to."""
    user = department_user(department)
    for result in record.results():
        body = body_of(result)
        named = body.get("department") if isinstance(body, dict) else None
        if result.properties.get("user_id") != user:
            found = result.properties.get("user_id")
            yield _forged(f"{result.type}: user_id is {found!r}", f"user_id is {user!r}")
        if isinstance(named, str) and named != department:
            yield _forged(f"{result.type}: department is {named!r}", f"it is {department!r}")
        if result.exchange == RESULTS and result.key.partition(".")[0] != department:
            key = f"it begins with {department!r}"
            yield _forged(f"{result.type}: the routing key is {result.key!r}", key)
    for event in record.of(Refused):
        yield _forged(
            f"the broker refused the worker: {event.reply_code} {event.text}",
            "the worker uses the rights of its department and no others",
        )


def _forged(seen: str, expected: str) -> Trouble:
    return Trouble(
        seen=seen,
        expected=expected,
        remedy="take department and user from ONEWINDOW_WORKER_DEPARTMENT and the address; the "
        "platform records whatever else is tried, and raises an alert",
    )


def acknowledging(record: Record) -> Iterator[Trouble]:
    """Deliveries are settled by the worker, and sound tasks are not thrown away."""
    for event in record.of(Consuming):
        if event.no_ack:
            yield Trouble(
                seen="the worker consumes with no_ack, so the broker forgets what it sends",
                expected="deliveries are acknowledged one by one, after their answer (rule 3)",
                remedy="consume with no_ack=false and send basic.ack",
            )
