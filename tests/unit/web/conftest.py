import socket
import subprocess
import sys

import pytest

from shared.web.arriving import PATIENCE, STALL

RUN = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))
import eventlet
eventlet.monkey_patch()
from shared.web import arriving
arriving.PATIENCE, arriving.STALL = {patience}
from tests.unit.web.sample import run
run({port})
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sample:
    """The sample service in a process of its own, and what it has written to its log."""

    def __init__(self, log, *, files: int = 1000, patience=(PATIENCE, STALL)) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        program = RUN.format(port=self.port, files=files, patience=patience)
        with log.open("wb") as written:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-c", program],
                stdout=subprocess.PIPE,
                stderr=written,
            )
        assert self.process.stdout.readline() == b"started\n", log.read_text()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def logged(self) -> str:
        return self.log.read_text()


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    started = Sample(tmp_path_factory.mktemp("sample") / "log")
    yield started
    started.end()
