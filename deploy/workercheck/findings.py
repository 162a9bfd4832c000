"""What a check comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["passed", "broken", "not tried"]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One way in which the contract was broken: what was seen, what was expected, what to do."""

    seen: str
    expected: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A check with its verdict; `why` says of one that was not tried what it would need."""

    check: str
    title: str
    troubles: Sequence[Trouble] = ()
    why: str = ""
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        if self.troubles:
            return "broken"
        return "not tried" if self.why else "passed"
