"""What every scheme of case codes answers, and what they share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.errors import Fault, Invalid

# what stands between groups when people type or paste: spaces and every hyphen, dash and minus
SEPARATORS = "-‐‑‒–—―−－﹣﹘"
FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(frozen=True, kw_only=True)
class CodeParts:
    """What a code says: region (GB/T 2260, six digits), month (YYMM), and the serial in its series.

    `central_department` and `project_type` (two digits each) belong to project codes alone.
    """

    region: str
    month: str
    serial: int
    central_department: str = ""
    project_type: str = ""


class Scheme(Protocol):
    """A way of writing case codes. Every refusal is Invalid and names `case_code`."""

    @property
    def capacity(self) -> int:
        """Serials in a series: 0 to capacity - 1."""

    def series(self, parts: CodeParts) -> str:
        """The beginning of the code, within which no two serials may be alike."""

    def compose(self, parts: CodeParts) -> str:
        """The code with its hyphens and check. Refuses parts that make none."""

    def normalise(self, typed: str) -> str:
        """The code as it is written, from what was typed: without regard to spaces, hyphens and
        full-width digits. Says nothing of the check."""

    def verify(self, typed: str) -> str:
        """The code as it is written. Refuses a wrong length, what is no digit, a wrong check."""

    def parse(self, typed: str) -> CodeParts:
        """The parts of a code that `verify` accepts."""


def month_of(now: datetime) -> str:
    """YYMM of an instant in the zone that it is given in."""
    return f"{now:%y%m}"


def digits_of(typed: str, length: int) -> str:
    """The digits of a typed code, exactly `length` of them."""
    plain = typed.translate(FULL_WIDTH)
    digits = "".join(char for char in plain if not (char.isspace() or char in SEPARATORS))
    for char in digits:
        if char not in "0123456789":
            raise refused(f"{char!r} is not a digit; a code has digits, spaces and hyphens only")
    if len(digits) != length:
        raise refused(f"has {len(digits)} digits instead of {length}")
    return digits


def check_digits_group(name: str, value: str, length: int) -> None:
    """Refuse a group that is not `length` ASCII digits."""
    if not (len(value) == length and value.isascii() and value.isdecimal()):
        raise refused(f"{name} {value!r} is not {length} digits")


def check_region(region: str) -> None:
    check_digits_group("region", region, 6)
    if region.startswith("0"):
        raise refused(f"region {region!r} is none of GB/T 2260, which begin with 1 to 9")


def check_month(month: str) -> None:
    check_digits_group("month", month, 4)
    if not 1 <= int(month[2:]) <= 12:
        raise refused(f"month {month!r} is not a year and month YYMM")


def check_serial(serial: int, capacity: int) -> None:
    if not 0 <= serial < capacity:
        raise refused(f"serial {serial} is not within 0 and {capacity - 1}")


def hyphened(digits: str, lengths: Iterable[int]) -> str:
    """The digits in groups of the given lengths, with hyphens between."""
    groups, at = [], 0
    for length in lengths:
        groups.append(digits[at : at + length])
        at += length
    return "-".join(groups)


def refused(problem: str) -> Invalid:
    return Invalid(Fault("case_code", problem))
