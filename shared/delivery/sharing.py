"""How the processes of one service share its queues.

Each queue has a single active consumer, so that the order of a case is kept, and the broker makes
that the first one to subscribe: whichever process starts first would get them all, and keep them
after another one was started again. So each looks round now and then, and one that is active for
more than its share leaves the rest to those that wait. Nobody is told how many processes there are:
all of them read the queue of the parked, and the broker counts its consumers.

RabbitMQ 4 could do this by consumer priorities, if each process were given a number; in 3.x a
queue with a single active consumer does not look at priorities.
"""

from collections.abc import Sequence

LOOK_ROUND = 1.0
"""Seconds."""


def surplus(active: Sequence[str], *, partitions: int, readers: int) -> Sequence[str]:
    """Which of the queues that a process is active for it leaves, where `readers` share them all.

    A share that is no whole number is rounded up, so that nothing is passed round for ever.
    """
    share = -(-partitions // max(1, readers))
    return active[share:]
