"""Emptying the queue of a department that leaves: every message is parked with routing, which had
sent it, so that an operator finds it and can send it again."""

import time
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from shared.errors import Unavailable

PARKED, SENDER = "parked", "routing"
"""The exchange for messages that are set aside, and the key of the service that had sent them."""

PATIENCE = 30.0
NOT_THERE = 404


def park_all(uri: str, queue: str, *, why: str) -> int:
    """Park what a queue holds, as the broker would with dead letters; returns how many.

    A message is taken from the queue once the broker has it in the other. Raises Unavailable while
    somebody still reads the queue; nothing is lost then, and it can be tried again.
    """
    connection = pika.BlockingConnection(pika.URLParameters(uri))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        _wait_for_readers(channel, queue)
        parked = 0
        while (found := channel.basic_get(queue))[0] is not None:
            _park(channel, found, queue=queue, why=why)
            parked += 1
        return parked
    except ChannelClosedByBroker as error:
        if error.reply_code == NOT_THERE:
            return 0
        raise
    finally:
        connection.close()


def _park(channel: BlockingChannel, found: tuple[Any, Any, bytes], *, queue: str, why: str) -> None:
    method, properties, body = found
    death = {
        "queue": queue,
        "reason": why,
        "exchange": method.exchange,
        "routing-keys": [method.routing_key],
    }
    properties.headers = {**(properties.headers or {}), "x-death": [death]}
    properties.user_id = None  # the broker vouches for the administrator here, and for nobody else
    channel.basic_publish(PARKED, SENDER, body, properties, mandatory=True)
    channel.basic_ack(method.delivery_tag)


def _wait_for_readers(channel: BlockingChannel, queue: str) -> None:
    """Until nobody reads the queue: what a reader had in hand is back in it then."""
    deadline = time.monotonic() + PATIENCE
    while channel.queue_declare(queue, passive=True).method.consumer_count:
        if time.monotonic() > deadline:
            raise Unavailable(f"{queue} is still being read: stop the department's worker")
        channel.connection.sleep(0.1)
