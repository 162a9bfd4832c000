"""Reading and writing event logs of any length: the progress, and the zone of an office."""

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
    total = file.stat().st_size if file.is_file() else 0
    with progress_over(total, f"{doing} {file.name}") as told:
        yield told


@contextmanager
def progress_over(total: int, doing: str) -> Iterator[Callable[[int], None]]:
    """Shows on stderr how much of it all is done; hands out what is to be told how much."""
    columns = TextColumn("{task.description}"), BarColumn(), "{task.percentage:>3.0f}%"
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(doing, total=total)
        yield lambda done: progress.update(task, completed=done)
