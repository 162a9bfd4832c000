"""Signatures, and the line that opens when the other side does not answer."""

from datetime import datetime, timedelta

import pytest

from services.department.systems import signing
from services.department.systems.keys import Keyring
from services.department.systems.line import FIRST_PAUSE, LONGEST_PAUSE, OPENS_AFTER, Line
from services.department.systems.signing import Key, NotSigned
from shared.errors import Invalid
from tests.unit.department.samples import CHINA
from tests.unit.department.systems.theirs import NEXT_SECRET, SECRET, sign

NOW = datetime(2026, 9, 18, 9, 0, tzinfo=CHINA)
KEYS = (Key(id="k1", secret=SECRET), Key(id="k2", secret=NEXT_SECRET))


def check(headers, body=b"{}", *, keys=KEYS, at=1_000.0):
    signing.check(
        keys,
        body,
        key=headers[signing.KEY],
        stamp=headers[signing.TIMESTAMP],
        signed=headers[signing.SIGNATURE],
        at=at,
        window=300,
    )


def test_what_we_sign_is_what_another_implementation_signs():
    ours = signing.headers(KEYS[0], b'{"a": 1}', at=1_000)
    theirs = sign(b'{"a": 1}', at=1_000)
    assert ours == {name: theirs[name] for name in ours}


def test_two_secrets_are_believed_at_once():
    check(sign(b"{}", at=1_000))
    check(sign(b"{}", at=1_000, key="k2", secret=NEXT_SECRET))
    with pytest.raises(NotSigned):
        check(sign(b"{}", at=1_000), keys=KEYS[1:])


@pytest.mark.parametrize(
    "changes",
    [
        {"OneWindow-Signature": "0" * 64},
        {"OneWindow-Signature": "签" * 64},
        {"OneWindow-Key": "k2"},
        {"OneWindow-Key": "k3"},
        {"OneWindow-Timestamp": "1001"},
        {"OneWindow-Timestamp": "1000.0"},
        {"OneWindow-Timestamp": "-1"},
        {"OneWindow-Timestamp": "１０００"},
    ],
)
def test_nothing_of_a_signed_request_can_be_changed(changes):
    with pytest.raises(NotSigned):
        check({**sign(b"{}", at=1_000), **changes})


def test_the_body_cannot_be_changed():
    with pytest.raises(NotSigned):
        check(sign(b"{}", at=1_000), b"[]")


@pytest.mark.parametrize(("at", "fits"), [(700, True), (699, False), (1_300, True), (1_301, False)])
def test_a_request_is_believed_within_its_window(at, fits):
    signed = sign(b"{}", at=1_000)
    if fits:
        check(signed, at=at)
    else:
        with pytest.raises(NotSigned, match="sign it anew"):
            check(signed, at=at)


def ids_in(ring):
    found = ring.keys()
    return [it.id for it in found]


def test_a_secret_is_read_anew_when_its_file_changes(tmp_path):
    ring = Keyring(file=tmp_path / "secrets")
    ring.file.write_text(f"k1 {SECRET}\n")
    assert ids_in(ring) == ["k1"]
    ring.file.write_text(f"k2 {NEXT_SECRET}\nk1 {SECRET}\n")
    assert ids_in(ring) == ["k2", "k1"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "one secret or two"),
        ("k1\n", "line 1 is not KEYID SECRET"),
        (f"k1 {SECRET}\nk2 short\n", "line 2 must have a secret"),
        (f"k1 {SECRET}\nk1 {NEXT_SECRET}\n", "the same KEYID twice"),
        ("".join(f"k{n} {SECRET}\n" for n in range(3)), "has 3"),
    ],
)
def test_a_file_of_secrets_that_is_wrong_is_told_without_telling_a_secret(tmp_path, text, problem):
    (tmp_path / "secrets").write_text(text)
    with pytest.raises(Invalid, match=problem) as raised:
        Keyring(file=tmp_path / "secrets").keys()
    assert SECRET not in str(raised.value)


def failed(times):
    line, at = Line(department="tax"), NOW
    for _ in range(times):
        line = line.failed(at, "away")
    return line


def test_a_line_opens_after_three_failures_tries_once_and_closes_on_an_answer():
    assert failed(OPENS_AFTER - 1).state(NOW) == "closed"
    line = failed(OPENS_AFTER)
    assert line.state(NOW) == "open"
    later = NOW + timedelta(seconds=line.pause(NOW))
    assert line.state(later) == "half-open"
    assert line.probing(later, 30).state(later) == "open"
    assert line.failed(later, "still away").state(later) == "open"
    assert line.answered(later).state(later) == "closed"
    assert line.answered(later).error == ""


def test_the_pauses_of_a_line_grow_and_have_an_end():
    pauses = [failed(times).pause(NOW) for times in range(1, 40)]
    assert pauses[0] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert Line(department="tax").failed(NOW, "busy", retry_after=60).pause(NOW) == 60
    assert Line(department="tax").failed(NOW, "busy", retry_after=1e9).pause(NOW) == LONGEST_PAUSE
