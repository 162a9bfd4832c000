"""The connections of now: connections.yaml is followed while the service runs."""

from pathlib import Path

import structlog

from services.department.systems.connections import Connections, read_connections
from shared.following import Followed

log = structlog.get_logger()


class PresentConnections:
    """The connections that a file declares. Raises Invalid if it cannot be read at the start.

    `followed` says whether others than those of the start are in force. Where `optional`, a file
    that is not there is one without connections, until it comes.
    """

    def __init__(self, path: Path, *, optional: bool = False) -> None:
        self._path, self._awaited = path, optional
        self.followed = False
        self._file: Followed[Connections] = Followed(
            self._read, files=lambda: (path,), name=path.name
        )

    @property
    def connections(self) -> Connections:
        """Those that are in force: of the last good file."""
        return self._file.meant

    @property
    def wrong(self) -> str:
        """Why the file of now is not in force; empty where it is."""
        return self._file.wrong

    @property
    def remarks(self) -> list[str]:
        """That the file of now is not in force; for a service's health."""
        return self._file.remarks

    def look(self) -> bool:
        """Take the file over if it has changed; whether the connections are others now."""
        before = self.connections
        if not self._file.look():
            return False
        found, self.followed = self.connections, True
        log.info(
            "connections have changed",
            joined=sorted(found.keys() - before.keys()),
            left=sorted(before.keys() - found.keys()),
            changed=sorted(it for it in found.keys() & before.keys() if found[it] != before[it]),
        )
        return True

    def _read(self) -> Connections:
        self._awaited = self._awaited and not self._path.exists()
        return Connections() if self._awaited else read_connections(self._path)
