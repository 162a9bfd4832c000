"""A port between the worker and the broker that reads every frame and can stop at any of them."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from deploy.local.ports import free_ports
from deploy.workercheck.frames import Conversation, Cutter
from deploy.workercheck.seen import Event, Opened, Published

HOST = "127.0.0.1"
PIECE = 65_536
BREATH = 0.1
"""How long a wait sleeps at most, so that it sees a worker that has ended, in seconds."""


Meaning = Callable[[bytes], Event | None]


@dataclass(frozen=True, kw_only=True)
class Trap:
    """At the first event that fits, do something and let nothing more through.

    `forward` says whether the frame that sprung it still reaches the other end.
    """

    springs_at: Callable[[Event], bool]
    act: Callable[[], None]
    forward: bool


class Tap:
    """Leads one port to the broker's. `events` only ever grows."""

    def __init__(self, broker_port: int, port: int = 0) -> None:
        self.events: list[Event] = []
        self.port = port or free_ports(1)[0]
        self._broker_port = broker_port
        self._news = threading.Condition(threading.RLock())
        self._trap: Trap | None = None
        self._sprung = self._dead = False
        self._sockets: set[socket.socket] = set()
        self._connections = 0
        self._listener = socket.create_server((HOST, self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def wait(
        self,
        true: Callable[[], bool],
        seconds: float,
        *,
        give_up: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Wait until something is true that events decide; False after `seconds`, or given up."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not true():
                left = deadline - time.monotonic()
                if left <= 0 or give_up():
                    return true()
                self._news.wait(min(left, BREATH))
        return True

    def set_trap(self, trap: Trap) -> None:
        """It springs once; then the line is dead until `mend`."""
        with self._news:
            self._trap, self._sprung = trap, False

    def trapped(self, seconds: float) -> bool:
        """Wait until the trap has sprung and done what it does; False if it did not, and never
        will."""
        if self.wait(lambda: self._sprung, seconds):
            return True
        with self._news:
            disarmed, self._trap = self._trap is not None, None
        return not disarmed and self.wait(lambda: self._sprung, seconds)

    def cut(self) -> None:
        """End every connection, and take no new one until `mend`."""
        with self._news:
            self._dead = True
            sockets, self._sockets = self._sockets, set()
        for each in sockets:
            with contextlib.suppress(OSError):
                # what was forwarded still arrives, which a reset could prevent
                each.shutdown(socket.SHUT_WR)

    def mend(self) -> None:
        """Take connections again."""
        with self._news:
            self._dead = False

    def close(self) -> None:
        """For good."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                worker = self._listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._connect, args=(worker,), daemon=True).start()

    def _connect(self, worker: socket.socket) -> None:
        with self._news:
            self._connections += 1
            number, talk, dead = self._connections, Conversation(), self._dead
            self._note(Opened(), number)
        try:
            if dead:
                raise ConnectionRefusedError
            broker = socket.create_connection((HOST, self._broker_port))
        except OSError:
            worker.close()
            return
        with self._news:
            self._sockets |= {worker, broker}
        answers = (broker, worker, talk.broker_says, number)
        back = threading.Thread(target=self._pump, args=answers, daemon=True)
        back.start()
        self._pump(worker, broker, talk.worker_says, number)
        back.join()
        with self._news:
            self._sockets -= {worker, broker}
        for each in (worker, broker):
            each.close()

    def _pump(
        self,
        source: socket.socket,
        target: socket.socket,
        meaning: Meaning,
        number: int,
    ) -> None:
        frames = Cutter()
        with contextlib.suppress(OSError):
            while data := source.recv(PIECE):
                for frame in frames.feed(data):
                    self._pass(frame, target, meaning, number)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _pass(self, frame: bytes, target: socket.socket, meaning: Meaning, number: int) -> None:
        with self._news:
            if self._dead:
                return
            event = meaning(frame)
            sprung = None
            if event is not None:
                if self._trap is not None and self._trap.springs_at(event):
                    sprung, self._trap, self._dead = self._trap, None, True
                    if isinstance(event, Published):
                        event = replace(event, reached=sprung.forward)
                self._note(event, number)
        if sprung is None or sprung.forward:
            target.sendall(frame)
        if sprung is not None:
            sprung.act()
            self.cut()
            with self._news:
                self._sprung = True
                self._news.notify_all()

    def _note(self, event: Event, connection: int) -> None:
        self.events.append(replace(event, connection=connection, at=time.monotonic()))
        self._news.notify_all()
