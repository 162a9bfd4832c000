"""How many messages a second one service process settles: `python -m tests.broker.delivery_bench`.

A handler answers each message that it reads with one message, so as many go out as come in. Broker
and database are private ones on this machine; they share its cores with the process that is
measured.
"""

import eventlet

eventlet.monkey_patch()

# ruff: noqa: E402
import argparse
import logging
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from nameko.containers import ServiceContainer

from deploy.local.broker_node import BrokerNode
from deploy.local.passwords import Passwords
from deploy.local.postgres import Postgres
from shared.database import Database
from shared.delivery import tables
from shared.delivery.backbone import SETTINGS
from shared.delivery.entrypoints import Delivery, receives
from shared.delivery.publisher import Publisher, Sending
from shared.delivery.wire import Wire
from shared.settings import Settings
from tests.broker.delivery_office import DEPARTMENTS, NOW, case
from tests.broker.delivery_process import task_for
from tests.fixtures.broker import Vhost


class Service:
    name = "routing"
    delivery = Delivery()
    settled = 0

    @receives
    def advance(self, work: Any, envelopes: Any) -> None:
        work.send(*(task_for(envelope.message, work) for envelope in envelopes))
        Service.settled += len(envelopes)


def feed(place: Vhost, count: int) -> None:
    publisher = Publisher(place.uri("intake"), name="bench")
    thread = eventlet.spawn(publisher.run)
    publisher.await_connection(30)
    for first in range(0, count, 1_000):
        sending = Sending([Wire.of(case(first + it), NOW) for it in range(1_000)])
        publisher.submit(sending)
        sending.wait()
    publisher.stop()
    thread.wait()


def prepared(place: Vhost, database: str, folder: Path) -> Settings:
    os.environ.update(AMQP_URI=place.uri("routing"), ONEWINDOW_DATA=str(folder))
    os.environ["ONEWINDOW_DATABASE"] = database
    opened = Database.open("routing", url=database, data=folder)
    with opened.transaction() as tx:
        if database:
            tx.execute(sa.text("create schema routing"))
        tables.create(_Op(tx))
    opened.close()
    return Settings.from_environment("routing")


class _Op:
    def __init__(self, tx: sa.Connection) -> None:
        self.get_bind = lambda: tx


def measured(settings: Settings, count: int) -> tuple[float, float]:
    """Messages a second, and seconds of processor time for each message."""
    Service.settled = 0
    container = ServiceContainer(Service, config={SETTINGS: settings, "max_workers": 10})
    begun, used = time.perf_counter(), time.process_time()
    container.start()
    while Service.settled < count:
        eventlet.sleep(0.01)
    container.stop()
    return count / (time.perf_counter() - begun), (time.process_time() - used) / count


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--count", type=int, default=20_000)
    reader.add_argument("--rounds", type=int, default=5)
    wanted = reader.parse_args()
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, {wanted.rounds} x {wanted.count} messages")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        with BrokerNode(Path(name, "broker")) as node, Postgres(Path(name, "postgres")) as server:
            for kind in ("sqlite", "postgresql"):
                rounds = [
                    one(kind, it, Path(name), node, server, wanted) for it in range(wanted.rounds)
                ]
                speed, used = (statistics.median(it) for it in zip(*rounds, strict=True))
                print(f"{kind:<12}{speed:>7.0f} messages/s in and out, {used * 1e6:.0f} us each")


def one(
    kind: str, number: int, folder: Path, node: BrokerNode, server: Postgres, wanted: Any
) -> tuple[float, float]:
    place = Vhost(
        name=f"{kind}-{number}", admin=node.admin, passwords=Passwords(folder / "passwords")
    )
    place.set_up(DEPARTMENTS)
    database = server.create_database(f"bench_{number}") if kind == "postgresql" else ""
    settings = prepared(place, database, folder / f"{kind}-{number}")
    feed(place, wanted.count)
    try:
        return measured(settings, wanted.count)
    finally:
        node.admin.delete_vhost(place.name)


if __name__ == "__main__":
    main()
