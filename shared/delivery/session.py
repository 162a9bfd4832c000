"""A publisher's connection with its channel in confirm mode."""

import time
from collections.abc import Sequence

from amqp.exceptions import ChannelError

from shared.delivery.inbound import Content
from shared.delivery.link import PATIENCE, Link
from shared.delivery.outbound import Unfit, frames
from shared.delivery.sending import Sending
from shared.delivery.wire import Wire

IN_FLIGHT = 2_000
"""How many messages are sent before their confirmations are waited for."""


class Session:
    """Publishes batches over one link. After an error of the link it is of no more use."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._returned: set[tuple[str, str, str]] = set()
        self._open: set[int] = set()
        self._oldest = 1
        self._open_channel()

    def publish(self, batch: Sequence[Sending]) -> None:
        """Publish all, wait until each is confirmed, and note what cannot be delivered."""
        try:
            self._publish([wire for sending in batch for wire in sending.wires])
        except ChannelError:
            # The broker refuses one of them and does not say which. The others go out all the same,
            # some of them a second time.
            self._open_channel()
            self._one_by_one(batch)
        except Unfit:
            self._one_by_one(batch)
        for sending in batch:
            sending.undeliverable += [
                (wire, f"no queue is bound to {wire.exchange} for {wire.key}")
                for wire in sending.wires
                if _way(wire) in self._returned
            ]
        self._returned.clear()

    def idle(self) -> None:
        """Handle what the broker says of itself, and keep the connection alive."""
        while self.link.drain(0):
            pass
        self.link.tick()

    def _one_by_one(self, batch: Sequence[Sending]) -> None:
        for sending in batch:
            for wire in sending.wires:
                try:
                    self._publish([wire])
                except Unfit as error:
                    sending.undeliverable.append((wire, f"it cannot be sent: {error}"))
                except ChannelError as error:
                    sending.undeliverable.append((wire, f"the broker refuses it: {error}"))
                    self._open_channel()

    def _publish(self, wires: Sequence[Wire]) -> None:
        channel, user = self._channel.channel_id, self.link.user
        frame_max = self.link.connection.frame_max
        # All are made before any is written: one that cannot be leaves nothing half done.
        made = [frames(it, channel=channel, user=user, frame_max=frame_max) for it in wires]
        self._oldest = self._sequence + 1
        self._sequence += len(made)
        self._open = set(range(self._oldest, self._sequence + 1))
        for each in made:
            self.link.write(each)
        self._await_confirms()

    def _await_confirms(self) -> None:
        self._heard = time.monotonic()
        while self._open:
            left = self._heard + PATIENCE - time.monotonic()
            if left <= 0:
                raise OSError(f"no confirmation within {PATIENCE:g} s")
            self.link.drain(left)
        if self._refused:
            raise OSError("the broker refused a message (negative acknowledgement)")

    def _open_channel(self) -> None:
        """Confirmations count from 1 on each channel."""
        self._channel = self.link.channel()
        self._sequence = 0
        self._open.clear()
        self._refused = False
        inbound = self.link.inbound
        inbound.confirmed[self._channel.channel_id] = self._confirmed
        inbound.returned[self._channel.channel_id] = self._return
        self._channel.confirm_select()

    def _confirmed(self, tag: int, multiple: bool, taken: bool) -> None:
        self._heard = time.monotonic()
        self._refused = self._refused or not taken
        if multiple:
            after = min(tag, self._sequence) + 1
            self._open.difference_update(range(self._oldest, after))
            self._oldest = max(self._oldest, after)
        else:
            self._open.discard(tag)

    def _return(self, content: Content) -> None:
        message_id = content.properties.get("message_id", "")
        self._returned.add((message_id, content.exchange, content.key))


def _way(wire: Wire) -> tuple[str, str, str]:
    return wire.message_id, wire.exchange, wire.key
