"""A connection to the broker on py-amqp that reads and writes through buffers.

py-amqp makes one system call for every frame that it writes and two or three for every frame that
it reads, and looks at its socket before every publish for `connection.blocked`. For a service that
handles messages in batches that is most of its time: what is written here waits until somebody
reads, and one read takes all that has arrived. Without `connection.blocked` a broker that blocks
its publishers shows as confirms that stay away.
"""

import select
import ssl
import time
from typing import Any

import amqp
from amqp.exceptions import AMQPError
from kombu.utils.url import parse_url

HEARTBEAT = 20
READ_SIZE = 262_144
CAPABILITIES = {"consumer_cancel_notify": True, "authentication_failure_close": True}
"""What is asked of the broker: all that py-amqp would ask for but `connection.blocked`."""

FRAME_HEAD = 7
FRAME_REST = 8
"""A frame's head (type, channel, size) and the head with the end octet (AMQP 0-9-1, 2.3.5)."""

BROKER_ERRORS = (AMQPError, OSError)
"""What the broker or the way to it may raise; the connection is then of no more use."""


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
            ssl=_tls(uri),
            heartbeat=HEARTBEAT,
            connect_timeout=5,
            client_properties={"connection_name": name},
        )
        self.connection.negotiate_capabilities = CAPABILITIES
        self.connection.connect()
        self._out = bytearray()
        self._in = b""
        self._at = 0
        self._transport = self.connection.transport
        self._socket = self._transport.sock
        self._transport._read = self._read
        self._transport._write = self._out.extend
        self._ticked = time.monotonic()

    def channel(self) -> amqp.Channel:
        """A new channel that leaves bodies as bytes."""
        channel = self.connection.channel()
        channel.auto_decode = False
        return channel

    def flush(self) -> None:
        """Send what was written."""
        if self._out:
            self._socket.sendall(self._out)
            self._out.clear()

    def drain(self, timeout: float) -> bool:
        """Handle one event, waiting `timeout` seconds at most; whether there was one."""
        if not self._frame_is_here():
            self.flush()
            if not self._readable(timeout):
                return False
        # A frame that has begun to arrive is waited for, but not for ever: the peer may be gone.
        with self._transport.having_timeout(HEARTBEAT):
            frame = self._transport.read_frame()
        self.connection.on_inbound_frame(frame)
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

    def _frame_is_here(self) -> bool:
        here = len(self._in) - self._at
        if here < FRAME_REST:
            return False
        size = int.from_bytes(self._in[self._at + 3 : self._at + FRAME_HEAD])
        return here >= size + FRAME_REST

    def _readable(self, timeout: float) -> bool:
        if len(self._in) > self._at:
            return True
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        return bool(select.select([self._socket], [], [], timeout)[0])

    def _read(self, count: int, _initial: bool = False) -> bytes:
        """What the transport calls to get exactly `count` bytes."""
        if self._transport._read_buffer:
            # What an interrupted read of a frame had taken already stands before the rest.
            self._in = self._transport._read_buffer + self._in[self._at :]
            self._at = 0
            self._transport._read_buffer = b""
        while len(self._in) - self._at < count:
            self.flush()
            received = self._socket.recv(READ_SIZE)
            if not received:
                raise OSError("the broker closed the connection")
            self._in = self._in[self._at :] + received
            self._at = 0
        self._at += count
        return self._in[self._at - count : self._at]


def _tls(uri: str) -> Any:
    return {"context": ssl.create_default_context()} if uri.startswith("amqps:") else False
