"""The clocks that run, read from the text of a case without making clocks of them (see `packing`):
for whoever looks at those of ten thousand cases at once."""

from collections.abc import Iterator

import orjson

from services.supervision.packing import ENDED, LIMIT, TITLE, Line


def running(text: str) -> Iterator[tuple[Line, str, str]]:
    """The clocks that have not ended, as they are written, each with the texts of its title and of
    its limit."""
    plain = orjson.loads(text)
    titles, limits = plain["titles"], plain["limits"]
    for line in plain["clocks"]:
        if line[ENDED] is None:
            yield line, titles[line[TITLE]], limits[line[LIMIT]]
