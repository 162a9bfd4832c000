"""Which stack a command about departments means: the one that runs here, or one elsewhere.

Elsewhere are: the broker in AMQP_URI, with its administrator, its management API in
ONEWINDOW_BROKER_API; the catalogue in ONEWINDOW_CATALOGUE; the databases in ONEWINDOW_DATABASE; and
the file passwords.json of `./onewindow secrets`, by which a command tells that it is meant.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.broker_address import BrokerAddress
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.hashed import KeptFile
from deploy.local.passwords import hashes_beside
from deploy.local.places import Places
from deploy.local.services import CATALOGUE, departments
from deploy.local.state import StackState
from shared.businesstime import SETTING, BusinessTime
from shared.errors import Fault, Invalid, NotFound


@dataclass(frozen=True, kw_only=True)
class Site:
    """A stack as an operator's command has it in hand. `kept` holds hashes of passwords."""

    admin: BrokerAdmin
    catalogue: Path
    kept: KeptFile
    elsewhere: bool

    @property
    def vhost(self) -> str:
        """The virtual host that the stack has for itself."""
        return self.admin.address.vhost

    @property
    def departments(self) -> dict[str, bool]:
        """The departments of the catalogue, and whether the desk keeps their tasks."""
        return departments(self.catalogue)

    def way_of(self, department: str) -> bool:
        """Whether a department works at the desk; raises Invalid for one that there is not."""
        return way_of(department, self.departments)


def way_of(department: str, known: Mapping[str, bool]) -> bool:
    """Whether a department works at the desk; raises Invalid for one that there is not."""
    if department not in known:
        problem = f"{department!r} is none of {', '.join(sorted(known))}"
        raise Invalid(Fault("department", problem))
    return known[department]


def find(catalogue: Path | None, passwords: Path | None) -> Site:
    """The stack that is meant; raises NotRunning, NotFound and Invalid, saying what to do."""
    if passwords is None:
        return _here(catalogue)
    address = BrokerAddress.from_environment(os.environ)
    if address is None:
        raise Invalid(Fault("AMQP_URI", "is not set: give the address of the administrator"))
    if not passwords.exists():
        raise NotFound(f"{passwords} is not there: `./onewindow secrets` makes it")
    return Site(
        admin=BrokerAdmin(address),
        catalogue=catalogue or CATALOGUE,
        kept=KeptFile(passwords),
        elsewhere=True,
    )


def _here(catalogue: Path | None) -> Site:
    places = Places.from_environment(os.environ)
    state = StackState.running(places.state)
    return Site(
        admin=BrokerAdmin(state.broker),
        catalogue=catalogue or Path(state.catalogue or CATALOGUE),
        kept=KeptFile(hashes_beside(places.stack / "passwords")),
        elsewhere=False,
    )


def catalogue_in_use(given: Path | None) -> Path:
    """The folder that is named, or that of the stack that runs here, or the example's."""
    state = StackState.read(Places.from_environment(os.environ).state)
    return given or Path((state.catalogue if state else "") or CATALOGUE)


def connections_in_use(given: Path | None, catalogue: Path | None) -> Path:
    """The file connections.yaml that is named, or that of the stack that runs here, or the
    catalogue's; raises Invalid where that is none."""
    state = StackState.read(Places.from_environment(os.environ).state)
    named = given or (Path(state.connections) if state and state.connections else None)
    found = named or catalogue_in_use(catalogue) / "connections.yaml"
    if not named and not found.is_file():
        problem = f"{found} is not there; name the file with --connections"
        raise Invalid(Fault("connections", problem))
    return found


def business_time() -> BusinessTime:
    """The time by which tokens begin and end: that of the stack that runs here, if one does."""
    state = StackState.read(Places.from_environment(os.environ).state)
    setting = os.environ.get(SETTING) or (state.time if state else "")
    return BusinessTime.parse(setting, production=False)
