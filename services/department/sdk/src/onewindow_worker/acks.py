"""Which acknowledgements to send: one for many deliveries where nothing older is still held."""

from __future__ import annotations

from collections.abc import Iterable


class Acks:
    """The deliveries of one channel that are not settled yet. Tags grow by one."""

    def __init__(self) -> None:
        self._held: dict[int, None] = {}

    def delivered(self, tag: int) -> None:
        """A delivery has come."""
        self._held[tag] = None

    def rejected(self, tag: int) -> None:
        """A delivery was rejected by itself."""
        self._held.pop(tag, None)

    def settle(self, tags: Iterable[int]) -> list[tuple[int, bool]]:
        """The acknowledgements for these deliveries, as (tag, multiple)."""
        settled = sorted(self._held.keys() & set(tags))
        for tag in settled:
            del self._held[tag]
        oldest = next(iter(self._held), None)
        together = [tag for tag in settled if oldest is None or tag < oldest]
        single = [(tag, False) for tag in settled[len(together) :]]
        return ([(together[-1], True)] if together else []) + single
