"""What waits in the queues of departments and who reads them, as the broker says by AMQP.

That is so at this moment. Its management API counts every few seconds, and does not say who reads
on a node that gathers no statistics, as local ones are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pika


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many messages nobody has in hand yet, and how many consumers there are."""

    messages: int
    consumers: int


def look(uri: str, queues: Iterable[str]) -> dict[str, Waiting]:
    """What there is in each of these queues, all of which must be there."""
    connection = pika.BlockingConnection(pika.URLParameters(uri))
    try:
        channel = connection.channel()
        found = ((it, channel.queue_declare(it, passive=True).method) for it in queues)
        return {
            queue: Waiting(messages=said.message_count, consumers=said.consumer_count)
            for queue, said in found
        }
    finally:
        connection.close()
