"""A file that a command writes has its name only when it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """Where to write what becomes `file` at the end: beside it, as `FILE.part`.

    What was begun and not finished goes, also at Ctrl-C, and what stood there before stays. A
    device or a pipe is written itself.
    """
    if file.exists() and not file.is_file():
        yield file
        return
    file = file.resolve()  # a link stays one
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
