"""The departments of today: departments.yaml is read again when it has changed.

A department joins or leaves while routing runs. Items are not read again: their new versions are
published at a start. A file that does not fit the catalogue is not taken over; the departments stay
those that they were, and the log says what is wrong.
"""

from pathlib import Path

import structlog

from services.routing.catalogue.folder import load_catalogue
from services.routing.departments import Departments
from services.routing.plan import Catalogue
from shared.errors import Invalid

log = structlog.get_logger()

Stamp = tuple[int, int, int]


class PresentCatalogue:
    """The catalogue of a folder as it was at the start, with the departments of now.

    Raises Invalid, with every fault, if it cannot be read at the start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._stamp()  # before it is read: what changes meanwhile is read once more
        self.catalogue: Catalogue = load_catalogue(folder)
        self._departments = self.catalogue.departments

    def departments(self) -> Departments:
        """Those of the file as it is now. Asking costs a look at the file's date."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            self._read_again()
        return self._departments

    def _read_again(self) -> None:
        before = set(self._departments)
        try:
            self._departments = load_catalogue(self._folder).departments
        except Invalid as error:
            log.error("departments.yaml changed and is not taken over", error=str(error))
            return
        after = set(self._departments)
        joined, left = sorted(after - before), sorted(before - after)
        log.info("departments.yaml was read again", joined=joined, left=left)

    def _stamp(self) -> Stamp | None:
        """What tells a file from the one that was there before; None where there is none."""
        try:
            found = (self._folder / "departments.yaml").stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns
