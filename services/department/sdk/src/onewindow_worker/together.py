"""A connection that hands many frames to the socket in one piece.

pika writes each frame of a message by itself, three system calls for one result; and each lets
other threads go first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pika


class TogetherConnection(pika.SelectConnection):  # type: ignore[misc]
    """What is written inside `together` leaves at its end."""

    _pieces: list[bytes] | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Hold back what is written; in the connection's own thread."""
        pieces: list[bytes] = []
        self._pieces = pieces
        try:
            yield
        finally:
            self._pieces = None
            if pieces:
                self._adapter_emit_data(b"".join(pieces))

    def _adapter_emit_data(self, data: bytes) -> None:
        # what pika calls to send; where it ever calls something else, frames leave one by one
        if self._pieces is None:
            super()._adapter_emit_data(data)
        else:
            self._pieces.append(data)
