"""The tap between a worker and a broker: what a trap holds back, and when it has done its work."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
from pika import frame, spec

from deploy.workercheck.seen import Closed, Consuming
from deploy.workercheck.tap import Tap, Trap

PATIENCE = 60.0
CONSUME = frame.Method(1, spec.Basic.Consume(queue="q")).marshal()
CLOSE = frame.Method(0, spec.Connection.Close(200, "", 0, 0)).marshal()


class Broker:
    """Listens on a port and keeps what it is sent, until the connection ends."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.got, self.ended = b"", threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            with connection:
                while data := connection.recv(4096):
                    self.got += data
        self.ended.set()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def broker() -> Iterator[Broker]:
    with contextlib.closing(Broker()) as broker:
        yield broker


@pytest.fixture
def tap(broker: Broker) -> Iterator[Tap]:
    with contextlib.closing(Tap(broker.port)) as tap:
        yield tap


def sent(tap: Tap, *frames: bytes) -> socket.socket:
    worker = socket.create_connection(("127.0.0.1", tap.port))
    worker.sendall(b"".join(frames))
    return worker


def at_close(act=lambda: None, *, forward: bool) -> Trap:
    return Trap(springs_at=lambda event: isinstance(event, Closed), act=act, forward=forward)


@pytest.mark.parametrize(("forward", "reached"), [(True, CONSUME + CLOSE), (False, CONSUME)])
def test_what_follows_the_frame_of_a_trap_reaches_nobody(tap, broker, forward, reached):
    tap.set_trap(at_close(forward=forward))
    with sent(tap, CONSUME, CLOSE, CONSUME):
        assert tap.trapped(PATIENCE)
        assert broker.ended.wait(PATIENCE)
    assert broker.got == reached
    assert [type(event) for event in tap.events[1:]] == [Consuming, Closed]


def test_a_trap_has_sprung_only_when_it_has_done_what_it_does(tap):
    go_on, done = threading.Event(), []
    tap.set_trap(at_close(lambda: done.append(go_on.wait(PATIENCE)), forward=False))
    with sent(tap, CLOSE):
        assert tap.wait(lambda: len(tap.events) == 2, PATIENCE)
        threading.Timer(0.05, go_on.set).start()
        assert tap.trapped(PATIENCE)
    assert done == [True]


def test_a_trap_that_does_not_spring_is_taken_away(tap, broker):
    tap.set_trap(at_close(forward=False))
    assert not tap.trapped(0.01)
    with sent(tap, CLOSE, CONSUME):
        assert tap.wait(lambda: len(tap.events) == 3, PATIENCE)
    assert broker.ended.wait(PATIENCE)
    assert broker.got == CLOSE + CONSUME


def test_a_line_that_was_cut_takes_no_connection_until_it_is_mended(tap):
    tap.cut()
    with sent(tap) as worker:
        assert worker.recv(1) == b""
    tap.mend()
    with sent(tap, CONSUME):
        assert tap.wait(lambda: isinstance(tap.events[-1], Consuming), PATIENCE)
