"""Servers from the distribution's packages: installed when missing, never left running.

An installation that starts a system service would leave a server that was not there before.
Debian's policy-rc.d (invoke-rc.d(8)) forbids that while we install; one that is already there stays
as it is.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.ports import is_free
from deploy.local.process import quote
from shared.errors import OneWindowError

Say = Callable[[str], None]

POLICY = Path("/usr/sbin/policy-rc.d")
MARK = "# placed by OneWindow while it installs packages"
PORT_MAPPER = 4369
WAIT_FOR_LOCK = ("-o", "DPkg::Lock::Timeout=300")


class CannotInstall(OneWindowError):
    """A package is missing and cannot be installed from here; says what to do instead."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package, the file that shows that it is there, and what else would do."""

    name: str
    title: str
    pattern: str
    service: str = ""
    otherwise: str = ""

    def installed(self, root: Path = Path("/")) -> bool:
        """Whether the file that we need is there."""
        return any(root.glob(self.pattern))


RABBITMQ = Package(
    name="rabbitmq-server",
    title="RabbitMQ",
    pattern="usr/lib/rabbitmq/bin/rabbitmq-server",
    service="rabbitmq-server",
    otherwise=", or set AMQP_URI to a broker that you have",
)
POSTGRESQL = Package(
    name="postgresql",
    title="PostgreSQL",
    pattern="usr/lib/postgresql/*/bin/postgres",
    service="postgresql",
)
CHROMIUM = Package(name="chromium", title="Chromium", pattern="usr/bin/chromium")
CHINESE_FONT = Package(
    name="fonts-wqy-microhei",
    title="A font with Chinese characters",
    pattern="usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)
"""For PDF files, and for pages that tests look at."""


def ensure(package: Package, *, log: Path, say: Say) -> None:
    """Install the package unless it is there; raises CannotInstall."""
    if package.installed():
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with (log.parent / "packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not package.installed():
            _install(package, log, say)


def root_prefix(package: Package) -> list[str]:
    """What to put before a command that needs root; raises CannotInstall if nothing helps."""
    if shutil.which("apt-get") is None:
        raise CannotInstall(
            f"{package.title} is missing, and there is no apt-get here to install it:"
            f" install {package.name}{package.otherwise}, and run this again."
        )
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if shutil.which("sudo") and _runs([*sudo, "true"]):
        return sudo
    raise CannotInstall(
        f"{package.title} is missing, and installing it needs root:"
        f" run `sudo apt-get install {package.name}`{package.otherwise}, and run this again."
    )


def _install(package: Package, log: Path, say: Say) -> None:
    root = root_prefix(package)
    say(f"Installing {package.title} from the distribution's packages, once ({log}) ...")
    mapper_was_there = not is_free(PORT_MAPPER)
    with services_stay_down(root):
        _apt(package, root, log, say)
    _leave_nothing(package, root, mapper_was_there)
    if not package.installed():
        raise CannotInstall(
            f"apt-get installed {package.name}, but /{package.pattern} is not there:"
            f" this distribution lays {package.title} out in another way{package.otherwise}."
        )


def _apt(package: Package, root: Sequence[str], log: Path, say: Say) -> None:
    install = ["install", "-y", "--no-install-recommends", *WAIT_FOR_LOCK, package.name]
    if _has_lists() and _apt_get(root, install, log):
        return
    say("Asking the distribution which packages there are (apt-get update) ...")
    updated = _apt_get(root, ["update"], log)
    if not _apt_get(root, install, log):
        blame = "" if updated else " (apt-get update failed as well: is there a network?)"
        raise CannotInstall(
            f"apt-get could not install {package.name}{blame}:"
            " see to the network and the package sources, or install it by hand"
            f"{package.otherwise}, and run this again{quote(log, 3)}"
        )


def _has_lists() -> bool:
    return any(Path("/var/lib/apt/lists").glob("*_Packages*"))


def _apt_get(root: Sequence[str], arguments: Sequence[str], log: Path) -> bool:
    command = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", *arguments]
    with log.open("ab") as output:
        return _runs(command, stdout=output, stderr=subprocess.STDOUT)


@contextlib.contextmanager
def services_stay_down(root: Sequence[str], policy: Path = POLICY) -> Iterator[None]:
    """Forbid that packages start services; a policy that is already there stays as it is."""
    if policy.exists() and MARK not in policy.read_text():
        yield
        return
    with tempfile.NamedTemporaryFile("w", suffix="-policy") as draft:
        draft.write(f"#!/bin/sh\n{MARK}\nexit 101\n")
        draft.flush()
        subprocess.run([*root, "install", "-m", "755", draft.name, str(policy)], check=True)
    try:
        yield
    finally:
        subprocess.run([*root, "rm", "-f", str(policy)], check=True)


def _leave_nothing(package: Package, root: Sequence[str], mapper_was_there: bool) -> None:
    """Neither at once nor after the next boot."""
    if package.service and shutil.which("systemctl"):
        _runs([*root, "systemctl", "disable", package.service])
    if not mapper_was_there and not is_free(PORT_MAPPER) and shutil.which("epmd"):
        # refuses by itself while any node is registered with it
        clean = {name: it for name, it in os.environ.items() if not name.startswith("ERL_")}
        _runs(["epmd", "-kill"], env=clean)


def _runs(command: Sequence[str], **options: Any) -> bool:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, **quiet).returncode == 0
