"""How many connections a service keeps at once: what it reads and writes besides needs files too.

Each connection is an open file of the process. Who opens more than there is room for waits in the
kernel's queue, instead of taking the files that the database and the broker need.
"""

import resource

KEPT_FREE = 200
"""Files for the database, the broker, materials, logs."""
MOST = 4_000
"""Each has a thread and may keep an ordinary body: 256 MiB, if all of them do."""


def most_connections() -> int:
    """How many there is room for, by the limit of the process (RLIMIT_NOFILE)."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST, max(files - KEPT_FREE, files // 2))
