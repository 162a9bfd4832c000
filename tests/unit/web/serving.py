"""A service in a process of its own, as it runs in production, with a database in a folder."""

import os
import socket
import subprocess
import sys
import time

import requests

from shared.businesstime import setting_starting_now
from shared.database import Database
from shared.migrating import migrate

NO_BROKER = "amqp://guest:guest@127.0.0.1:1/"
"""No request waits for the broker: what is to be sent waits in the outbox."""


class Serving:
    """`database` is the service's own, for the test to look into."""

    def __init__(self, service, data, *, now, **settings):
        self.service = service
        self.data = data
        self.now = now
        self.settings = settings
        self.log = data / f"{service}.log"
        self.database = Database.open(service, data=data)
        migrate(self.database)

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        settings = {
            "AMQP_URI": NO_BROKER,
            "ONEWINDOW_DATA": str(self.data),
            "ONEWINDOW_HTTP": f"127.0.0.1:{port}",
            "ONEWINDOW_TIME": setting_starting_now(self.now, speed=1),
            **self.settings,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "services", self.service],
                env=os.environ | settings,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def _wait(self):
        until = time.monotonic() + 120
        while time.monotonic() < until and self.process.poll() is None:
            try:
                requests.get(f"{self.url}/health", timeout=60)
            except requests.ConnectionError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(self.logged())

    def logged(self):
        return self.log.read_text()

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def end(self):
        self.kill()
        self.database.close()
