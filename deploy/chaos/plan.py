"""Which faults come when: from a seed, so that a run can be had again. Pure."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

WEIGHTS: Mapping[str, int] = {
    "kill service": 20,
    "kill worker": 13,
    "kill broker": 3,
    "kill database": 5,
    "cut": 22,
    "delay": 8,
    "mute broker": 3,
    "mute database": 2,
    "fill disk": 3,
    "stop": 8,
    "repeat": 12,
    "reorder": 8,
}
"""The kinds of faults and how often each comes."""

OF_THE_SERVER = ("kill database", "mute database")
"""Kinds that need a database server."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A fault: `pause` seconds after the one before, for `seconds` where it is undone again.

    `choice` from 0 to 1 picks whom it meets, among those whom it can meet.
    """

    number: int
    kind: str
    pause: float
    seconds: float
    choice: float

    def pick(self, among: Sequence[str]) -> str:
        """Whom it meets."""
        return among[int(self.choice * len(among))]


def faults(seed: int, *, pause: tuple[float, float], server: bool) -> Iterator[Planned]:
    """Faults without end: every kind once in some order, then by weight."""
    dice = random.Random(f"faults {seed}")  # noqa: S311 - to be had again
    weights = {kind: it for kind, it in WEIGHTS.items() if server or kind not in OF_THE_SERVER}
    first = list(weights)
    dice.shuffle(first)
    number = 0
    while True:
        number += 1
        kind = first.pop() if first else dice.choices(list(weights), list(weights.values()))[0]
        yield Planned(
            number=number,
            kind=kind,
            pause=dice.uniform(*pause),
            seconds=dice.uniform(1.5, 8.0),
            choice=dice.random(),
        )
