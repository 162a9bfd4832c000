"""The ways to departments' systems: wiring only. The department service inherits `Systems`."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import eventlet
import structlog
from nameko.extensions import DependencyProvider, Entrypoint
from werkzeug.wrappers import Response

from services.department.domain import NotPossible, OtherDepartment, Overtaken
from services.department.store import department_with
from services.department.systems import callback, fetching, noting, schemas, standing, store
from services.department.systems.calling import Down
from services.department.systems.connections import (
    Connection,
    Connections,
    Folder,
    Http,
    read_connections,
)
from services.department.systems.courier import Courier
from services.department.systems.fetching import LeaseLost, NotFetched
from services.department.systems.folder.exchange import Exchange
from services.department.systems.held import Held, Patience, TooMany
from services.department.systems.line import grown
from services.department.systems.signing import NotSigned
from shared.businesstime import BusinessTime
from shared.delivery.backbone import SETTINGS, Backbone, instance
from shared.delivery.entrypoints import Delivery
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.errors import NotFound, Unavailable
from shared.web.blocking import aside
from shared.web.http import Request, http
from shared.web.problems import CONFLICT, FORBIDDEN, TOO_MANY, UNAUTHORIZED, Refusal
from shared.web.route import JSON

LOOK_ROUND = 0.2
"""Seconds after which those who wait are told of what has come."""
LONGEST_TURN = 30.0
"""Seconds until a turn that failed for a reason of ours is tried again."""
GRACE = 2.0
"""Seconds for which a service that stops waits for what is under way."""
RETRY_AFTER = 5

REAL = BusinessTime()
"""Leases, signatures and pauses are about other people's clocks, not about business time."""

log = structlog.get_logger()
Method = TypeVar("Method", bound=Callable[..., Any])


class Ways(DependencyProvider):  # type: ignore[misc]
    """The connections, read once at the start, and the requests that are held."""

    connections: Connections
    held: Held

    def setup(self) -> None:
        self.connections = read_connections(self.container.config[SETTINGS].connections)
        self.held = Held()

    def get_dependency(self, _context: Any) -> "Ways":
        return self


class Turns(Entrypoint):  # type: ignore[misc]
    """A green thread for each of what the method returns: `turn` is called again and again, and
    returns after how many seconds it wants to be. What fails in one is of no concern to the others.
    """

    backbone = Backbone()

    def start(self) -> None:
        self._stopping = threading.Event()
        self._service = instance(self)
        turns = getattr(self._service, self.method_name)()
        self._threads = [
            self.container.spawn_managed_thread(lambda name=name, turn=turn: self._run(name, turn))
            for name, turn in turns.items()
        ]

    def stop(self) -> None:
        self._service.ways.held.stop()
        self._stopping.set()
        with eventlet.Timeout(GRACE, False):
            for thread in self._threads:
                thread.wait()
        # A request that is under way counts as if the process had died in the midst of it.
        for thread in self._threads:
            thread.kill()

    def _run(self, name: str, turn: Callable[[], float]) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                wait, failures = turn(), 0
            except Unavailable as error:
                failures += 1
                wait = grown(failures, longest=LONGEST_TURN)
                log.warning("turn waits", way=name, error=str(error), retry_in=wait)
            except Exception:
                failures += 1
                wait = grown(failures, longest=LONGEST_TURN)
                log.error("turn failed", way=name, retry_in=wait, exc_info=True)
            # Never without a pause: other green threads want their turn.
            self._stopping.wait(max(0.001, wait))


turns = Turns.decorator


def _department(service: "Systems", digest: str) -> str | None:
    """The department that a token stands for."""
    with service.delivery.database.reading() as tx:
        return department_with(tx, digest, service.delivery.settings.time.now())


def _of_delivery(what: str) -> Callable[[Method], Method]:
    """The entrypoint of one thing that a client may do with what it fetched."""
    return http(
        "POST",
        f"/departments/<department>/deliveries/<delivery>/{what}",
        body=schemas.Lease,
        answer=schemas.Leased,
        problems={
            OtherDepartment: FORBIDDEN,
            NotFetched: CONFLICT,
            LeaseLost: CONFLICT,
        },
        bearer=_department,
    )


class Systems:
    """What the department service has for departments with systems of their own."""

    delivery: Delivery
    ways = Ways()

    def tell_systems(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        """Note what the systems are to be told, in the transaction that took it in."""
        noting.note(work, envelopes, self.ways.connections.keys(), REAL.now())

    @turns  # type: ignore[untyped-decorator]
    def serve_systems(self) -> dict[str, Callable[[], float]]:
        """What has a thread of its own: each department, and whoever wakes those that wait."""
        connections = self.ways.connections
        for department in connections:
            self._catch_up(department)
        found = {
            department: self._way(connection).turn
            for department, connection in connections.items()
            if isinstance(connection.way, Http | Folder)
        }
        return {**found, "held": self._wake} if connections else {}

    def _catch_up(self, department: str) -> None:
        """A department that was connected just now is told every task that is open."""
        found = store.PAGE
        while found == store.PAGE:
            with self.delivery.work() as work:
                found = store.add_open_tasks(work.transaction, department, REAL.now())

    def _way(self, connection: Connection) -> Courier | Exchange:
        delivery = self.delivery
        if isinstance(connection.way, Folder):
            return Exchange(
                connection=connection,
                open_work=delivery.work,
                reading=delivery.database.reading,
                apart=aside,
                clock=REAL.now,
                steady=time.monotonic,
            )
        return Courier(
            connection=connection,
            open_work=delivery.work,
            reading=delivery.database.reading,
            limited=_limited,
            clock=REAL.now,
        )

    def _wake(self) -> float:
        waiting = self.ways.held.waiting
        if waiting:
            with self.delivery.database.reading() as tx:
                self.ways.held.wake(store.departments_due(tx, waiting, REAL.now()))
        return LOOK_ROUND

    @http(
        "GET",
        "/departments/<department>/next",
        query=schemas.Waiting,
        answer=schemas.Fetched,
        problems={OtherDepartment: FORBIDDEN, NotFetched: CONFLICT, TooMany: TOO_MANY},
        bearer=_department,
    )
    def fetch_next(self, request: Request, department: str) -> Any:
        """The next delivery for the department's system, leased to whoever fetches it.

        204 when there is none; with `wait`, only after so many seconds. It comes again when the
        lease ends without an acknowledgement.
        """
        connection = self._fetching(request, department)
        patience = Patience(request.query["wait"])
        with _counted(self.ways.held, department):
            while True:
                found = fetching.fetch(self.delivery.work, connection, REAL.now())
                if found is not None:
                    return found
                if not self.ways.held.wait(department, patience.left):
                    return Response(status=204)

    @_of_delivery("acknowledgement")
    def acknowledge_delivery(self, request: Request, department: str, delivery: str) -> Any:
        """The client has the delivery safely: it does not come again."""
        connection, now = self._fetching(request, department), REAL.now()
        with self.delivery.work() as work:
            fetching.acknowledge(work, connection, delivery, request.body["lease"], now)
        return {"lease_until": None}

    @_of_delivery("prolongation")
    def prolong_lease(self, request: Request, department: str, delivery: str) -> Any:
        """The client needs longer: the lease begins anew."""
        connection, now = self._fetching(request, department), REAL.now()
        with self.delivery.work() as work:
            until = fetching.prolong(work, connection, delivery, request.body["lease"], now)
        return {"lease_until": until}

    @_of_delivery("release")
    def release_delivery(self, request: Request, department: str, delivery: str) -> Any:
        """The client cannot take the delivery: it comes again to whoever asks first."""
        connection, now = self._fetching(request, department), REAL.now()
        with self.delivery.work() as work:
            fetching.give_back(work, connection, delivery, request.body["lease"], now)
        return {"lease_until": None}

    def _fetching(self, request: Request, department: str) -> Connection:
        _check_own(request, department)
        return fetching.connection_of(self.ways.connections, department)

    @http(
        "POST",
        "/departments/<department>/results",
        headers=schemas.Signed,
        answer=schemas.Taken,
        problems={NotSigned: UNAUTHORIZED, Overtaken: CONFLICT, NotPossible: CONFLICT},
        takes=(JSON,),
    )
    def take_result(self, request: Request, department: str) -> Any:
        """A result from a department's system, in its own fields, signed as our deliveries are.

        It has its effect once; the same result again is answered as the first time. Each attempt is
        signed anew.
        """
        given = request.headers
        made = callback.Callback(
            department=department,
            key=given["key"],
            stamp=given["timestamp"],
            signature=given["signature"],
            body=b"".join(request.chunks()),
            at=REAL.now(),
        )
        task = callback.take(self.delivery.work, self.ways.connections, made)
        return task or {"assignment": None, "state": None, "version": None}

    @http(
        "GET",
        "/departments/<department>/system",
        answer=schemas.Standing,
        problems={OtherDepartment: FORBIDDEN},
        bearer=_department,
    )
    def show_system(self, request: Request, department: str) -> Any:
        """How it stands with the department's system: what waits, what failed, and why."""
        _check_own(request, department)
        connection = self.ways.connections.get(department)
        if connection is None:
            raise NotFound(f"{department} has no system in connections.yaml")
        with self.delivery.database.reading() as tx:
            return standing.standing(tx, connection, REAL.now())

    @http("GET", "/systems/metrics")
    def show_system_metrics(self, _request: Request) -> Any:
        """The lines to departments' systems, in the text format of Prometheus."""
        with self.delivery.database.reading() as tx:
            text = standing.metrics(tx, self.ways.connections, REAL.now())
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _check_own(request: Request, department: str) -> None:
    if department != request.bearer:
        raise OtherDepartment(f"the token is one of {request.bearer}, not of {department}")


@contextmanager
def _counted(held: Held, department: str) -> Iterator[None]:
    try:
        with held.place(department):
            yield
    except TooMany as error:
        raise Refusal(TOO_MANY, str(error), headers={"Retry-After": str(RETRY_AFTER)}) from error


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    with eventlet.Timeout(seconds, Down(f"the answer took longer than {seconds:g} seconds")):
        yield
