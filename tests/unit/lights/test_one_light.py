"""The wall and the desk show the same light: one table of examples, held against both."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.department import domain
from services.department.desk.inbox import Desk
from services.supervision.domain import Case, Rules, follow
from services.supervision.open_cases import open_case
from services.supervision.packing import pack, text_of_title
from services.supervision.policies import policy_from
from shared.lights import WARNINGS, ladders_from
from shared.messages import CaseProgressed, Limit, TaskAssigned, TaskSupplemented, Text
from shared.messages.ordered import TaskExtended
from shared.messages.progress import Accepted, Assigned, Resumed, Suspended
from shared.web.pages.formats import span, why
from shared.worktime import Calendars
from tests.unit.department.samples import SAID
from tests.unit.supervision.steps import at

POLICIES = yaml.safe_load("""
ladders:
  usual: {reminder: 1 working day before due, yellow: at due, red: 1 working day after due}
  early: {yellow: 3 working days before due, red: at due}
  half: {reminder: 50% of the limit, yellow: {when: 80% of the limit, to: [head]}}
  hours: {reminder: 30 working hours before due}
  quiet: {red: at due}
clocks: {statutory: quiet, promised: quiet, deferral: quiet, acceptance: half, handling: usual}
items:
  mooring: {handling: half}
departments:
  fire: {handling: early, acceptance: quiet}
  harbour: {handling: hours}
regions:
  330000:
    departments: {fire: {handling: quiet}}
  330106:
    clocks: {handling: half}
    items: {mooring: {handling: quiet}}
""")
CALENDARS = Calendars()
RULES = Rules(calendar=CALENDARS.of("330100"), policy=policy_from(POLICIES), calendars=CALENDARS)
DESK = Desk(calendars=CALENDARS, ladders=ladders_from(POLICIES))
START = at("09-18 10:00")  # a Friday; Sunday 20 is worked, 25 to 27 are off
MORE = Limit(amount=6)

# item, department, region, handling, acceptance, what happens, now, light, why
EXAMPLES = [
    # The ladder for all: a working day before the end, which is 17:00 on Tuesday the 29th.
    ("bridge", "tax", "440000", 7, 0, "", "09-28 16:59", "green", ""),
    (
        "bridge",
        "tax",
        "440000",
        7,
        0,
        "",
        "09-28 17:00",
        "yellow",
        "no more than 1 working day left",
    ),
    (
        "bridge",
        "tax",
        "440000",
        7,
        0,
        "",
        "09-29 17:00",
        "yellow",
        "no more than 1 working day left",
    ),
    ("bridge", "tax", "440000", 7, 0, "", "09-29 17:01", "red", ""),
    # An item's own ladder goes before its department's.
    ("mooring", "fire", "440000", 10, 0, "", "09-24 16:59", "green", ""),
    (
        "mooring",
        "fire",
        "440000",
        10,
        0,
        "",
        "09-24 17:00",
        "yellow",
        "50% of 10 working days used",
    ),
    # A department's goes before the one for all.
    ("bridge", "fire", "440000", 10, 0, "", "09-28 17:00", "green", ""),
    (
        "bridge",
        "fire",
        "440000",
        10,
        0,
        "",
        "09-29 17:00",
        "yellow",
        "no more than 3 working days left",
    ),
    # What a region says goes before what a wider one says, and a district before its province.
    ("bridge", "fire", "330100", 10, 0, "", "10-07 12:00", "green", ""),
    ("bridge", "fire", "330100", 10, 0, "", "10-09 00:00", "yellow", "due today"),
    ("mooring", "fire", "330100", 10, 0, "", "09-24 17:00", "green", ""),
    ("mooring", "fire", "330106", 10, 0, "", "09-30 17:00", "green", ""),
    ("bridge", "tax", "330106", 4, 0, "", "09-22 16:59", "yellow", "50% of 4 working days used"),
    # Without a warning it is yellow on the last day alone.
    ("mooring", "tax", "330106", 4, 0, "", "09-22 23:59", "green", ""),
    ("mooring", "tax", "330106", 4, 0, "", "09-23 00:00", "yellow", "due today"),
    # Hours of business before the end.
    ("bridge", "harbour", "440000", 5, 0, "", "09-18 18:00", "green", ""),
    (
        "bridge",
        "harbour",
        "440000",
        5,
        0,
        "",
        "09-21 18:00",
        "yellow",
        "no more than 30 working hours left",
    ),
    # Until the task is taken up both clocks count, whichever warns first.
    ("bridge", "tax", "440000", 7, 2, "", "09-20 16:59", "green", ""),
    ("bridge", "tax", "440000", 7, 2, "", "09-20 17:00", "yellow", "50% of 2 working days used"),
    ("bridge", "tax", "440000", 7, 2, "", "09-21 17:01", "red", ""),
    ("bridge", "tax", "440000", 7, 2, "accepted", "09-21 17:01", "green", ""),
    ("mooring", "fire", "440000", 2, 4, "", "09-20 17:00", "yellow", "50% of 2 working days used"),
    # While time stands still there is none; afterwards the share that was used is still used.
    ("mooring", "tax", "440000", 10, 0, "accepted stopped", "09-30 10:00", "none", ""),
    ("mooring", "tax", "440000", 10, 0, "accepted stopped resumed", "10-08 10:00", "green", ""),
    (
        "mooring",
        "tax",
        "440000",
        2,
        0,
        "accepted stopped resumed",
        "10-08 10:00",
        "yellow",
        "50% of 2 working days used",
    ),
    # More time counts for the share.
    (
        "mooring",
        "tax",
        "440000",
        4,
        0,
        "accepted",
        "09-22 10:00",
        "yellow",
        "50% of 4 working days used",
    ),
    ("mooring", "tax", "440000", 4, 0, "accepted extended", "09-22 10:00", "green", ""),
    (
        "mooring",
        "tax",
        "440000",
        4,
        0,
        "accepted extended",
        "09-24 17:00",
        "yellow",
        "50% of 10 working days used",
    ),
    # No limit, no light.
    ("bridge", "tax", "440000", 0, 0, "", "12-01 10:00", "none", ""),
]
MOMENTS = {"accepted": 1, "stopped": 56, "resumed": 300, "extended": 2}
"""Hours after the beginning: stopped on Sunday the 20th after business, resumed on the evening of
Wednesday the 30th."""
NAMES = {"task": "check", "assignment": "a-1"}
TITLE = Text(zh="审查", en="Check")


def handed_out(item, department, region, handling, acceptance, start=START):
    return TaskAssigned(
        case="330100-2609-0000001-09",
        assignment="a-1",
        task="check",
        title=TITLE,
        department=department,
        item=item,
        item_title=TITLE,
        region=region,
        assigned_at=start,
        applicant=None,
        form={},
        handling=Limit(amount=handling) if handling else None,
        acceptance=Limit(amount=acceptance) if acceptance else None,
    )


def at_the_desk(message, story):
    """The task as the desk has it after what happened."""
    task = domain.told(domain.expected(message, message.assigned_at), message, message.assigned_at)
    for what in story:
        when = message.assigned_at + timedelta(hours=MOMENTS[what])
        if what == "extended":
            more = {"case": message.case, **NAMES, "department": message.department}
            said = TaskSupplemented(**more, at=when, form={}, extension=MORE)
            task = domain.told(task, said, when)
        else:
            act = {"accepted": "acceptance", "stopped": "suspension", "resumed": "resumption"}[what]
            said = {**SAID[act], "version": task.version, "officer": "李"}
            task, _answer = domain.act(task, act, said, when)
    return task


def on_the_wall(message, story):
    """The open task as the wall has it after what happened."""
    start = message.assigned_at
    begun = Assigned(
        **NAMES,
        title=TITLE,
        department=message.department,
        acceptance=message.acceptance,
        handling=message.handling,
    )
    case = follow(Case(code=message.case), step(1, message, start, begun), RULES)
    for number, what in enumerate(story, start=2):
        when = start + timedelta(hours=MOMENTS[what])
        case = follow(case, step(number, message, when, told(what, message, when)), RULES)
    row = SimpleNamespace(
        code=case.code,
        entries=1,
        region=message.region,
        item=message.item,
        title=text_of_title(TITLE),
        lead="",
        opened_at=None,
        clocks=pack({}, case.changed).text,
    )
    return open_case(row, RULES).tasks


def step(number, message, when, *changes):
    return CaseProgressed(
        case=message.case,
        number=number,
        at=when,
        item=message.item,
        item_version=1,
        region=message.region,
        state="handling",
        changes=changes,
    )


def told(what, message, when):
    who = {"department": message.department, "officer": "李", "stated_at": when}
    if what == "accepted":
        return Accepted(**NAMES, **who)
    if what == "stopped":
        return Suspended(**NAMES, reason="", legal_basis="")
    if what == "resumed":
        return Resumed(**NAMES, reason="")
    more = {"amount": MORE.amount, "unit": MORE.unit, "source": "", "legal_basis": ""}
    return TaskExtended(**NAMES, **who, **more, reason="", approved_by="赵")


@pytest.mark.parametrize(
    ("item", "department", "region", "handling", "acceptance", "story", "now", "light", "reason"),
    EXAMPLES,
)
def test_the_wall_and_the_desk_show_the_light_of_the_table(
    item, department, region, handling, acceptance, story, now, light, reason
):
    message, moment = handed_out(item, department, region, handling, acceptance), at(now)
    shown = on_the_wall(message, story.split())
    assert [it.timing.light(moment) for it in shown] == ([light] if handling else [])
    listed = DESK.listed(at_the_desk(message, story.split()), moment)
    assert listed.light == light
    own = listed.why
    assert why("en", own.warning, span("en", own.budget, own.unit) if own.unit else "") == reason
    if light == "yellow":
        assert shown[0].timing.warning == own.warning


@given(
    item=st.sampled_from(["bridge", "mooring"]),
    department=st.sampled_from(["tax", "fire", "harbour"]),
    region=st.sampled_from(["440000", "330000", "330100", "330106", "elsewhere"]),
    handling=st.integers(1, 12),
    acceptance=st.integers(0, 3),
    story=st.sampled_from(
        ["", "accepted", "accepted stopped", "accepted stopped resumed", "accepted extended"]
    ),
    hours=st.integers(0, 600),
)
def test_whatever_a_task_is_of_and_whenever_both_look_they_see_the_same(
    item, department, region, handling, acceptance, story, hours
):
    message = handed_out(item, department, region, handling, acceptance)
    now = START + timedelta(hours=max(hours, *(MOMENTS[it] for it in story.split()), 0))
    (shown,) = on_the_wall(message, story.split())
    listed = DESK.listed(at_the_desk(message, story.split()), now)
    assert listed.light == shown.timing.light(now)


@given(
    item=st.sampled_from(["bridge", "mooring"]),
    department=st.sampled_from(["tax", "fire", "harbour"]),
    region=st.sampled_from(["440000", "330000", "330100", "330106", "elsewhere"]),
    kind=st.sampled_from(["acceptance", "handling"]),
)
def test_what_the_desk_reads_of_the_file_is_what_alerts_go_by(item, department, region, kind):
    asked = {"item": item, "department": department}
    alerts = RULES.policy.of(region).ladder(kind, **asked)
    lights = DESK.ladders.of(region).chosen(kind, **asked)
    assert {it for it in lights if it[0] in WARNINGS} == {it for it in alerts if it[0] in WARNINGS}
