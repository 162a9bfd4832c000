"""The connections of now: connections.yaml is followed while the service runs."""

from pathlib import Path

import structlog

from services.department.systems.connections import Connections, read_connections
from shared.errors import Invalid

log = structlog.get_logger()

Stamp = tuple[int, int, int]


class PresentConnections:
    """The connections that a file declares. Raises Invalid if it cannot be read at the start.

    `wrong` says why the file of now is not in force: the connections then stay those of the last
    good one. `followed` says whether another one than that of the start is in force. Where
    `optional`, a file that is not there at the start is one without connections.
    """

    def __init__(self, path: Path, *, optional: bool = False) -> None:
        self._path = path
        self._seen = self._read = self._stamp()  # before it is read: a change meanwhile is seen
        absent = optional and self._seen is None
        self.connections = Connections() if absent else read_connections(path)
        self.wrong = ""
        self.followed = False

    def look(self) -> bool:
        """Take the file over if it has changed; whether the connections are others now.

        It has to be the same in two looks, so that none is taken over while it is written. What is
        wrong with it may lie in another file, such as that of the secrets: it is tried again.
        """
        stamp, before = self._stamp(), self._seen
        self._seen = stamp
        if stamp != before or (stamp == self._read and not self.wrong):
            return False
        self._read = stamp
        try:
            found = read_connections(self._path)
        except Invalid as error:
            self._refused(str(error))
            return False
        return self._taken_over(found)

    def _refused(self, reason: str) -> None:
        if reason != self.wrong:
            log.error("connections.yaml changed and is not taken over", error=reason)
        self.wrong = reason

    def _taken_over(self, found: Connections) -> bool:
        before, self.connections, self.wrong = self.connections, found, ""
        self.followed = True
        log.info(
            "connections.yaml was read again",
            joined=sorted(found.keys() - before.keys()),
            left=sorted(before.keys() - found.keys()),
            changed=sorted(it for it in found.keys() & before.keys() if found[it] != before[it]),
        )
        return found != before

    def _stamp(self) -> Stamp | None:
        """What tells a file from the one that was there before; None where there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns
