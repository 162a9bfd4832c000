"""Documents that a department issues: results refer to them and do not carry them."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

from onewindow_worker import checks
from onewindow_worker.errors import InvalidResult
from onewindow_worker.parts import Material

PIECE = 1024 * 1024


def document(name: str, path: str | Path, *, media_type: str = "") -> Material:
    """A file as it stands in `documents=` of a result: by the SHA-256 digest of its content.

    `name` is the key that the service item gives to the document. The media type goes by the
    file's name unless given. Raises OSError, and InvalidResult naming the field.
    """
    file = Path(path)
    known = media_type or mimetypes.guess_type(file.name)[0]
    if not known:
        raise InvalidResult("media_type", f"cannot be told from {file.name}; give media_type=")
    digest, size = _digest(file)
    made = Material(name, digest, known, size, file.name)
    checks.documents("document", [made])
    return made


def _digest(file: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return f"sha256:{digest.hexdigest()}", size
