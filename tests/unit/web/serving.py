"""A service with a database of its own, which the test may look into."""

from shared.businesstime import setting_starting_now
from shared.database import Database
from shared.migrating import migrate
from tests.fixtures import service_process


class Serving:
    """`database` is the service's own; `start` may be called again after `kill`."""

    def __init__(self, service, data, *, now, **settings):
        self.service = service
        self.data = data
        self.now = now
        self.settings = settings
        self.log = data / f"{service}.log"
        self.database = Database.open(service, data=data)
        migrate(self.database)

    def start(self):
        time = setting_starting_now(self.now, speed=1)
        settings = {"ONEWINDOW_TIME": time, **self.settings}
        self.started = service_process.start(
            "services", self.service, data=self.data, log=self.log, **settings
        )
        self.url, self.process = self.started.url, self.started.process

    def logged(self):
        return self.log.read_text()

    def kill(self):
        self.started.kill()

    def end(self):
        self.kill()
        self.database.close()
