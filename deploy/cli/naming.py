"""Names that a command is given: whether there is such a thing, and what was perhaps meant."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from stdnum import numdb

from services.supervision.board.names import Names
from shared.errors import Fault, Invalid
from shared.worktime import NATION
from shared.worktime.regions import checked_region, lineage

NEAR = 3
LISTED = 20
"""Where nothing is near, so many of those that there are."""
REGIONS = "regions.yaml"


def check_known(argument: str, value: str, known: Collection[str], *, where: str) -> None:
    """Raises Invalid for a name that is not known, with those that are near. `where` is the whole
    that has no such part: `the catalogue`."""
    if value not in known:
        said = f"{where} has no {value!r}; {nearby(value, known)}"
        raise Invalid(Fault(argument, said))


def check_folder(catalogue: Path) -> None:
    """Raises Invalid where there is no such folder."""
    if not catalogue.is_dir():
        raise Invalid(Fault("--catalogue", f"there is no folder {catalogue}"))


def nearby(value: str, known: Collection[str]) -> str:
    """What was perhaps meant, else what there is; the end of a sentence."""
    near = get_close_matches(value, sorted(known), NEAR, 0.5)
    if near:
        return f"did you mean {' or '.join(near)}?"
    some = sorted(known)[:LISTED]
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return f"it has {', '.join(some) or 'none'}{more}"


def items_of(catalogue: Path) -> list[str]:
    """The keys of a catalogue's items."""
    return sorted(file.stem for file in (catalogue / "items").glob("*.yaml"))


def departments_of(catalogue: Path) -> list[str]:
    """The keys of a catalogue's departments."""
    return sorted(Names(catalogue=catalogue).departments)


def known_region(region: str, catalogue: Path) -> str:
    """A region in its one spelling. Raises Invalid for what stands neither in regions.yaml nor
    among the codes of GB/T 2260."""
    region, own = checked_region(region), Names(catalogue=catalogue).regions
    if has_region(region, catalogue):
        return region
    beside = [it for it in own if lineage(it)[:2] == lineage(region)[:2]]
    problem = f"no code of GB/T 2260 is {region}, and {REGIONS} does not name it"
    raise Invalid(Fault("region", f"{problem}; {nearby(region, beside or own)}"))


def has_region(region: str, catalogue: Path) -> bool:
    """Whether there is a region of this code."""
    own = Names(catalogue=catalogue).regions
    return region == NATION or region in own or _published(region)


def _published(region: str) -> bool:
    """Whether python-stdnum's table has the code: all that are, or ever were, in force."""
    return any("county" in said for _digits, said in numdb.get("cn/loc").info(region))
