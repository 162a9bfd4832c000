"""Calls to others that may take for ever: each with a time limit, and few at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import eventlet
import structlog

from shared.errors import Unavailable

Result = TypeVar("Result")

log = structlog.get_logger()


class TooLong(Unavailable):
    """A call was given up because it took too long."""


def within(seconds: float, function: Callable[..., Result], *args: object) -> Result:
    """Call a function that waits for others, for at most so many real seconds; raises TooLong.

    It runs in a green thread of its own, which is then killed: a timeout that is raised inside the
    call would be spent by the first thing that waits once more while it ends, as smtplib does to
    say goodbye. Only what waits as green threads do can be given up: sockets, not computations.
    """
    ended: list[Result | _Failed] = []

    def run() -> None:
        try:
            ended.append(function(*args))
        except Exception as error:
            ended.append(_Failed(error))

    thread = eventlet.spawn(run)
    with eventlet.Timeout(seconds, False):
        thread.wait()
    if not ended:
        thread.kill()
        raise TooLong(f"nothing was heard within {seconds:g} seconds")
    result = ended[0]
    if isinstance(result, _Failed):
        raise result.error
    return result


@dataclass(frozen=True)
class _Failed:
    error: Exception


class Crew:
    """So many green threads at once, and no two of them about the same."""

    def __init__(self, size: int) -> None:
        self._pool = eventlet.GreenPool(size)
        self._busy: set[str] = set()

    def give(self, key: str, work: Callable[[str], object]) -> bool:
        """Have `work(key)` done beside everything else; False while it is, or all are busy."""
        if key in self._busy or self._pool.free() < 1:
            return False
        self._busy.add(key)
        self._pool.spawn_n(self._do, key, work)
        return True

    def wait(self, seconds: float | None = None) -> None:
        """Until nothing is under way, for so long at most."""
        with eventlet.Timeout(seconds, False):
            self._pool.waitall()

    def _do(self, key: str, work: Callable[[str], object]) -> None:
        try:
            work(key)
        except Unavailable as error:
            log.warning("will be done later", error=str(error))
        except Exception:
            log.exception("something failed beside the service")
        finally:
            self._busy.discard(key)
