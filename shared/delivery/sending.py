"""Messages on their way to the broker, and what becomes of them."""

import threading
from collections.abc import Callable, Sequence

from shared.delivery.wire import Wire
from shared.errors import Unavailable

LONGEST_WAIT = 20.0
"""How long a caller waits for the broker, in seconds: twice what the publisher waits for it."""


class NotSent(Unavailable):
    """The broker did not confirm; the message may have arrived, and must be sent again."""


class Sending:
    """Messages on their way; `wait` for what became of them.

    `then` is called once, by the publisher's thread, when that is known.
    """

    def __init__(
        self, wires: Sequence[Wire], then: Callable[["Sending"], None] = lambda _: None
    ) -> None:
        self.wires = wires
        self.undeliverable: list[tuple[Wire, str]] = []
        """What the broker has no queue for or refuses, each with the reason."""
        self.error: Exception | None = None
        self._then = then
        self._done = threading.Event()

    def wait(self, timeout: float = LONGEST_WAIT) -> list[tuple[Wire, str]]:
        """What could not be delivered; raises NotSent unless the broker answered for all."""
        if not self._done.wait(timeout):
            raise NotSent(f"the broker did not confirm within {timeout:g} s")
        if self.error is not None:
            raise NotSent(f"the broker did not take the messages: {self.error}")
        return self.undeliverable

    def failed(self) -> bool:
        """Wait; whether the broker does not have them all."""
        try:
            self.wait()
        except NotSent:
            return True
        return False

    def finish(self, error: Exception | None = None) -> None:
        """Say what became of it and wake whoever waits."""
        self.error = error
        try:
            self._then(self)
        finally:
            self._done.set()
