"""What a service process needs once for all its entrypoints: database, publisher, relay."""

from contextlib import suppress
from typing import Any

from nameko.extensions import SharedExtension

from shared.database import Database
from shared.delivery.publisher import Publisher
from shared.delivery.relay import Relay
from shared.delivery.workplace import Workplace
from shared.errors import Unavailable
from shared.settings import Settings

SETTINGS = "onewindow"
"""The key under which nameko's configuration holds our Settings."""


class Backbone(SharedExtension):  # type: ignore[misc]
    """Started with the service, stopped after all entrypoints."""

    settings: Settings
    database: Database
    publisher: Publisher
    relay: Relay
    workplace: Workplace

    def setup(self) -> None:
        self.settings = self.container.config[SETTINGS]
        service = self.settings.service
        self.database = Database.open(service, url=self.settings.database, data=self.settings.data)
        self.publisher = Publisher(self.settings.amqp_uri, name=f"{service} publisher")
        self.workplace = Workplace(
            service=service,
            database=self.database,
            time=self.settings.time,
            publisher=self.publisher,
        )
        self.relay = Relay(self.workplace)

    def start(self) -> None:
        self._threads = [
            self.container.spawn_managed_thread(self.publisher.run, identifier="publisher"),
            self.container.spawn_managed_thread(self.relay.run, identifier="relay"),
        ]

    def stop(self) -> None:
        self.relay.stop()
        self.publisher.stop()
        for thread in self._threads:
            thread.wait()
        with suppress(Unavailable):  # what is not tidied now is found in the outbox later
            self.workplace.tidy()
        self.database.close()

    def kill(self) -> None:
        self.database.close()


def instance(entrypoint: Any) -> Any:
    """The service with its dependencies, for an entrypoint that calls its own method.

    Such calls stand outside nameko's pool of workers: a batch holds a transaction, and would wait
    for a free worker while all workers wait for the transaction to end.
    """
    container = entrypoint.container
    service = container.service_cls()
    for provider in container.dependencies:
        setattr(service, provider.attr_name, provider.get_dependency(None))
    return service
