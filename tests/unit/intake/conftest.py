import os
import socket
import subprocess
import sys
import time

import pytest
import requests

from services.intake import store
from shared.businesstime import setting_starting_now
from shared.database import Database
from shared.migrating import migrate
from tests.unit.intake.samples import ITEM, NOW

NO_BROKER = "amqp://guest:guest@127.0.0.1:1/"
"""Handing in must not wait for the broker: what is to be sent waits in the outbox."""


class Intake:
    """Intake in a process of its own, with a database in a folder, as it runs in production."""

    def __init__(self, data, *, scheme="regional"):
        self.data = data
        self.scheme = scheme
        self.database = Database.open("intake", data=data)
        migrate(self.database)
        with self.database.transaction() as tx:
            store.keep_items(tx, [ITEM])
        self.start()

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        settings = {
            "AMQP_URI": NO_BROKER,
            "ONEWINDOW_DATA": str(self.data),
            "ONEWINDOW_HTTP": f"127.0.0.1:{port}",
            "ONEWINDOW_TIME": setting_starting_now(NOW, speed=1),
            "ONEWINDOW_CODE_SCHEME": self.scheme,
            "ONEWINDOW_REGION": "330100",
        }
        with (self.data / "intake.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "services", "intake"],
                env=os.environ | settings,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def _wait(self):
        until = time.monotonic() + 20
        while time.monotonic() < until and self.process.poll() is None:
            try:
                requests.get(f"{self.url}/health", timeout=5)
            except requests.ConnectionError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError((self.data / "intake.log").read_text())

    def logged(self):
        return (self.data / "intake.log").read_text()

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def stop(self):
        self.kill()
        self.database.close()


@pytest.fixture(scope="module")
def intake(tmp_path_factory):
    started = Intake(tmp_path_factory.mktemp("intake"))
    yield started
    started.stop()


@pytest.fixture
def intake_of_its_own(tmp_path):
    started = Intake(tmp_path)
    yield started
    started.stop()
