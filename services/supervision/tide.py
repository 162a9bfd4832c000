"""How far supervision has come with the case stream, so that it does not alert on old news.

After downtime the stream still holds what happened meanwhile. A clock whose case was decided in
time must not alert only because nobody has read of it yet: until the stream is caught up, rungs
fire to the moment to which it has been read. `at` is real seconds of this process, monotonic.

Each process reads its share of the stream and fires clocks of any case, so those that lag behind
write down how far they are (the table `tides`), and nobody fires further.
"""

from datetime import datetime, timedelta

LATE = 2.0
"""A batch whose oldest message is older than this, in real seconds, shows that we are behind."""
QUIET = 1.5
"""After so many seconds without such a batch we are not."""


class Tide:
    """Up to which business moment rungs may fire."""

    def __init__(self, *, speed: float, started: float) -> None:
        self._speed = speed
        self._busy = started
        self._read_to: datetime | None = None

    def read(self, oldest: datetime, *, now: datetime, at: float) -> bool:
        """A batch is taken in: all that was sent before its `oldest` message has been. Whether it
        shows that we are behind."""
        behind = now - oldest > timedelta(seconds=LATE * self._speed)
        if behind:
            self._busy, self._read_to = at, oldest
        return behind

    def quiet_since(self, now: datetime) -> datetime:
        """The business moment since which a process must not have lagged behind, at `now`."""
        return now - timedelta(seconds=QUIET * self._speed)

    def limit(self, *, now: datetime, at: float) -> datetime | None:
        """The moment before which rungs may fire at business time `now`; None: not yet at all."""
        return now if at - self._busy > QUIET else self._read_to
