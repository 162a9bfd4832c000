"""How much time a task has left: the same as supervision's clocks say."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.department import domain
from services.department.desk.clocks import clocks_of, plain_of, time_left
from services.supervision.domain import Case, Rules, follow
from services.supervision.policies import policy_from
from shared.messages import CaseProgressed, Limit, TaskSupplemented
from shared.messages.ordered import TaskExtended
from shared.messages.progress import Accepted, Assigned, Resumed, Returned, Suspended
from shared.worktime import china
from tests.unit.department.samples import CASE, CHINA, NOW, SAID, assigned
from tests.unit.supervision.steps import LADDERS

CALENDAR = china()
RULES = Rules(calendar=CALENDAR, policy=policy_from(LADDERS))
MORE = Limit(amount=2)
STORIES = st.lists(
    st.tuples(
        st.sampled_from(["acceptance", "return", "suspension", "resumption", "mended", "extended"]),
        st.integers(min_value=1, max_value=50),
    ),
    max_size=8,
)
"""What happens one after the other, each so many hours after what came before."""


def left(task, now):
    return time_left(task.clocks, taken_up=task.taken_up, now=now, calendar=CALENDAR)


def fresh(**limits):
    message = assigned(acceptance=Limit(amount=1), **limits)
    return domain.told(domain.expected(message, NOW), message, NOW), message


def step(number, at, *changes):
    return CaseProgressed(
        case=CASE,
        number=number,
        at=at,
        item="company-start",
        item_version=1,
        region="330100",
        state="handling",
        changes=changes,
    )


def said_by_routing(what, message, at):
    """What the case stream says of it."""
    names = {"task": "seal", "assignment": message.assignment}
    who = {"department": message.department, "officer": "李", "stated_at": at}
    accepted = Accepted(**names, **who)
    if what == "acceptance":
        return [accepted]
    if what == "return":
        returned = Returned(**names, **who, missing=(), legal_basis="")
        return [accepted, returned, Suspended(**names, reason="", legal_basis="")]
    if what == "suspension":
        return [accepted, Suspended(**names, reason="", legal_basis="")]
    if what == "extended":
        granted = {
            "amount": 2,
            "unit": "working_days",
            "source": "",
            "reason": "",
            "legal_basis": "",
        }
        return [TaskExtended(**names, **who, **granted, approved_by="赵")]
    return [Resumed(**names, reason="")]


def at_the_desk(task, what, message, at):
    """The task after it, or None where it cannot be just now."""
    plain = {"case": CASE, "assignment": message.assignment, "task": "seal"}
    plain |= {"department": message.department, "at": at, "form": {}}
    if what == "extended":
        if task.clocks.extended or task.state == "assigned":
            return None
        return domain.told(task, TaskSupplemented(**plain, extension=MORE), at)
    if what == "mended":
        if task.state != "returned":
            return None
        return domain.told(task, TaskSupplemented(**plain), at)
    if task.state not in domain.MOVES[what][0]:
        return None
    said = {**SAID[what], "version": task.version, "officer": "李"}
    return domain.act(task, what, said, at)[0]


@given(STORIES)
def test_whatever_happens_the_desk_and_supervision_name_the_same_due_date(story):
    task, message = fresh()
    case = follow(
        Case(code=CASE),
        step(
            1,
            NOW,
            Assigned(
                task="seal",
                title=message.title,
                assignment=message.assignment,
                department=message.department,
                acceptance=message.acceptance,
                handling=message.handling,
            ),
        ),
        RULES,
    )
    now, number = NOW, 1
    for what, hours in story:
        now += timedelta(hours=hours)
        after = at_the_desk(task, what, message, now)
        if after is None:
            continue
        task, number = after, number + 1
        case = follow(case, step(number, now, *said_by_routing(what, message, now)), RULES)
        clocks = {**case.clocks, **case.changed}
        kind = "handling" if task.taken_up else "acceptance"
        found = left(task, now)
        assert found is not None
        assert found.kind == kind
        assert found.due_at == clocks[f"{CASE}/{kind}/{message.assignment}"].due_at


def test_a_stop_moves_the_end_by_the_days_that_did_not_count():
    task, message = fresh()
    task = at_the_desk(task, "acceptance", message, NOW)
    assert left(task, NOW).due_at == datetime(2026, 9, 22, 17, tzinfo=CHINA)
    task = at_the_desk(task, "suspension", message, NOW + timedelta(hours=1))
    stopped = left(task, NOW + timedelta(days=10))
    assert (stopped.due_at, stopped.left) == (None, 3)
    task = at_the_desk(task, "resumption", message, datetime(2026, 9, 22, 9, tzinfo=CHINA))
    # 20 September is a working Sunday; the festival is off from the 25th to the 27th.
    assert left(task, NOW).due_at == datetime(2026, 9, 24, 17, tzinfo=CHINA)


def test_a_return_that_routing_refused_never_stopped_the_time():
    task, message = fresh()
    task = at_the_desk(task, "acceptance", message, NOW)
    returned = at_the_desk(task, "return", message, NOW)
    again = domain.refused(returned, "task.returned", "the case is decided", NOW)
    assert again.clocks == task.clocks
    assert again.state == "accepted"


@given(STORIES)
def test_clocks_are_kept_and_read_back_as_they_were(story):
    task, message = fresh()
    now = NOW
    for what, hours in story:
        now += timedelta(hours=hours)
        task = at_the_desk(task, what, message, now) or task
    assert clocks_of(plain_of(task.clocks)) == task.clocks
