"""Free ports on 127.0.0.1."""

import random
import socket

from shared.errors import OneWindowError

FIRST, LAST = 20_000, 32_000
"""Below the range that Linux hands out to outgoing connections (32768 and up), so that nobody takes
a port by accident while the process that it belongs to is restarted."""


class PortTaken(OneWindowError):
    """A port that was asked for, or all of them, belongs to another process."""


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> tuple[int, ...]:
    """`count` different ports that nobody listens on now; raises PortTaken if there are none.

    They stay claimed while this process lives: whoever else asks here, in this process or in
    another, is given others, also before a server listens and while it is started again.
    """
    found: list[int] = []
    for port in random.SystemRandom().sample(range(FIRST, LAST), LAST - FIRST):
        if is_free(port) and _claim(port):
            found.append(port)
        if len(found) == count:
            return tuple(found)
    raise PortTaken(
        f"No {count} free ports between {FIRST} and {LAST}: end processes that listen there."
    )


def _claim(port: int) -> bool:
    """The UDP port of the same number stands for the claim: only one process can have it, it is as
    wide as the network that the port is in, and it ends with the process, however that ends."""
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    claim.detach()  # it stays open, and nobody closes it
    return True


def demand(port: int, *, what: str, remedy: str) -> None:
    """Raise PortTaken, with what to do about it, unless the port is free."""
    if not is_free(port):
        raise PortTaken(f"Port {port}, which {what} needs, is taken: {remedy}.")
