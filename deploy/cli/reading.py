"""Reading an event log of any length: its progress, and the zone of its office."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from shared.errors import Fault, Invalid


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        problem = f"{name!r} is no time zone; give one such as Europe/Amsterdam"
        raise Invalid(Fault("zone", problem)) from None


@contextmanager
def progress_of(file: Path, doing: str) -> Iterator[Callable[[int], None]]:
    """Shows on stderr how far the file has been read; hands out what is to be told the bytes."""
    columns = TextColumn("{task.description}"), BarColumn(), "{task.percentage:>3.0f}%"
    console = Console(stderr=True)
    total = file.stat().st_size if file.is_file() else 0
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(f"{doing} {file.name}", total=total)
        yield lambda read: progress.update(task, completed=read)
