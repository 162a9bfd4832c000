"""The calendars of now: read again when a version was published."""

from collections.abc import Iterator
from pathlib import Path

from shared.following import Followed
from shared.worktime.regions import FOLDER, TABLE, Calendars, read_calendars


class PresentCalendars:
    """The calendars of a catalogue. Raises Invalid if they cannot be read at the start; later they
    stay as they were while a file is wrong. `asked`: by visits, not by a timer (see Followed)."""

    def __init__(self, catalogue: Path, *, asked: bool = False) -> None:
        self._catalogue = catalogue
        self._followed: Followed[Calendars] = Followed(
            lambda: read_calendars(catalogue), files=self._files, name="calendars", asked=asked
        )

    @property
    def calendars(self) -> Calendars:
        """As they were read last."""
        return self._followed.meant

    @property
    def remarks(self) -> list[str]:
        """That calendars are wrong as they are written; for a service's health."""
        return self._followed.remarks

    def refresh(self) -> bool:
        """Read what has changed; whether calendars were. Costs a look at each file."""
        return self._followed.look()

    def _files(self) -> Iterator[Path]:
        yield self._catalogue / TABLE
        yield from sorted((self._catalogue / FOLDER).glob("*/*.yaml"))
