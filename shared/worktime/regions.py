"""The calendars of regions: a district inherits its city's, that its province's, that the nation's.

What a nearer region says of a day goes before what a wider one says of it; within a region the
later version. A code of GB/T 2260 has six digits: province, city, district, two each.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path

from shared.errors import Fault, Invalid
from shared.worktime.days import Seed
from shared.worktime.hours import BusinessHours
from shared.worktime.table import Table, merged, read_table, read_yaml
from shared.worktime.versions import NATION, Version, version_from
from shared.worktime.workdays import Calendar

FOLDER, TABLE = "calendars", "calendar.yaml"
_CODE = re.compile(r"[1-9][0-9](?:[0-9]{2}){0,2}")
_NUMBERED = re.compile(r"\d{3}")


def lineage(region: str) -> tuple[str, ...]:
    """The regions whose calendars hold in one, from the nation to itself.

    `330106` is a district of `330100`, that a city of `330000`. What is no code of GB/T 2260 lies
    in the nation.
    """
    if not _CODE.fullmatch(region):
        return (NATION,)
    own = re.sub(r"(00){1,2}$", "", region.ljust(6, "0"))
    return (NATION, *(own[:size].ljust(6, "0") for size in (2, 4, 6) if size <= len(own)))


def area_of(region: str) -> str:
    """How a region's code and those of all regions in it begin; empty for the nation."""
    own = lineage(region)[-1]
    return "" if own == NATION else re.sub(r"(00){1,2}$", "", own)


def checked_region(region: str) -> str:
    """The region in its one spelling: `nation` or six digits. Raises Invalid naming `region`."""
    if region != NATION and not _CODE.fullmatch(region):
        problem = f"{region!r} is no code of GB/T 2260 such as 330100; or say {NATION}"
        raise Invalid(Fault("region", problem))
    return lineage(region)[-1]


class Calendars:
    """Every region's calendar, made when it is first asked for, from the published versions.

    `table` is the operator's table for the whole nation, below all versions. Immutable by
    convention, as a Calendar is.
    """

    def __init__(
        self,
        versions: Iterable[Version] = (),
        *,
        table: Table | None = None,
        seed: Seed | None = None,
        hours: BusinessHours | None = None,
    ) -> None:
        self.versions = tuple(sorted(versions, key=lambda it: (it.region, it.number)))
        self._table, self._seed, self._hours = table or Table(), seed, hours
        self._made: dict[tuple[str, ...], Calendar] = {}
        self._asked: dict[str, Calendar] = {}

    def of(self, region: str) -> Calendar:
        """The calendar that holds in a region. Regions for which the same holds share it."""
        if region not in self._asked:
            known = tuple(it for it in lineage(region) if it in self._regions)
            if known not in self._made:
                tables = (self._table, *(it.table for it in self.holding(region)))
                self._made[known] = Calendar(merged(tables), seed=self._seed, hours=self._hours)
            self._asked[region] = self._made[known]
        return self._asked[region]

    def with_version(self, version: Version) -> "Calendars":
        """The calendars once a version is published."""
        return self.with_versions((*self.versions, version))

    def with_versions(self, versions: Iterable[Version]) -> "Calendars":
        """The calendars with other versions than these."""
        return Calendars(versions, table=self._table, seed=self._seed, hours=self._hours)

    def holding(self, region: str) -> tuple[Version, ...]:
        """The versions that hold in a region; what a later one says goes before an earlier one."""
        return tuple(
            version
            for held in lineage(region)
            for version in self.versions
            if version.region == held
        )

    def of_region(self, region: str) -> tuple[Version, ...]:
        """The versions of a region itself, oldest first."""
        return tuple(it for it in self.versions if it.region == region)

    def cause(self, region: str, first: date, last: date) -> Version | None:
        """The version last published of those that say something of these days in a region."""
        deciding = [it for it in self.holding(region) if it.decides(first, last)]
        return max(deciding, key=lambda it: it.published_at, default=None)

    @cached_property
    def _regions(self) -> frozenset[str]:
        return frozenset(it.region for it in self.versions)


def read_calendars(catalogue: Path) -> Calendars:
    """The calendars of a catalogue: calendar.yaml and calendars/REGION/NNN.yaml, where there are.

    Raises Invalid naming the file and every field that is wrong, also for a number left out.
    """
    table = catalogue / TABLE
    versions = [
        version
        for folder in sorted((catalogue / FOLDER).glob("*/"))
        for version in _read_region(folder)
    ]
    return Calendars(versions, table=read_table(table) if table.exists() else None)


def path_of(catalogue: Path, region: str, number: int) -> Path:
    """The file of a version."""
    return catalogue / FOLDER / region / f"{number:03}.yaml"


def _read_region(folder: Path) -> list[Version]:
    if checked_region(folder.name) != folder.name:
        raise Invalid(Fault(str(folder), f"must be called {checked_region(folder.name)}"))
    versions = []
    for number, file in enumerate(sorted(folder.glob("*.yaml")), 1):
        if not _NUMBERED.fullmatch(file.stem) or int(file.stem) != number:
            raise Invalid(Fault(str(file), f"stands where version {number:03}.yaml should"))
        try:
            versions.append(version_from(read_yaml(file), region=folder.name, number=number))
        except Invalid as error:
            raise Invalid(
                *(Fault(f"{file}: {it.field}", it.problem) for it in error.faults)
            ) from None
    return versions
