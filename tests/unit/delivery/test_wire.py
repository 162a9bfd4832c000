"""The message as it travels and as it is kept."""

import time
import uuid

from hypothesis import given
from hypothesis import strategies as st

from shared.delivery import wire
from shared.delivery.inbound import read_properties
from shared.delivery.outbound import frames
from shared.delivery.wire import Wire, new_id, traceparent

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
wires = st.builds(
    Wire,
    message_id=text,
    type=text,
    version=st.integers(0, 2**31),
    exchange=text,
    key=text,
    case=text,
    timestamp=st.integers(0, 2**40),
    traceparent=text,
    body=st.binary() | text.map(str.encode),
    mandatory=st.booleans(),
    attempt=st.integers(1, 9),
    vouched_for=text,
)


@given(wires)
def test_a_wire_comes_back_from_plain_values_as_it_was(sent):
    plain = sent.to_plain()
    assert Wire.from_plain(plain) == sent
    assert isinstance(plain["body"], (str, dict))
    assert "\0" not in str(plain["body"])


@given(wires)
def test_what_is_written_in_frames_is_read_from_them(sent):
    written = frames(sent, channel=3, user="intake", frame_max=64)
    kinds, payloads = zip(*_frames(written), strict=True)
    assert kinds == (1, 2, *(3 for _ in kinds[2:]))
    assert b"".join(payloads[2:]) == sent.body
    found = read_properties(payloads[1], 12)
    headers = found.pop("application_headers")
    assert found == {
        "content_type": "application/json",
        "delivery_mode": 2,
        "correlation_id": sent.case,
        "message_id": sent.message_id,
        "timestamp": sent.timestamp,
        "type": sent.type,
        "user_id": "intake",
        "app_id": "onewindow",
    }
    assert headers["schema-version"] == sent.version
    assert headers["traceparent"] == sent.traceparent
    assert headers.get("onewindow-sender", "") == sent.vouched_for


def _frames(written: bytes):
    while written:
        kind, size = written[0], int.from_bytes(written[3:7])
        assert int.from_bytes(written[1:3]) == 3
        assert written[7 + size] == 0xCE
        yield kind, written[7 : 7 + size]
        written = written[8 + size :]


def test_an_id_is_a_uuid_of_version_7_of_this_moment():
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1_000


def test_ids_of_a_process_grow_also_within_a_millisecond_and_when_the_clock_is_set_back(
    monkeypatch,
):
    many = [new_id() for _ in range(20_000)]
    monkeypatch.setattr(wire.time, "time_ns", lambda: 0)
    many += [new_id() for _ in range(20_000)]
    assert many == sorted(many)
    assert len(set(many)) == len(many)
    assert {uuid.UUID(it).version for it in many} == {7}


def test_every_message_of_a_case_is_in_one_trace_and_a_step_of_its_own():
    one, two, other = traceparent("a"), traceparent("a"), traceparent("b")
    assert one.split("-")[1] == two.split("-")[1] != other.split("-")[1]
    assert one != two
    assert len(one) == 55
