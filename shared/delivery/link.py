"""A connection to the broker on py-amqp that reads and writes through buffers.

py-amqp makes one system call for every frame that it writes and two or three for every frame that
it reads, and looks at its socket before every publish for `connection.blocked`. For a service that
handles messages in batches that is most of its time: what is written here waits until somebody
reads, and one read takes all that has arrived. Without `connection.blocked` a broker that blocks
its publishers shows as confirms that stay away.

Nothing here waits for ever: what is asked of the broker and every write has `PATIENCE`, and
`tick` finds out about a peer that has gone without a word.
"""

import random
import select
import socket
import ssl
import time
from contextlib import suppress
from struct import unpack_from
from typing import Any

import amqp
from amqp.exceptions import AMQPError, UnexpectedFrame
from kombu.utils.url import parse_url

from shared.delivery.inbound import Inbound

HEARTBEAT = 20
"""Seconds. Two of them without a sign of life, and the connection is given up."""

PATIENCE = 10
"""How long an answer to a request, or room for what is written, is waited for, in seconds."""

READ_SIZE = 262_144
WRITE_SIZE = 1_048_576
CAPABILITIES = {"consumer_cancel_notify": True, "authentication_failure_close": True}
"""What is asked of the broker: all that py-amqp would ask for but `connection.blocked`."""

FRAME_HEAD = 7
FRAME_REST = 8
FRAME_END = 0xCE
"""A frame's head (type, channel, size), the head with the end octet, and that octet (4.2.3)."""

BROKER_ERRORS = (AMQPError, OSError)
"""What the broker or the way to it may raise; the connection is then of no more use."""


def connect(uris: str, *, name: str) -> "Link":
    """Connect to a broker: `amqp://...`, or several of one cluster with `;` between them.

    They are tried in random order, so that processes spread over the nodes; raises what the last
    one raised when none can be reached.
    """
    nodes = uris.split(";")
    *others, last = random.SystemRandom().sample(nodes, len(nodes))
    for uri in others:
        with suppress(*BROKER_ERRORS):
            return Link(uri.strip(), name=name)
    return Link(last.strip(), name=name)


class Link:
    """One connection. Not for several threads at once."""

    def __init__(self, uri: str, *, name: str) -> None:
        parts = parse_url(uri)
        self.user = parts["userid"] or "guest"
        self.connection = amqp.Connection(
            host=f"{parts['hostname']}:{parts['port'] or 5672}",
            userid=self.user,
            password=parts["password"] or "",
            virtual_host=parts["virtual_host"] or "/",
            ssl=_tls(uri, parts["hostname"]),
            heartbeat=HEARTBEAT,
            connect_timeout=5,
            client_properties={"connection_name": name},
            # py-amqp's own default of a second would take a short pause for the end
            socket_settings={socket.TCP_USER_TIMEOUT: PATIENCE * 1000},
            frame_handler=self._made,
        )
        self.connection.negotiate_capabilities = CAPABILITIES
        try:
            self.connection.connect()
        except BROKER_ERRORS:
            self.connection.collect()
            raise
        self._transport = self.connection.transport
        self._socket = self._transport.sock
        self._socket.settimeout(PATIENCE)
        self._out = bytearray()
        self._in, self._transport._read_buffer = bytes(self._transport._read_buffer), b""
        self._at = 0
        self._transport._read = self._read
        self._transport._write = self._out.extend
        self._ticked = time.monotonic()

    def _made(self, connection: Any, otherwise: Any) -> Inbound:
        self.inbound = Inbound(connection, otherwise)
        return self.inbound

    def channel(self) -> amqp.Channel:
        """A new channel."""
        return self.connection.channel()

    def write(self, frames: bytes) -> None:
        """Write frames; they go out with the next `drain` or `flush`, or when they are many."""
        self._out += frames
        self.connection.bytes_sent += 1  # what py-amqp's heartbeat looks at
        if len(self._out) > WRITE_SIZE:
            self.flush()

    def flush(self) -> None:
        """Send what was written."""
        if self._out:
            self._socket.sendall(self._out)
            self._out.clear()

    def drain(self, timeout: float) -> bool:
        """Handle one frame, waiting `timeout` seconds for it at most; whether there was one."""
        frame = self._frame()
        if frame is None:
            self.flush()
            until = time.monotonic() + timeout
            while (frame := self._frame()) is None:
                if not self._readable(max(0.0, until - time.monotonic())):
                    return False
                self._receive()
        self.inbound(frame)
        return True

    def tick(self) -> None:
        """Keep the connection alive, and find out when the other side no longer is."""
        if time.monotonic() - self._ticked > HEARTBEAT / 4:
            self._ticked = time.monotonic()
            self.connection.heartbeat_tick()
            self.flush()

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        try:
            self._socket.settimeout(2)
            self.flush()
            self.connection.close()
        except BROKER_ERRORS:
            self.connection.collect()

    def _frame(self) -> tuple[int, int, bytes] | None:
        """The next frame if all of it is here."""
        start, here = self._at, len(self._in) - self._at
        if here < FRAME_REST:
            return None
        kind, channel, size = unpack_from(">BHL", self._in, start)
        if here < size + FRAME_REST:
            return None
        end = start + FRAME_HEAD + size
        if self._in[end] != FRAME_END:
            raise UnexpectedFrame("a frame does not end where it says")
        self._at = end + 1
        return kind, channel, self._in[start + FRAME_HEAD : end]

    def _readable(self, timeout: float) -> bool:
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        return bool(select.select([self._socket], [], [], timeout)[0])

    def _receive(self) -> None:
        received = self._socket.recv(READ_SIZE)
        if not received:
            raise OSError("the broker closed the connection")
        self._in = self._in[self._at :] + received
        self._at = 0

    def _read(self, count: int, _initial: bool = False) -> bytes:
        """What py-amqp calls, when it waits for an answer, to get exactly `count` bytes."""
        while len(self._in) - self._at < count:
            self.flush()
            self._receive()
        self._at += count
        return self._in[self._at - count : self._at]


def _tls(uri: str, host: str) -> Any:
    if not uri.startswith("amqps:"):
        return False
    return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": host}
