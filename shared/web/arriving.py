"""Bodies arrive before a worker is taken, so that who sends slowly holds up nobody but themselves.

A service has some dozens of workers for all its requests. A connection has a thread of its own,
which costs nothing while it waits: there a body of ordinary size is read to its end. Larger ones,
mostly uploads, are read by their worker, few of them at once. Each waits for its place where it
takes none from others, until it has shown that it comes: its beginning is read there.

Every body has to keep pace from its first byte to its last, so that no statement of its length buys
time. One that does not is refused as too slow (408; RFC 9110, section 15.5.9).
"""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import eventlet
from eventlet.semaphore import Semaphore
from werkzeug.wrappers import Request

from shared.web.problems import TOO_SLOW, Refusal

ORDINARY = 64 * 1024
"""Bytes of a body that each connection may keep; as many as there may be must fit into memory."""
PATIENCE = 30.0
"""Seconds in which the body of an ordinary request has to be there, or the beginning of another."""
STALL = 10.0
"""Seconds for which an upload that has a place may stand still in all."""
SLOWEST = 16 * 1024
"""Bytes a second that a body has to come with beyond that; a slow mobile line has ten times as
much."""
UPLOADS_AT_ONCE = 16

_uploads = Semaphore(UPLOADS_AT_ONCE)


@contextmanager
def arriving(wire: Request, limit: int) -> Iterator[None]:
    """Take in the body of a request that may have one of `limit` bytes, or see to it that it comes.

    What is not to be read at all, because it is too long or of no stated length, stays where it is:
    the route says why. What ends early ends there, as the route will see. Raises Refusal for what
    comes too slowly.
    """
    length = wire.content_length or 0
    if "Transfer-Encoding" in wire.headers or not 0 < length <= limit:
        yield
        return
    paced = wire.environ["wsgi.input"] = Paced(wire.environ["wsgi.input"], PATIENCE)
    beginning = paced.read(min(length, ORDINARY))
    if len(beginning) < ORDINARY or length == ORDINARY:  # all there is, or all that came
        wire.environ["wsgi.input"] = io.BytesIO(beginning)
        yield
    else:
        with _uploads:
            paced.go_on(beginning, STALL)
            yield


class Paced:
    """A body that ends where its sender is gone, and is refused when it does not keep pace.

    It may stand still for `patience` seconds in all, and else has to come as quickly as `SLOWEST`.
    """

    def __init__(self, stream: BinaryIO, patience: float) -> None:
        self._stream = stream
        self.too_slow = False
        self.go_on(b"", patience)

    def go_on(self, beginning: bytes, patience: float) -> None:
        """From now on, with what was read already."""
        self._beginning, self._patience = beginning, patience
        self._since, self._taken = time.monotonic(), 0

    def read(self, size: int) -> bytes:
        """At most so many bytes, fewer at the end of the body alone; raises Refusal."""
        body, self._beginning = self._beginning[:size], self._beginning[size:]
        pieces = [body]
        left = size - len(body)
        while left and (piece := self._piece(min(left, ORDINARY))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        come: list[bytes] = []
        with eventlet.Timeout(self._seconds_for(size), False):
            come.append(self._sent(size))
        if not come:
            self.too_slow = True
            raise Refusal(
                TOO_SLOW,
                f"the body came too slowly: after {self._patience:g} seconds it has to have"
                f" {SLOWEST:,} bytes for each further one; send it again, as one that keeps pace",
            )
        self._taken += len(come[0])
        return come[0]

    def _sent(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except OSError:
            return b""

    def _seconds_for(self, size: int) -> float:
        until = self._since + self._patience + (self._taken + size) / SLOWEST
        return max(until - time.monotonic(), 0.0)
