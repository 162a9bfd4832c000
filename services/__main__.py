"""Runs one service process: `python -m services routing`."""

import warnings

warnings.filterwarnings("ignore", r"\s*Eventlet is deprecated")  # ten lines in every log

import eventlet  # noqa: E402
import eventlet.debug  # noqa: E402

eventlet.monkey_patch()

import gc  # noqa: E402

gc.disable()  # what is loaded stays: looking through it again and again is a tenth of the start

import importlib  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

from nameko.containers import ServiceContainer  # noqa: E402

from shared.database import Database  # noqa: E402
from shared.delivery.backbone import SETTINGS  # noqa: E402
from shared.delivery.entrypoints import RETRY_DELAYS_KEY  # noqa: E402
from shared.delivery.retry import delays_from  # noqa: E402
from shared.delivery.topology import SERVICES  # noqa: E402
from shared.errors import OneWindowError  # noqa: E402
from shared.logs import configure  # noqa: E402
from shared.migrating import migrate  # noqa: E402
from shared.settings import Settings  # noqa: E402

REFUSED = 2
DIED = 1
LOOK_UP = 0.1
"""How long a signal may wait until it is seen, in seconds."""


class CannotListen(OneWindowError):
    """The address for HTTP is taken or is not this machine's."""


def main(arguments: list[str]) -> int:
    """Run a service until it is told to stop; returns the exit status."""
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        print(f"usage: python -m services {{{'|'.join(SERVICES)}}}", file=sys.stderr)
        return REFUSED
    try:
        settings = Settings.from_environment(arguments[0])
        configure(settings.service)
        bring_up_to_date(settings)
        module = importlib.import_module(f"services.{settings.service}.service")
        return serve(settings, module.Service)
    except OneWindowError as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return REFUSED


def bring_up_to_date(settings: Settings) -> None:
    """Migrate the service's database."""
    database = Database.open(settings.service, url=settings.database, data=settings.data)
    try:
        migrate(database)
    finally:
        database.close()


def serve(settings: Settings, service: type) -> int:
    """Run a nameko service class until SIGTERM or SIGINT; returns the exit status."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        # Nothing of eventlet's may be touched here: the signal may come in the midst of its hub.
        signal.signal(number, lambda number, _: told.append(number))
    container = ServiceContainer(service, config=_config(settings))
    _start(container, settings)
    _collect_seldom()
    end = eventlet.spawn(container.wait)
    while not (told or end.dead):
        eventlet.sleep(LOOK_UP)
    container.stop()
    try:
        end.wait()
    except Exception:  # nameko has logged what the container died of
        return DIED
    return 0


def _start(container: ServiceContainer, settings: Settings) -> None:
    # What fails in a green thread at the start is raised here; the hub need not print it as well.
    eventlet.debug.hub_exceptions(False)
    try:
        container.start()
    except OSError as error:
        where = f"{settings.http_host}:{settings.http_port}"
        raise CannotListen(f"cannot serve at {where}, choose another address: {error}") from error
    finally:
        eventlet.debug.hub_exceptions(True)


def _collect_seldom() -> None:
    """What was loaded stays, so it need not be looked through again and again for what could go;
    and a batch makes thousands of values, nearly all of which go without the collector."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def _config(settings: Settings) -> dict[str, object]:
    return {
        SETTINGS: settings,
        RETRY_DELAYS_KEY: delays_from(os.environ),
        "AMQP_URI": settings.amqp_uri,
        "WEB_SERVER_ADDRESS": f"{settings.http_host}:{settings.http_port}",
        "max_workers": 50,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
