"""The default scheme, `RRRRRR-YYMM-SSSSSSS-CC`: region, month, serial, two check digits.

The check digits are ISO 7064 MOD 97-10 over the digits: every wrong digit and every exchange of two
neighbours is found. Digits only, so that a code can be read out over a telephone.
"""

from dataclasses import dataclass
from typing import ClassVar

from stdnum.iso7064 import mod_97_10

from shared.casecode.scheme import (
    CodeParts,
    check_month,
    check_region,
    check_serial,
    digits_of,
    hyphened,
    refused,
)

GROUPS = (6, 4, 7, 2)


@dataclass(frozen=True)
class RegionalCode:
    """Ten million codes a month for each region."""

    name: ClassVar[str] = "regional"
    capacity: ClassVar[int] = 10_000_000

    def series(self, parts: CodeParts) -> str:
        return f"{parts.region}-{parts.month}"

    def compose(self, parts: CodeParts) -> str:
        self._check(parts)
        digits = f"{parts.region}{parts.month}{parts.serial:07}"
        return hyphened(digits + mod_97_10.calc_check_digits(digits), GROUPS)

    def normalise(self, typed: str) -> str:
        return hyphened(digits_of(typed, sum(GROUPS)), GROUPS)

    def verify(self, typed: str) -> str:
        self.parse(typed)
        return self.normalise(typed)

    def parse(self, typed: str) -> CodeParts:
        digits = digits_of(typed, sum(GROUPS))
        # compared, not divided: 00 and 97 leave the same remainder, and a case has one code
        if digits[-2:] != mod_97_10.calc_check_digits(digits[:-2]):
            raise refused(f"check digits {digits[-2:]} do not fit; one of the digits is wrong")
        parts = CodeParts(region=digits[:6], month=digits[6:10], serial=int(digits[10:17]))
        self._check(parts)
        return parts

    def _check(self, parts: CodeParts) -> None:
        check_region(parts.region)
        check_month(parts.month)
        check_serial(parts.serial, self.capacity)
        if parts.central_department or parts.project_type:
            raise refused("central department and project type have no place in a regional code")
