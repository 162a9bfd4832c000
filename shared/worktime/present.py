"""The calendars of now: read again when a version was published."""

from pathlib import Path

import structlog

from shared.errors import Invalid
from shared.worktime.regions import FOLDER, TABLE, Calendars, read_calendars

log = structlog.get_logger()

Stamp = frozenset[tuple[str, int, int]]


class PresentCalendars:
    """The calendars of a catalogue. Raises Invalid if they cannot be read at the start.

    What cannot be read later is not taken over: the calendars stay as they were, and the log says
    what is wrong.
    """

    def __init__(self, catalogue: Path) -> None:
        self._catalogue = catalogue
        self._seen = self._stamp()  # before they are read: what changes meanwhile is read once more
        self.calendars: Calendars = read_calendars(catalogue)

    def refresh(self) -> bool:
        """Read them again if a file has changed; whether they were. Costs a look at each file."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            self.calendars = read_calendars(self._catalogue)
        except Invalid as error:
            log.error("calendars changed and are not taken over", error=str(error))
            return False
        log.info("calendars were read again", versions=len(self.calendars.versions))
        return True

    def _stamp(self) -> Stamp:
        """What tells the files from those that were there before."""
        files = [self._catalogue / TABLE, *(self._catalogue / FOLDER).glob("*/*.yaml")]
        return frozenset(
            (str(file), stat.st_size, stat.st_mtime_ns)
            for file in files
            if file.exists()
            for stat in (file.stat(),)
        )
