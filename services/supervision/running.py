"""The clocks that run, read from the text of a case without making clocks of them (see `packing`):
for whoever looks at those of ten thousand cases at once."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

import orjson

from services.supervision.packing import ENDED, LADDER, TITLE, Line


def running(text: str) -> Iterator[tuple[Line, str, str]]:
    """The clocks that have not ended, as they are written, each with the texts of its title and of
    its rungs."""
    plain = orjson.loads(text)
    titles, ladders = plain["titles"], plain["ladders"]
    for line in plain["clocks"]:
        if line[ENDED] is None:
            yield line, titles[line[TITLE]], ladders[line[LADDER]]


@lru_cache(maxsize=4_096)
def moments_of(ladder: str, names: frozenset[str]) -> tuple[datetime, ...]:
    """When the rungs of these names are reached, in the text of a clock's rungs."""
    return tuple(
        datetime.fromisoformat(at)
        for name, _when, at, *_more in orjson.loads(ladder)
        if at and name in names
    )
