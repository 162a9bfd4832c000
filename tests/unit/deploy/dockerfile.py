"""Reads deploy/Dockerfile, and does what its stages do in a folder instead of an image."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from deploy.local.places import ROOT

FILE = ROOT / "deploy" / "Dockerfile"
ROOTS = ("/opt", "/build", "/data")
NOT_HERE = ("useradd", "install", "apt-get")
"""Programs that make users, give folders to them and install packages: an image's own business."""


@dataclass(kw_only=True)
class Stage:
    """One stage: its base, and its instructions in order."""

    base: str
    name: str = ""
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def values(self, word: str) -> list[str]:
        return [value for name, value in self.instructions if name == word]


def stages() -> list[Stage]:
    """The stages of the file, comments and continued lines resolved."""
    lines = [line for line in FILE.read_text().splitlines() if not line.startswith("#")]
    text = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found: list[Stage] = []
    for line in filter(str.strip, text.splitlines()):
        word, _, value = line.partition(" ")
        if word == "FROM":
            base, _, name = value.partition(" AS ")
            found.append(Stage(base=base, name=name))
        else:
            found[-1].instructions.append((word, value.strip()))
    return found


def variables(stage: Stage) -> dict[str, str]:
    return dict(pair.split("=", 1) for value in stage.values("ENV") for pair in shlex.split(value))


def command(stage: Stage, word: str) -> list[str]:
    """The last ENTRYPOINT, CMD or the command of the HEALTHCHECK, in its exec form."""
    value = stage.values(word)[-1]
    listed: list[str] = json.loads(value[value.index("[") :])
    return listed


def ignored() -> list[str]:
    lines = (FILE.parent / "Dockerfile.dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class Image:
    """The folders that building the image makes, each stage with a root of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.final = stages()[-1]
        self.root = place / "final"

    def build(self) -> None:
        for stage in stages():
            root = self.place / (stage.name or "final")
            folder = root
            for word, value in stage.instructions:
                if word == "WORKDIR":
                    folder = self.within(root, value)
                elif word == "COPY":
                    self._copy(root, shlex.split(value))
                elif word == "RUN" and value.split()[0] not in NOT_HERE:
                    self._run(root, folder, value)
        self.within(self.root, "/data").mkdir()

    def _copy(self, root: Path, arguments: list[str]) -> None:
        source, target = arguments[-2:]
        stage = [it.removeprefix("--from=") for it in arguments if it.startswith("--from=")]
        start = self.within(self.place / stage[0], source) if stage else ROOT / source
        into = self.within(root, target)
        into.parent.mkdir(parents=True, exist_ok=True)
        if start.is_dir():
            no_state = shutil.ignore_patterns("__pycache__", "*.egg-info", "secrets", ".env")
            shutil.copytree(start, into, symlinks=True, ignore=None if stage else no_state)
        else:
            shutil.copy(start, into)

    def _run(self, root: Path, folder: Path, line: str) -> None:
        words = [self.translated(root, word) for word in shlex.split(line)]
        words[0] = sys.executable if words[0] == "python" else words[0]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

    def within(self, root: Path, path: str) -> Path:
        """Where a path of the image is on this machine."""
        return root / PurePosixPath(path).relative_to("/")

    def translated(self, root: Path, text: str) -> str:
        """Every path of the image in a text, as it is on this machine."""
        pattern = rf"(?<![\w/])({'|'.join(ROOTS)})(?=[/:]|$)"
        return re.sub(pattern, lambda match: str(root) + match[1], text)

    def environment(self) -> dict[str, str]:
        """What a process in the image finds, and nothing of this machine's."""
        given = variables(self.final)
        return {name: self.translated(self.root, value) for name, value in given.items()}
