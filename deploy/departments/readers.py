"""Who reads the queues of departments just now, as the broker says to whoever asks by AMQP.

Its management API would know too, but not on a node that gathers no statistics, as local ones are.
"""

from collections.abc import Iterable

import pika


def readers_of(uri: str, queues: Iterable[str]) -> dict[str, int]:
    """How many consumers each of these queues has, all of which must be there."""
    connection = pika.BlockingConnection(pika.URLParameters(uri))
    try:
        channel = connection.channel()
        return {
            queue: channel.queue_declare(queue, passive=True).method.consumer_count
            for queue in queues
        }
    finally:
        connection.close()
