"""The folder in which materials and documents stand under the digest of what they hold.

materials/sha256/ab/cd/<the other 60 digits>. A file is there whole or not at all: it is written
aside, synced, then renamed. The same content is stored once. Messages refer to it by digest, so the
services that take files in and show them share the folder, as they share the broker.
"""

import hashlib
import os
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Fault, Invalid

BEGINNINGS = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}
"""How files of these types begin; other types are taken at their word."""

Sync = Callable[[int], object]


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that has been stored. `size` is in bytes."""

    digest: str
    size: int
    media_type: str


class Shelf:
    """The content-addressed folder. `sync` is os.fsync, or what calls it without blocking."""

    def __init__(self, folder: Path, *, sync: Sync = os.fsync) -> None:
        self.folder = folder
        self.sync = sync

    def put(self, chunks: Iterable[bytes], media_type: str) -> Upload:
        """Store a file; raises Invalid when it is empty or not of its media type."""
        aside = self.folder / "incoming" / uuid.uuid4().hex
        aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            digest, size = self._write(aside, chunks, media_type)
            place = self._place(digest)
            if not place.exists():
                self._move(aside, place)
        finally:
            aside.unlink(missing_ok=True)
        return Upload(digest=f"sha256:{digest}", size=size, media_type=media_type)

    def path_of(self, digest: str) -> Path:
        """Where the file of a digest (`sha256:...`) stands."""
        return self._place(digest.removeprefix("sha256:"))

    def _place(self, digest: str) -> Path:
        return self.folder / "sha256" / digest[:2] / digest[2:4] / digest[4:]

    def _write(self, path: Path, chunks: Iterable[bytes], media_type: str) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with path.open("xb") as file:
            for chunk in chunks:
                if not size:
                    _check_beginning(chunk, media_type)
                digest.update(chunk)
                size += file.write(chunk)
            file.flush()
            self.sync(file.fileno())
        if not size:
            raise Invalid(Fault("body", "is empty; send the file itself"))
        return digest.hexdigest(), size

    def _move(self, aside: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(place)
        for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
            self._sync_folder(folder)

    def _sync_folder(self, folder: Path) -> None:
        opened = os.open(folder, os.O_RDONLY)
        try:
            self.sync(opened)
        finally:
            os.close(opened)


def _check_beginning(chunk: bytes, media_type: str) -> None:
    beginnings = BEGINNINGS.get(media_type)
    if beginnings and not chunk.startswith(beginnings):
        raise Invalid(Fault("body", f"is not {media_type}: it begins otherwise"))
