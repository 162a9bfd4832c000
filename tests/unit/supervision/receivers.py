"""Servers that play the far ends of channels: webhooks, robots of chats, a mail server."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Web:
    """An HTTP server, what it heard (path and body), and what it answers: status and JSON."""

    url: str = ""
    status: int = 200
    answer: Any = None
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    before: Callable[[], object] = lambda: None

    @property
    def told(self) -> list[Any]:
        """The bodies as JSON."""
        return [json.loads(body) for _path, body in self.heard]


@contextmanager
def web() -> Iterator[Web]:
    """A server of its own."""
    here = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.heard.append((self.path, body))
            here.before()
            text = json.dumps(here.answer).encode() if here.answer is not None else b""
            self.send_response(here.status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    here.url = f"http://127.0.0.1:{server.server_port}"
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A TCP server that deals with each connection in a thread of its own; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _from = listener.accept()
                except OSError:
                    return
                connections.append(connection)
                threading.Thread(target=_quietly, args=(serve, connection), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    for connection in connections:
        connection.close()
    thread.join()


def _quietly(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    try:
        serve(connection)
    except OSError:
        return  # the other side gave up


@contextmanager
def mail_server(refusing: str = "") -> Iterator[tuple[int, list[str]]]:
    """As much of SMTP (RFC 5321) as a sender needs: the port, and the messages that came. It may
    refuse a command, such as RCPT."""
    letters: list[str] = []

    def serve(connection: socket.socket) -> None:
        with connection, connection.makefile("rwb", buffering=0) as line:
            line.write(b"220 here\r\n")
            for command in line:
                word = command[:4].upper().decode()
                if word == refusing:
                    line.write(b"550 nobody of that name\r\n")
                elif word == "DATA":
                    line.write(b"354 go on\r\n")
                    letters.append(_letter(line))
                    line.write(b"250 taken\r\n")
                else:
                    line.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")

    with serving(serve) as port:
        yield port, letters


def _letter(line: Any) -> str:
    lines = []
    for text in line:
        if text == b".\r\n":
            break
        lines.append(text.decode())
    return "".join(lines)
