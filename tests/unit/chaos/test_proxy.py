"""The proxy: what goes through it, and what it breaks on order."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.chaos.wires import Wires
from deploy.local.stack import Stack
from tests.waiting import eventually

ROUTE = "client>server"
OTHER = "other>server"


class Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while line := self.rfile.readline():
            self.wfile.write(line)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """A connection that is reset is what these tests are about."""


@pytest.fixture
def wires(tmp_path: Path) -> Iterator[Wires]:
    """A proxy in front of a server that says what it is told."""
    with Server(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        wires, stack = Wires.laid({ROUTE: port, OTHER: port}), Stack(tmp_path)
        stack.start(wires.proxy(tmp_path / "proxy.json"))
        eventually(wires.answers, "the proxy takes orders")
        yield wires
        stack.stop()
        server.shutdown()


def connected(wires: Wires, route: str = ROUTE) -> socket.socket:
    return socket.create_connection(("127.0.0.1", wires.ports[route]), timeout=60)


def ask(line: socket.socket, text: bytes = b"well?\n") -> bytes:
    line.sendall(text)
    return line.recv(100)


def test_what_is_said_arrives_and_is_answered(wires: Wires) -> None:
    with connected(wires) as line:
        assert ask(line) == b"well?\n"
        assert ask(line, b"and now?\n") == b"and now?\n"


def test_a_cut_resets_what_is_connected_and_nobody_else(wires: Wires) -> None:
    with connected(wires) as line, connected(wires, OTHER) as other:
        assert ask(line) == ask(other)
        assert wires.order("cut", [ROUTE]) == 1
        with pytest.raises(ConnectionResetError):
            line.recv(100)
        assert ask(other) == b"well?\n"
    with connected(wires) as line:
        assert ask(line) == b"well?\n"


def test_a_delay_holds_back_until_it_is_lifted(wires: Wires) -> None:
    with connected(wires) as line:
        ask(line)
        wires.order("delay", [ROUTE], 0.2)
        began = time.monotonic()
        assert ask(line) == b"well?\n"
        assert time.monotonic() - began >= 0.4  # there and back
        wires.order("delay", [ROUTE], 0.0)
        assert ask(line) == b"well?\n"


def test_a_muted_connection_stays_open_and_says_nothing_until_it_is_reset(wires: Wires) -> None:
    with connected(wires) as line, connected(wires) as second:
        assert ask(line) == ask(second)
        assert wires.order("mute", [ROUTE], 1.0) == 2
        line.sendall(b"anybody?\n")
        line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            line.recv(100)
        with connected(wires) as new:
            assert ask(new) == b"well?\n"
        second.settimeout(20)
        with pytest.raises(ConnectionResetError):
            second.recv(100)


def test_who_finds_no_server_is_turned_away(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    wires = Wires.laid({ROUTE: 1})
    stack.start(wires.proxy(tmp_path / "proxy.json"))
    eventually(wires.answers, "the proxy takes orders")
    with connected(wires) as line, suppress(ConnectionResetError):
        assert line.recv(100) == b""
    stack.stop()
