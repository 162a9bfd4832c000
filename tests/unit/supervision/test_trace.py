"""The trace: whatever is done to it afterwards shows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.supervision import trace
from shared.messages.notices import MessageRefused
from shared.messages.progress import CaseProgressed, Skipped

CASE = "330100-2609-0000012-34"
BEGIN = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)
TEXT = st.text("0a{}\n 办", max_size=8)


def refusal(number: int) -> MessageRefused:
    return MessageRefused(
        service="routing",
        at=BEGIN + timedelta(hours=number),
        message_id=f"m-{number}",
        message_type="task.completed",
        sender="department.fire",
        case=CASE,
        reason="消防部门无此任务",
    )


def written(count: int) -> tuple[list[trace.Entry], trace.Head]:
    head, entries = trace.Head(), []
    for number in range(count):
        head, entry = trace.append(
            head,
            case=CASE,
            source="routing",
            type="message.refused",
            at=refusal(number).at,
            message=refusal(number),
        )
        entries.append(entry)
    return entries, head


def test_a_trace_as_written_has_no_findings():
    entries, head = written(23)
    assert trace.verify(CASE, entries, head) == []
    assert head == trace.Head(count=23, hash=entries[-1].hash)
    assert [entry.position for entry in entries] == list(range(1, 24))


def test_a_body_has_its_keys_sorted_and_its_text_as_it_is():
    body = trace.canonical(refusal(1))
    assert list(json.loads(body)) == sorted(json.loads(body))
    assert '"reason":"消防部门无此任务"' in body


def test_a_change_names_its_kind_in_the_body():
    step = CaseProgressed(
        case=CASE,
        number=1,
        at=BEGIN,
        item="investment-project",
        item_version=1,
        region="330100",
        state="open",
        changes=(Skipped(task="fire", reason="area below 300"),),
    )
    assert '"changes":[{"kind":"task.skipped","reason":"area below 300"' in trace.canonical(step)


def test_half_a_character_from_outside_does_not_stop_the_trace():
    body = trace.canonical(replace(refusal(1), reason="\ud83d"))
    assert r'"reason":"\ud83d"' in body
    assert body.encode()


def test_a_trace_that_is_cut_off_is_found_by_the_head():
    entries, head = written(3)
    (finding,) = trace.verify(CASE, entries[:-1], head)
    assert finding.problem == "the case's row knows 3 entries, the trace has 2"


def test_an_entry_that_was_changed_is_named_by_its_position():
    entries, head = written(5)
    entries[2] = replace(entries[2], body=entries[2].body.replace("fire", "police"))
    (finding,) = trace.verify(CASE, entries, head)
    assert finding.position == 3
    assert finding.problem == "the entry was changed after it was written"


def test_a_trace_that_was_rewritten_from_the_middle_is_found_by_the_head():
    entries, head = written(4)
    *_, forged_head = entries[:2]
    rewritten = trace.Head(count=2, hash=forged_head.hash)
    tail = []
    for number in (7, 8):
        rewritten, entry = trace.append(
            rewritten,
            case=CASE,
            source="routing",
            type="message.refused",
            at=refusal(number).at,
            message=refusal(number),
        )
        tail.append(entry)
    (finding,) = trace.verify(CASE, entries[:2] + tail, head)
    assert finding.problem == "the case's row knows another last entry"


def test_a_trace_of_another_case_does_not_pass_for_this_one():
    entries, head = written(2)
    assert trace.verify("330100-2609-0000013-31", entries, head)


@st.composite
def tampered(draw: st.DrawFn) -> tuple[list[trace.Entry], trace.Head]:
    entries, head = written(draw(st.integers(1, 12)))
    at = draw(st.integers(0, len(entries) - 1))
    other = draw(st.integers(0, len(entries) - 1).filter(lambda it: it != at or len(entries) == 1))
    how = draw(st.sampled_from(["drop", "swap", "repeat", "edit"]))
    if how == "drop" or (how == "swap" and len(entries) == 1):
        del entries[at]
    elif how == "swap":
        entries[at], entries[other] = entries[other], entries[at]
    elif how == "repeat":
        entries.insert(other, entries[at])
    else:
        entries[at] = edited(draw, entries[at])
    return entries, head


def edited(draw: st.DrawFn, entry: trace.Entry) -> trace.Entry:
    field = draw(st.sampled_from(["source", "type", "body", "previous", "hash", "position", "at"]))
    if field == "at":
        return replace(entry, at=entry.at + timedelta(microseconds=draw(st.integers(1, 10**9))))
    if field == "position":
        return replace(entry, position=entry.position + draw(st.integers(1, 5)))
    old = getattr(entry, field)
    return replace(entry, **{field: draw(TEXT.filter(lambda new: new != old))})


@given(tampered())
def test_no_edit_gap_repeat_or_reordering_goes_unseen(case: tuple[list[trace.Entry], trace.Head]):
    entries, head = case
    assert trace.verify(CASE, entries, head)
