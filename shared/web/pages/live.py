"""What has changed, told to pages that are open: server-sent events (HTML, 9.2).

    @live("/desk/live", roles=("officer", "head"))
    def inbox_mark(self, unit: str) -> str:
        '''What changes whenever the inbox of the unit does.'''

The mark is asked for once a second for each unit and path, however many pages are open, and only
while there are any; so it does not matter which process of the service changed something. A stream
lives in the thread of its connection and holds no worker of nameko. It is no use of the session:
who goes away from an open page is signed out as without it.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, TypeVar, cast

import eventlet
import structlog
from nameko.extensions import register_entrypoint
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request, Response

from shared.delivery.backbone import instance
from shared.errors import Unavailable
from shared.web.pages.person import Person
from shared.web.pages.route import PageRoute
from shared.web.server import Server

Method = TypeVar("Method", bound=Callable[..., Any])
Key = tuple[str, ...]
log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two looks."""
BEAT = 15.0
"""Seconds after which a silent stream says that it is there; so it is noticed when nobody listens,
and whether the session still holds."""
LONGEST = 600.0
"""Seconds; the browser comes again by itself, perhaps to another process."""
MOST = 1_000
"""Streams of one path in one process."""
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Accel-Buffering": "no",
}
NO_MORE = 204
"""The answer after which a browser does not come again."""


def live(
    path: str,
    *,
    roles: Iterable[str] = (),
    scope: Callable[[Person], str] = attrgetter("unit"),
    every: float = EVERY,
) -> Callable[[Method], Method]:
    """Tell open pages when what the method returns has changed. It is handed the unit of whoever
    listens and the values of the path, and runs outside nameko's workers: one quick question.

    Where not the unit alone says what somebody sees, `scope` names what does, in its place. `every`
    is the seconds between two looks."""

    def register(function: Any) -> Any:
        route = PageRoute(name=function.__name__, method="GET", path=path, roles=frozenset(roles))
        function.page_route = route
        register_entrypoint(function, LiveEntrypoint(route, scope, every))
        return function

    return cast(Callable[[Method], Method], register)


class Watch:
    """The mark of one unit, as old as `every` at the most while anybody listens."""

    def __init__(self, ask: Callable[[], str], every: float = EVERY) -> None:
        self._ask = ask
        self._every = every
        self._mark = ""
        self._looked = 0.0
        self.listeners = 0

    def forget(self) -> None:
        """Ask again at the next look: whoever comes has a page that is newer than the mark."""
        self._looked = 0.0

    def mark(self, now: float) -> str:
        """The mark at this second of the monotonic clock; one listener asks for all."""
        if now - self._looked >= self._every:
            self._looked = now
            try:
                self._mark = self._ask()
            except Unavailable as error:
                log.warning("live waits", error=str(error))
        return self._mark


class LiveEntrypoint(HttpRequestHandler):  # type: ignore[misc]
    """One stream of marks, answered in the thread of its connection."""

    server = Server()

    def __init__(self, route: PageRoute, scope: Callable[[Person], str], every: float) -> None:
        super().__init__(route.method, route.path)
        self.route = route
        self.scope = scope
        self.every = every

    def setup(self) -> None:
        super().setup()
        self._watches: dict[Key, Watch] = {}
        self._stopping = False

    def stop(self) -> None:
        self._stopping = True
        super().stop()

    def handle_request(self, request: Request) -> Response:
        """A stream for who has signed in; nothing, and no more questions, for anybody else."""
        service = instance(self)
        session = service.pages.cookies.read(request, "session")
        person: Person | None = service.accounts.glimpse(session)
        busy = sum(watch.listeners for watch in self._watches.values()) >= MOST
        if busy or person is None or person.held_at or not self.route.opens_to(person.roles):
            return Response(status=NO_MORE)
        values: dict[str, str] = request.path_values  # type: ignore[attr-defined]
        request.environ["eventlet.minimum_write_chunk_size"] = 1
        events = self._events(service, self.scope(person), values, session)
        return Response(events, headers=HEADERS)

    def _events(
        self, service: Any, scope: str, values: dict[str, str], session: str
    ) -> Iterator[bytes]:
        key = (scope, *values.values())
        watch = self._watches.setdefault(
            key, Watch(self._question(service, scope, values), self.every)
        )
        watch.listeners += 1
        watch.forget()
        try:
            yield from self._told(watch, lambda: service.accounts.glimpse(session) is not None)
        finally:
            watch.listeners -= 1
            if not watch.listeners:
                self._watches.pop(key, None)

    def _question(self, service: Any, scope: str, values: dict[str, str]) -> Callable[[], str]:
        return lambda: str(getattr(service, self.method_name)(scope, **values))

    def _told(self, watch: Watch, holds: Callable[[], bool]) -> Iterator[bytes]:
        began = beat = time.monotonic()
        mark = ""
        while not self._stopping and (now := time.monotonic()) - began < LONGEST:
            if (seen := watch.mark(now)) != mark:
                mark, beat = seen, now
                yield f"data: {mark}\n\n".encode()
            elif now - beat >= BEAT:
                beat = now
                if not holds():
                    return
                yield b":\n\n"
            eventlet.sleep(self.every)
