"""Makes the virtual environment from requirements.lock: all of it, by hash, once.

Run by the launcher with a Python that has nothing but its standard library. `venv/built-from` holds
the digest of the lock file and is written last: an environment without it is begun anew.

    python -m deploy.environment ROOT HOME
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from deploy.local.packages import Package, ensure
from shared.errors import OneWindowError

REFUSED = 2


class CannotBuild(OneWindowError):
    """The virtual environment cannot be made here; says what to do."""


def say(text: str) -> None:
    """Progress, where it does not mix with what a command prints."""
    print(text, file=sys.stderr, flush=True)


def build(root: Path, home: Path) -> None:
    """Make or mend the environment; one launcher at a time, the others wait and find it made."""
    lock = root / "requirements.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    with _alone(home):
        place = home / "venv"
        marker = place / "built-from"
        if (place / "bin" / "python").exists() and _text(marker) == digest:
            return
        complete = bool(_text(marker)) and (place / "bin" / "python").exists()
        marker.unlink(missing_ok=True)
        if not complete:
            _begin(place, home)
        _install(place, lock, home / "install.log")
        marker.write_text(digest)


def _alone(home: Path) -> "_Lock":
    try:
        home.mkdir(parents=True, exist_ok=True)
        return _Lock(home / "install.lock")
    except OSError as error:
        raise CannotBuild(
            f"The folder {home} cannot be written ({error.strerror}):"
            " set ONEWINDOW_HOME to a folder of yours, and run this again."
        ) from error


class _Lock:
    def __init__(self, file: Path) -> None:
        self._file = file.open("a")

    def __enter__(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another launcher is making the environment; waiting for it ...")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _text(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _begin(place: Path, home: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _install_venv(home)
    say(f"Making a virtual environment in {place} (Python {sys.version.split()[0]}) ...")
    shutil.rmtree(place, ignore_errors=True)
    try:
        venv.create(place, with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotBuild(
            f"Python {sys.version.split()[0]} could not make a virtual environment in {place}"
            f" ({error}): install python3-venv, see to space on the disk, and run this again."
        ) from error


def _install_venv(home: Path) -> None:
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    package = Package(
        name=f"{python}-venv",
        title="Python's venv module",
        pattern=f"usr/lib/{python}/ensurepip/__init__.py",
    )
    ensure(package, log=home / "packages.log", say=say)


def _install(place: Path, lock: Path, log: Path) -> None:
    total = len(re.findall(r"^\S+==", lock.read_text(), re.MULTILINE))
    command = [
        *(str(place / "bin" / "python"), "-m", "pip", "install", "--require-hashes"),
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "-r", str(lock)),
    ]
    clean = {name: it for name, it in os.environ.items() if name != "PYTHONPATH"}
    say(f"Installing {total} packages by hash from {lock.name} ...")
    with log.open("w") as kept, _pip(command, clean) as pip:
        for line in pip.stdout or ():
            kept.write(line)
            _show(line, total)
    _end_of_line()
    if pip.returncode != 0:
        raise CannotBuild(reason(log))


def _pip(command: list[str], env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


_seen: set[str] = set()


def _show(line: str, total: int) -> None:
    """A line that counts on a terminal; every tenth package elsewhere."""
    found = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
    if found:
        _seen.add(found[1])
    elif not line.startswith("Installing collected"):
        return
    stage = f"  {len(_seen)}/{total} {found[1]}" if found else "  unpacking ..."
    if sys.stderr.isatty():
        print(f"\r\033[K{stage}", end="", file=sys.stderr, flush=True)
    elif not found or len(_seen) % 10 == 0:
        say(stage)


def _end_of_line() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def reason(log: Path) -> str:
    """Why pip failed, as one sentence."""
    text = log.read_text(errors="replace")
    if "DO NOT MATCH THE HASHES" in text:
        return (
            "A downloaded package is not the one that requirements.lock names, so nothing of it"
            f" was installed: try again or use another package index; pip's words are in {log}."
        )
    if re.search(r"Connection|resolve|timed out|No matching distribution|Temporary failure", text):
        return (
            "The packages could not be downloaded: see to the network, or set PIP_INDEX_URL to an"
            f" index that you reach, and run this again; pip's words are in {log}."
        )
    last = [line for line in text.splitlines() if line.startswith("ERROR")][-1:]
    return f"pip could not install the packages ({''.join(last) or 'no reason given'}); see {log}."


def main(arguments: list[str]) -> int:
    """Make the environment of ROOT in HOME; 2 with one sentence when that cannot be done."""
    try:
        build(Path(arguments[0]), Path(arguments[1]))
    except OneWindowError as error:
        say(f"onewindow: {error}")
        return REFUSED
    except KeyboardInterrupt:
        say("onewindow: stopped; the next run begins the environment anew.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
