"""What `./onewindow status` says of services: their remarks, what they cannot reach, silence."""

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deploy.cli import app
from deploy.local.health import Health, healths
from deploy.local.places import Places
from deploy.local.process import ProcessId
from deploy.local.state import Part, StackState

WRONG = "people.yaml is wrong since 2026-09-18; the last sound one is followed"
ANSWERS = {
    "/well": (200, {"status": "ok", "parts": {"broker": True}, "remarks": [WRONG]}),
    "/cut-off": (503, {"status": "failing", "parts": {"broker": False, "database": True}}),
    "/other": (200, ["no service of ours"]),
    "/deep": (200, b"[" * 100_000),
}


class Services(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, said = ANSWERS[self.path.removesuffix("/health")]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """Answers as services do, and as others that have their ports."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def running(server: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack whose state says that services answer here, beside a broker that is not asked."""
    monkeypatch.setenv("ONEWINDOW_HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    places, this = Places.from_environment(os.environ), ProcessId.of(os.getpid())
    places.stack.mkdir(parents=True)
    addresses = {
        "broker": "amqp://127.0.0.1:9/onewindow",
        "supervision": f"http://127.0.0.1:{server.server_port}/well",
        "intake": f"http://127.0.0.1:{server.server_port}/cut-off",
        "routing": "http://127.0.0.1:9",
        "department": f"http://127.0.0.1:{server.server_port}/other",
    }
    parts = tuple(Part(name=it, process=this, address=addresses[it], log="") for it in addresses)
    StackState(supervisor=this, ready=True, data="", parts=parts).write(places.state)


def test_whoever_has_the_port_of_a_service_now_cannot_stop_a_status(
    server: ThreadingHTTPServer,
) -> None:
    address = f"http://127.0.0.1:{server.server_port}/deep"
    part = Part(name="intake", process=ProcessId.of(os.getpid()), address=address, log="")
    assert healths([part]) == {"intake": Health(status="no answer")}


def test_status_says_what_services_remark_and_which_do_not_answer(
    running: None, capsys: pytest.CaptureFixture[str]
) -> None:
    app(["status"], standalone_mode=False)
    assert capsys.readouterr().out.splitlines()[6:] == [
        f"supervision: {WRONG}",
        "intake: failing (cannot reach: broker)",
        "routing: no answer",
        "department: no answer",
    ]


def test_a_program_reads_the_same(running: None, capsys: pytest.CaptureFixture[str]) -> None:
    app(["status", "--json"], standalone_mode=False)
    parts = json.loads(capsys.readouterr().out)["parts"]
    assert {it["name"]: it["health"] for it in parts} == {
        "broker": None,
        "supervision": {"status": "ok", "away": [], "remarks": [WRONG]},
        "intake": {"status": "failing", "away": ["broker"], "remarks": []},
        "routing": {"status": "no answer", "away": [], "remarks": []},
        "department": {"status": "no answer", "away": [], "remarks": []},
    }
