"""Whoever sends slowly, opens many connections or writes much holds up nobody but themselves."""

import io
import json
import resource
import socket
import time
from contextlib import ExitStack, contextmanager

import eventlet
import pytest
import requests

from shared.web import arriving
from shared.web.arriving import ORDINARY, UPLOADS_AT_ONCE, Paced
from shared.web.faults import MOST
from shared.web.problems import Refusal
from shared.web.room import MOST as MOST_CONNECTIONS
from shared.web.room import most_connections
from tests.unit.web.conftest import Sample

FEW_FILES = 100
ANIMAL = b"POST /animals HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
PICTURE = b"PUT /pictures HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"


@pytest.fixture
def scarce(tmp_path):
    """The sample with few files to open."""
    started = Sample(tmp_path / "log", files=FEW_FILES)
    yield started
    started.end()


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """The sample, which soon has enough of those who stand still."""
    started = Sample(tmp_path_factory.mktemp("impatient") / "log", patience=(2.0, 0.1))
    yield started
    started.end()


@contextmanager
def callers(sample, number, said=b""):
    """So many connections, on each of which this was said."""
    with ExitStack() as stack:
        found = []
        for _ in range(number):
            caller = socket.create_connection(("127.0.0.1", sample.port), timeout=10)
            found.append(stack.enter_context(caller))
            caller.sendall(said)
        yield found


def still_answers(sample):
    return requests.get(f"{sample.url}/animals", timeout=10).status_code == 200


def test_who_sends_a_body_slowly_takes_no_worker_from_others(sample):
    with callers(sample, 3 * UPLOADS_AT_ONCE, ANIMAL + b"Content-Length: 1000\r\n\r\n{"):
        assert still_answers(sample)


def upload(sample):
    """How many bytes of an upload arrived, which may take a minute."""
    picture = requests.put(
        f"{sample.url}/pictures",
        data=b"2" * 2_000_000,
        headers={"Content-Type": "image/png"},
        timeout=60,
    )
    return picture.json()["bytes"]


def refused(caller):
    """What a caller is told before the connection is closed."""
    with caller.makefile("rb") as answer:
        head, _, body = answer.read().partition(b"\r\n\r\n")
    return head.split(b" ", 2)[1], json.loads(body)


def test_who_uploads_a_byte_now_and_then_takes_no_place_from_other_uploads(sample):
    with callers(sample, 3 * UPLOADS_AT_ONCE, PICTURE + b"Content-Length: 2000000\r\n\r\n1"):
        assert still_answers(sample)
        assert upload(sample) == 2_000_000


def test_who_stops_in_the_middle_of_an_upload_loses_the_place_and_is_told_why(impatient):
    begun = PICTURE + b"Content-Length: 2000000\r\n\r\n" + b"1" * (ORDINARY + 1)
    with callers(impatient, UPLOADS_AT_ONCE, begun) as found:
        assert upload(impatient) == 2_000_000
        for caller in found:
            status, said = refused(caller)
            assert (status, said["type"]) == (b"408", "/problems/too-slow")
    assert said["detail"] == (
        "the body came too slowly: after 0.1 seconds it has to have 16,384 bytes for each further"
        " one; send it again, as one that keeps pace"
    )


def test_who_does_not_finish_an_ordinary_body_is_told_why(impatient):
    with callers(impatient, 1, ANIMAL + b"Content-Length: 1000\r\n\r\n{") as (caller,):
        status, said = refused(caller)
    assert (status, said["type"]) == (b"408", "/problems/too-slow")


class Silent:
    """A sender that sends so many bytes at once, and nothing afterwards."""

    def __init__(self, bytes_at_once=0):
        self.left = bytes_at_once

    def read(self, size):
        if size > self.left:
            eventlet.sleep(60)
        self.left -= size
        return b"1" * size


def test_a_body_ends_when_its_sender_is_gone_and_is_refused_when_it_stands_still():
    class Gone:
        def read(self, _size):
            raise ConnectionResetError

    assert Paced(Gone(), 60).read(9) == b""
    assert Paced(io.BytesIO(b"123"), 60).read(9) == b"123"
    silent = Paced(Silent(), 0.01)
    with pytest.raises(Refusal, match="too slowly"):
        silent.read(9)
    assert silent.too_slow


def test_what_was_sent_quickly_buys_time_and_what_is_only_announced_buys_none(monkeypatch):
    monkeypatch.setattr(arriving, "SLOWEST", ORDINARY * 100)
    paced, began = Paced(Silent(10 * ORDINARY), 0.05), time.monotonic()
    with pytest.raises(Refusal):
        paced.read(1_000 * ORDINARY)
    assert 0.15 < time.monotonic() - began < 10  # 0.05, and a hundredth for each of ten and one


def test_what_was_read_beforehand_is_part_of_the_body():
    paced = Paced(io.BytesIO(b"4567"), 60)
    paced.go_on(b"123", 60)
    assert [paced.read(2), paced.read(3), paced.read(9)] == [b"12", b"345", b"67"]


def test_a_hundred_thousand_unknown_names_are_no_work(sample):
    names = ",".join(f'"n{number:05}":1' for number in range(9_000))
    began = time.process_time()
    told = requests.post(
        f"{sample.url}/animals",
        data=f"{{{names}}}",
        headers={"Content-Type": "application/json"},
        timeout=30,
    ).json()
    assert time.process_time() - began < 30
    assert told["detail"] == f"{MOST} things must be put right; errors names the first 100."
    assert len(told["errors"]) == 100


def test_there_is_always_a_file_left_for_the_service_itself(scarce):
    with callers(scarce, FEW_FILES // 2 + 1, b"GET /animals HTTP/1.1\r\nHost: x\r\n\r\n") as found:
        *taken, waiting = found
        assert all(caller.recv(9) == b"HTTP/1.1 " for caller in taken)
        waiting.settimeout(0.5)
        with pytest.raises(TimeoutError):
            waiting.recv(9)
        taken[0].close()
        waiting.settimeout(10)
        assert waiting.recv(9) == b"HTTP/1.1 "
    assert "connection not taken" not in scarce.logged()


def test_a_service_without_a_file_left_goes_on_when_there_is_one_again(scarce):
    resource.prlimit(scarce.process.pid, resource.RLIMIT_NOFILE, (20, FEW_FILES))
    until = time.monotonic() + 120
    with callers(scarce, 20):
        while "connection not taken" not in scarce.logged():
            assert scarce.process.poll() is None, scarce.logged()
            assert time.monotonic() < until
            time.sleep(0.02)
    resource.prlimit(scarce.process.pid, resource.RLIMIT_NOFILE, (FEW_FILES, FEW_FILES))
    assert still_answers(scarce)


def test_there_is_room_for_connections_beside_what_a_service_needs():
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert (
        min(MOST_CONNECTIONS, files // 2) <= most_connections() <= min(MOST_CONNECTIONS, files - 1)
    )
