"""The national project code, `TTTT-RRRRRR-DD-PP-NNNNNC` (GB/T 40058-2021, chapter 4).

Time (YYMM), region, central department, project type, five random digits, one check character.

COMPARE BEFORE PRODUCTION: the layout is the standard's, but its section 4.7 on the check character
was not at hand. Until somebody has compared it, the check is ISO 7064 MOD 11,10 (GB/T 17710) over
the 20 digits before it, and a code that the national platform issued may be refused here. MOD 11,10
keeps the code in digits and finds every wrong digit, and all but about 2 in 100 exchanges of two
neighbours.

The five digits are a keyed permutation of the serial within the series (see shuffle), so that no
two codes meet and nobody can count a month's projects. The serial that `parse` gives is the one
that this key made; for a code issued elsewhere it means nothing.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from stdnum.iso7064 import mod_11_10

from shared.casecode.scheme import (
    CodeParts,
    check_digits_group,
    check_month,
    check_region,
    check_serial,
    digits_of,
    hyphened,
    refused,
)
from shared.casecode.shuffle import SIZE, Shuffle
from shared.errors import Fault, Invalid

GROUPS = (4, 6, 2, 2, 6)


@dataclass(frozen=True)
class ProjectCode:
    """A hundred thousand codes a month for each region, central department and project type."""

    key: bytes = field(repr=False)
    name: ClassVar[str] = "project"
    capacity: ClassVar[int] = SIZE

    def __post_init__(self) -> None:
        if not 16 <= len(self.key) <= 64:
            raise Invalid(Fault("ONEWINDOW_CODE_KEY", "must be 16 to 64 bytes, secret and lasting"))

    def series(self, parts: CodeParts) -> str:
        groups = (parts.month, parts.region, parts.central_department, parts.project_type)
        return "-".join(groups)

    def compose(self, parts: CodeParts) -> str:
        self._check(parts)
        series = self.series(parts)
        drawn = Shuffle(self.key).forward(series, parts.serial)
        digits = f"{series.replace('-', '')}{drawn:05}"
        return hyphened(digits + mod_11_10.calc_check_digit(digits), GROUPS)

    def normalise(self, typed: str) -> str:
        return hyphened(digits_of(typed, sum(GROUPS)), GROUPS)

    def verify(self, typed: str) -> str:
        self.parse(typed)
        return self.normalise(typed)

    def parse(self, typed: str) -> CodeParts:
        code = self.normalise(typed)
        digits = code.replace("-", "")
        if digits[-1] != mod_11_10.calc_check_digit(digits[:-1]):
            raise refused(f"check character {digits[-1]} does not fit; one of the digits is wrong")
        month, region, central_department, project_type, drawn = code.split("-")
        series = code.rpartition("-")[0]
        parts = CodeParts(
            region=region,
            month=month,
            serial=Shuffle(self.key).back(series, int(drawn[:5])),
            central_department=central_department,
            project_type=project_type,
        )
        self._check(parts)
        return parts

    def _check(self, parts: CodeParts) -> None:
        check_month(parts.month)
        check_region(parts.region)
        check_digits_group("central department", parts.central_department, 2)
        check_digits_group("project type", parts.project_type, 2)
        check_serial(parts.serial, self.capacity)
