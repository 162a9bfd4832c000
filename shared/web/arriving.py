"""Bodies arrive before a worker is taken, so that who sends slowly holds up nobody but themselves.

A service has some dozens of workers for all its requests. A connection has a thread of its own,
which costs nothing while it waits: there a body of ordinary size is read to its end. Larger ones,
mostly uploads, are read by their worker, few of them at once.
"""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import eventlet
from eventlet.semaphore import Semaphore
from werkzeug.wrappers import Request

ORDINARY = 64 * 1024
"""Bytes of a body that each connection may keep; as many as there may be must fit into memory."""
PATIENCE = 30.0
"""Seconds in which the body of an ordinary request has to be there."""
SLOWEST = 16 * 1024
"""Bytes a second that an upload has to come with beyond that; a slow mobile line has ten times
as much."""
UPLOADS_AT_ONCE = 16

_uploads = Semaphore(UPLOADS_AT_ONCE)


@contextmanager
def arriving(wire: Request, limit: int) -> Iterator[None]:
    """Take in the body of a request that may have one of `limit` bytes, or see to it that it comes.

    What is not to be read at all, because it is too long or of no stated length, stays where it is:
    the route says why. What ends early, or takes too long, ends there, as the route will see.
    """
    length = wire.content_length or 0
    if "Transfer-Encoding" in wire.headers or not 0 < length <= limit:
        yield
    elif length <= ORDINARY:
        wire.environ["wsgi.input"] = io.BytesIO(_whole(wire.environ["wsgi.input"], length))
        yield
    else:
        with _uploads:
            wire.environ["wsgi.input"] = Paced(wire.environ["wsgi.input"], _seconds_for(length))
            yield


def _seconds_for(length: int) -> float:
    return PATIENCE + length / SLOWEST


def _whole(stream: BinaryIO, length: int) -> bytes:
    return Paced(stream, PATIENCE).read(length)


class Paced:
    """A body that ends when its time is over, or its sender is gone."""

    def __init__(self, stream: BinaryIO, seconds: float) -> None:
        self._stream = stream
        self._until = time.monotonic() + seconds

    def read(self, size: int) -> bytes:
        """At most so many bytes, fewer at the end of the body alone."""
        left = self._until - time.monotonic()
        body = b""
        with eventlet.Timeout(max(left, 0.0), False), suppress(OSError):
            body = self._stream.read(size)
        return body
