"""Which of a policy's ladders holds for a clock. Pure.

What is written for its item goes before what is written for its department, and that before what is
written for all; what its region says of any of them goes before what a wider one says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, Self, TypeVar

from shared.worktime.regions import lineage

Chosen = TypeVar("Chosen")


@dataclass(frozen=True, kw_only=True)
class Choices(Generic[Chosen]):
    """What is chosen by kind of clock, and where an item or a department has others. `regions` are
    the choices of regions that say something of their own, each with what holds in the `wider`
    region behind it."""

    clocks: Mapping[str, Chosen]
    items: Mapping[str, Mapping[str, Chosen]] = field(default_factory=dict)
    departments: Mapping[str, Mapping[str, Chosen]] = field(default_factory=dict)
    wider: Self | None = None
    regions: Mapping[str, Self] = field(default_factory=dict)

    def of(self, region: str) -> Self:
        """The choices that hold in a region: those of the nearest one that says anything."""
        if not self.regions:
            return self
        return next((self.regions[it] for it in nearest(region) if it in self.regions), self)

    def chosen(self, kind: str, *, item: str, department: str) -> Chosen | None:
        """What holds for a clock; None where nothing is said of its kind."""
        for choice in (self.items.get(item), self.departments.get(department), self.clocks):
            if choice and kind in choice:
                return choice[kind]
        return self.wider.chosen(kind, item=item, department=department) if self.wider else None


@lru_cache(maxsize=4_096)
def nearest(region: str) -> tuple[str, ...]:
    """The regions that hold in one, itself first, the nation last."""
    return tuple(reversed(lineage(region)))
