"""Packages of npm by a lock file: into a folder of the state, never into the repository.

The lock names versions and hashes and no registry; npm asks the one that it is set up with. No
script of a package is run.
"""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

from deploy.local.packages import Say
from deploy.local.places import ROOT, Places
from shared.errors import OneWindowError

PAGES = ROOT / "shared" / "web" / "pages" / "scripts"
LONGEST = 180
"""Seconds that npm may take."""
COMMAND = (
    *("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"),
    *("--fetch-retries=1", "--fetch-timeout=20000"),
)


class CannotFetch(OneWindowError):
    """npm is not here or did not get the packages; says what to do."""


def ensure_packages(lock_folder: Path, place: Path) -> Path:
    """The folder node_modules in `place` with what the lock file names; raises CannotFetch."""
    lock = lock_folder / "package-lock.json"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    marker = place / "built-from"
    modules = place / "node_modules"
    if _text(marker) == digest:
        return modules
    place.mkdir(parents=True, exist_ok=True)
    with (place / "install.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _text(marker) != digest:
            _install(lock_folder, place)
            marker.write_text(digest)
    return modules


def ensure_page_scripts(places: Places, say: Say) -> None:
    """What pages load into browsers; without npm they do without, and that is said."""
    try:
        ensure_packages(PAGES, places.home / "scripts")
    except CannotFetch as error:
        say(f"{error} Until then pages work without JavaScript.")


def _install(lock_folder: Path, place: Path) -> None:
    if shutil.which("npm") is None:
        raise CannotFetch(
            "npm is not installed, so the scripts of the pages could not be fetched:"
            " install it (sudo apt-get install npm) and run this again."
        )
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(lock_folder / name, place / name)
    try:
        _run(place)
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotFetch(
            f"npm could not fetch the packages of {lock_folder.relative_to(ROOT)}:"
            f" see to the network or to npm's registry, and run this again;"
            f" npm's words are in {place / 'npm.log'}."
        ) from error


def _run(place: Path) -> None:
    with (place / "npm.log").open("w") as log:
        subprocess.run(
            COMMAND,
            cwd=place,
            check=True,
            timeout=LONGEST,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _text(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""
