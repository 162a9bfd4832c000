"""One connection of the HTTP server: its error pages, its limits, its end."""

import json
import socket
from typing import Any

import eventlet
from nameko.web.server import HttpOnlyProtocol

from shared.web.problems import MALFORMED, MEDIA_TYPE, Problem

LINGER = 5.0
"""Seconds for which a body that was refused unread is still taken in and thrown away."""
LINGER_BYTES = 64 << 20
KEEP_BYTES = 1 << 16
"""A refused body up to this size is read to its end and the connection kept."""
CONNECTION = "onewindow.connection"


class Protocol(HttpOnlyProtocol):  # type: ignore[misc]
    """eventlet's protocol, with problem details for what it cannot parse.

    Closing a socket with unread data resets the connection, and the client then never sees why its
    upload was refused: hence the lingering end.
    """

    lingers = False

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ[CONNECTION] = self
        environ["SERVER_PROTOCOL"] = self.request_version  # eventlet says HTTP/1.0 of them all
        return environ

    def send_error(self, _code: int, *_text: Any) -> None:
        """Called for a request line or headers that are not HTTP, before there is a request."""
        problem = Problem(kind=MALFORMED, detail="the request is not HTTP/1.1")
        body = json.dumps(problem.body()).encode()
        head = (
            f"HTTP/1.1 {MALFORMED.status} Bad Request\r\nContent-Type: {MEDIA_TYPE}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.wfile.write(head.encode() + body)
        self.close_connection = True

    def finish(self) -> None:
        if self.lingers:
            with eventlet.Timeout(LINGER, False):
                self._linger()
        super().finish()

    def _linger(self) -> None:
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            taken = 0
            while taken < LINGER_BYTES and (piece := self.connection.recv(1 << 16)):
                taken += len(piece)
        except OSError:
            return  # the other side is gone, which ends it as well


def close_if_unread(environ: dict[str, Any]) -> None:
    """After a response: a connection whose request body was left unread is not used again."""
    body = environ["eventlet.input"]
    left = (body.content_length or 0) - body.position
    too_slow = getattr(environ["wsgi.input"], "too_slow", False)
    if body.chunked_input or left > KEEP_BYTES or too_slow:
        connection = environ[CONNECTION]
        connection.lingers = True
        connection.close_connection = 1
