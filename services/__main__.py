"""Runs one service process: `python -m services routing`."""

import eventlet

eventlet.monkey_patch()

import importlib  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

from nameko.containers import ServiceContainer  # noqa: E402

from shared.database import Database  # noqa: E402
from shared.delivery.backbone import SETTINGS  # noqa: E402
from shared.delivery.topology import SERVICES  # noqa: E402
from shared.errors import OneWindowError  # noqa: E402
from shared.logs import configure  # noqa: E402
from shared.migrating import migrate  # noqa: E402
from shared.settings import Settings  # noqa: E402


def main(arguments: list[str]) -> int:
    """Run a service until it is told to stop; returns the exit status."""
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        print(f"usage: python -m services {{{'|'.join(SERVICES)}}}", file=sys.stderr)
        return 2
    try:
        return run(Settings.from_environment(arguments[0]))
    except OneWindowError as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 2


def run(settings: Settings) -> int:
    """Bring the database up to date and serve until SIGTERM or SIGINT."""
    configure(settings.service)
    database = Database.open(settings.service, url=settings.database, data=settings.data)
    migrate(database)
    database.close()
    module = importlib.import_module(f"services.{settings.service}.service")
    container = ServiceContainer(module.Service, config=_config(settings))
    stop = eventlet.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.ready() or stop.send(None))
    container.start()
    waiter = eventlet.spawn(container.wait)
    waiter.link(lambda _: stop.ready() or stop.send(None))
    stop.wait()
    container.stop()
    waiter.wait()  # raises what the container died of
    return 0


def _config(settings: Settings) -> dict[str, object]:
    return {
        SETTINGS: settings,
        "AMQP_URI": settings.amqp_uri,
        "WEB_SERVER_ADDRESS": f"{settings.http_host}:{settings.http_port}",
        "max_workers": 50,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
