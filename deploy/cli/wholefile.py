"""A file that a command writes has its name only when it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """Where to write what becomes `file` at the end: beside it, as `FILE.part`.

    What was begun and not finished goes, also at Ctrl-C, and what stood there before stays. Whoever
    could not read that cannot read what takes its place. A device or a pipe is written itself.
    """
    if file.exists() and not file.is_file():
        yield file
        return
    file = file.resolve()  # a link stays one
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch()
        if file.exists():
            shutil.copymode(file, part)
        yield part
        _on_disk(part)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _on_disk(file: Path) -> None:
    """A power cut could else keep the new name, and nothing under it."""
    with file.open("rb") as written:
        os.fsync(written.fileno())
