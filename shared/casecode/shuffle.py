"""Numbers that look random and never meet: a keyed permutation of 0 to 99,999.

A serial is split into a pair of 250 by 400, and each half is moved in turn by an amount that the
key, the series and the other half decide (a Feistel network with additions). Each step can be taken
back, so the whole is a permutation in every series: who issues codes need only count.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

LEFT, RIGHT = 250, 400
SIZE = LEFT * RIGHT
ROUNDS = 8


@dataclass(frozen=True)
class Shuffle:
    """A permutation for each series. The key is 16 to 64 bytes, secret, and never changes while
    codes of a series are issued: under another key the digits of two serials may meet."""

    key: bytes = field(repr=False)

    def forward(self, series: str, serial: int) -> int:
        """The digits of a serial."""
        left, right = divmod(serial, RIGHT)
        for turn in range(ROUNDS):
            left = (left + self._move(series, turn, "right", right)) % LEFT
            right = (right + self._move(series, turn, "left", left)) % RIGHT
        return left * RIGHT + right

    def back(self, series: str, digits: int) -> int:
        """The serial of digits."""
        left, right = divmod(digits, RIGHT)
        for turn in reversed(range(ROUNDS)):
            right = (right - self._move(series, turn, "left", left)) % RIGHT
            left = (left - self._move(series, turn, "right", right)) % LEFT
        return left * RIGHT + right

    def _move(self, series: str, turn: int, half: str, value: int) -> int:
        text = f"{series}/{turn}/{half}/{value}".encode()
        return int.from_bytes(blake2b(text, key=self.key, digest_size=8).digest(), "big")
