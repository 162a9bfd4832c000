"""The ways to departments' systems: wiring only. The department service inherits `Systems`."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import eventlet
import structlog
from nameko.extensions import DependencyProvider, Entrypoint
from werkzeug.wrappers import Response

from services.department.domain import NotPossible, OtherDepartment, Overtaken, Task
from services.department.store import department_with
from services.department.systems import callback, fetching, noting, schemas, standing, store
from services.department.systems.calling import Down
from services.department.systems.connections import Connection, Connections, Folder, Pull
from services.department.systems.courier import Courier
from services.department.systems.fetching import LeaseLost, NotFetched
from services.department.systems.folder.exchange import Exchange
from services.department.systems.held import Held, Patience, TooMany
from services.department.systems.inforce import InForce
from services.department.systems.present import PresentConnections
from services.department.systems.signing import NotSigned
from services.department.systems.turns import Round, Turn, Wanted
from shared.businesstime import BusinessTime
from shared.delivery.backbone import SETTINGS, Backbone, instance
from shared.delivery.entrypoints import Delivery
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.errors import NotFound
from shared.web.blocking import aside
from shared.web.http import Request, http
from shared.web.problems import CONFLICT, FORBIDDEN, TOO_MANY, UNAUTHORIZED, Refusal
from shared.web.route import JSON

LOOK_ROUND = 0.2
"""Seconds after which those who wait are told of what has come."""
FOLLOWED_EVERY = 1.0
"""Seconds after which it is asked again who is connected."""
GRACE = 2.0
"""Seconds for which a service that stops waits for what is under way."""
RETRY_AFTER = 5
HELD = "held requests"
"""No department has this name."""

REAL = BusinessTime()
"""Leases, signatures and pauses are about other people's clocks, not about business time."""

log = structlog.get_logger()
Method = TypeVar("Method", bound=Callable[..., Any])


class Ways(DependencyProvider):  # type: ignore[misc]
    """The connections of now, and the requests that are held."""

    present: PresentConnections
    held: Held

    def setup(self) -> None:
        settings = self.container.config[SETTINGS]
        beside = settings.catalogue / "connections.yaml"
        self.present = PresentConnections(
            settings.connections or beside, optional=settings.connections is None
        )
        self.held = Held()

    @property
    def remarks(self) -> list[str]:
        """What is not as somebody has written it; shown by /health."""
        return self.present.remarks

    @property
    def connections(self) -> Connections:
        """Those that are in force."""
        return self.present.connections

    def get_dependency(self, _context: Any) -> "Ways":
        return self


class Turns(Entrypoint):  # type: ignore[misc]
    """Green threads for what the method says is wanted; it is asked every second."""

    backbone = Backbone()

    def start(self) -> None:
        self._stopping = threading.Event()
        self._service = instance(self)
        self._round = Round(self.container.spawn_managed_thread)
        self._conductor = self.container.spawn_managed_thread(self._conduct)

    def stop(self) -> None:
        self._stopping.set()
        self._service.ways.held.stop()
        self._conductor.wait()
        threads = self._round.leave()
        with eventlet.Timeout(GRACE, False):
            for thread in threads:
                thread.wait()
        # A request that is under way counts as if the process had died in the midst of it.
        for thread in threads:
            thread.kill()

    def _conduct(self) -> None:
        while not self._stopping.is_set():
            try:
                self._round.arrange(getattr(self._service, self.method_name)())
            except Exception:
                log.error("what takes turns stays as it was", exc_info=True)
            self._stopping.wait(FOLLOWED_EVERY)


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

    def tell_settled(self, work: Work, task: Task) -> None:
        """Have the department's system told, if it has one, that a task was answered without it."""
        noting.note_settled(work, task, self.ways.connections.keys(), REAL.now())

    def fetches(self, department: str) -> bool:
        """Whether the department's system fetches its tasks, and so answers by the desk's API."""
        connection = self.ways.connections.get(department)
        return connection is not None and isinstance(connection.way, Pull)

    @turns  # type: ignore[untyped-decorator]
    def serve_systems(self) -> dict[str, Wanted]:
        """What has a thread of its own just now: each connection, and whoever wakes those that
        wait."""
        self.ways.present.look()
        found = {
            department: Wanted(connection, partial(self._in_force, connection))
            for department, connection in self.ways.connections.items()
        }
        return {**found, HELD: Wanted(None, lambda: self._wake)} if found else {}

    def _in_force(self, connection: Connection) -> Turn:
        way = None if isinstance(connection.way, Pull) else self._way(connection)
        return InForce(
            connection=connection,
            way=way,
            open_work=self.delivery.work,
            clock=REAL.now,
            steady=time.monotonic,
            anew=self.ways.present.followed,
        ).turn

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
        patience = Patience(request.query["wait"])
        with _counted(self.ways.held, department):
            while True:
                connection = self._fetching(request, department)
                found = fetching.fetch(self.delivery.work, connection, REAL.now())
                if found is not None:
                    return found
                if not self.ways.held.wait(department, patience.left):
                    return Response(status=204)

    @_of_delivery("acknowledgement")
    def acknowledge_delivery(self, request: Request, department: str, delivery: str) -> Any:
        """The client has the delivery safely: it does not come again."""
        connection, now = self._holding(request, department), REAL.now()
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
        connection, now = self._holding(request, department), REAL.now()
        with self.delivery.work() as work:
            fetching.give_back(work, connection, delivery, request.body["lease"], now)
        return {"lease_until": None}

    def _fetching(self, request: Request, department: str) -> Connection:
        _check_own(request, department)
        return fetching.connection_of(self.ways.connections, department)

    def _holding(self, request: Request, department: str) -> Connection:
        _check_own(request, department)
        return fetching.left_of(self.ways.connections, department)

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
            present = self.ways.present
            text = standing.metrics(tx, present.connections, REAL.now(), wrong=bool(present.wrong))
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
