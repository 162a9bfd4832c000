"""The errors of OneWindow.

OneWindowError
├── Invalid            input that breaks a rule; names the field
├── NotFound           a thing that is asked for and is not there
└── Unavailable        a part that is needed is away; trying again later may work
"""

from dataclasses import dataclass


class OneWindowError(Exception):
    """Something that OneWindow can say in one clear sentence."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input: where it stands (`form.area`), and what is wrong."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}" if self.field else self.problem


class Invalid(OneWindowError):
    """Input breaks a rule. `faults` names every field that is wrong, not only the first."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


class NotFound(OneWindowError):
    """What was asked for is not there."""


class Unavailable(OneWindowError):
    """A part that is needed is away just now."""
