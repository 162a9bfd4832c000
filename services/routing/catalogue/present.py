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
from shared.following import Followed

log = structlog.get_logger()

FILE = "departments.yaml"


class PresentCatalogue:
    """The catalogue of a folder as it was at the start, with the departments of now.

    Raises Invalid, with every fault, if it cannot be read at the start.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / FILE
        self._file: Followed[Catalogue] = Followed(
            lambda: load_catalogue(folder),
            files=lambda: (file,),
            name=FILE,
            asked=True,
        )
        self.catalogue = self._file.meant

    @property
    def remarks(self) -> list[str]:
        """That the departments of now are not those of the file; for a service's health."""
        return self._file.remarks

    def departments(self) -> Departments:
        """Those of the file as it is now. Asking costs a look at the file's date."""
        before = self._file.meant.departments
        if self._file.look():
            after = self._file.meant.departments
            joined, left = sorted(after.keys() - before), sorted(before.keys() - after)
            log.info("departments have changed", joined=joined, left=left)
        return self._file.meant.departments
