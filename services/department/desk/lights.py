"""The light of a task: green, yellow or red, by what is left of its limit. Pure."""

from dataclasses import dataclass
from typing import Literal

from services.department.desk.clocks import TimeLeft
from shared.errors import Fault, Invalid

Light = Literal["green", "yellow", "red", "none"]
WORKING_DAY_HOURS = 7
"""About how many hours of business a working day has, for limits that are counted in hours."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Yellow from less than `share` of the limit on, or when no more than `last` working days are
    left; red once it is overdue."""

    share: float = 0.25
    last: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Thresholds":
        """Read `25%,1`: a share of the limit and a number of working days. Raises Invalid."""
        share, _, last = text.replace(" ", "").partition(",")
        try:
            read = cls(share=float(share.removesuffix("%")) / 100, last=float(last))
        except ValueError:
            read = None
        if read is None or not (0 <= read.share <= 1 and 0 <= read.last <= 365):
            problem = f"{text!r} is not of the form 25%,1 (share of the limit, working days left)"
            raise Invalid(Fault("ONEWINDOW_DESK_YELLOW", problem))
        return read


def light_of(time: TimeLeft | None, thresholds: Thresholds) -> Light:
    """The light; none where no limit is set, or while time stands still."""
    if time is None or time.stopped:
        return "none"
    if time.left <= 0:
        return "red"
    days = time.left / WORKING_DAY_HOURS if time.unit == "working_hours" else time.left
    soon = days <= thresholds.last or time.left < thresholds.share * time.budget
    return "yellow" if soon else "green"
