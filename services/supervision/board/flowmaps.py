"""Maps that were made before, so that whoever comes back does not wait for them again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from services.supervision.flow.reading import Map, Read, mapped
from shared.web.blocking import aside
from shared.worktime import Calendars

MOST = 64


class FlowMaps:
    """The maps that were asked for last, each with the mark of the cases that it was made of."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, tuple[Hashable, Map]] = OrderedDict()

    def of(
        self, key: Hashable, mark: Hashable, got: Callable[[], Read], calendars: Calendars
    ) -> Map:
        """The map of what `got` reads, made in a thread unless it was made with the same mark."""
        known = self._made.get(key)
        if known is None or known[0] != mark:
            known = mark, aside(mapped, got(), calendars)
            self._made[key] = known
        self._made.move_to_end(key)
        while len(self._made) > MOST:
            self._made.popitem(last=False)
        return known[1]
