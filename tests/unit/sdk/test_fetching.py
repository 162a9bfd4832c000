"""The content of a material: read over its link from a real server, and held against its digest."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from onewindow_worker import Material, NotFetched, approve
from onewindow_worker.wire import read
from tests.unit.sdk.messages import assigned, delivery

CONTENT = b"%PDF-1.7 a site plan" * 200_000
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
EXPIRED = json.dumps({"detail": "the link expired at 2026-12-17"}).encode()
ANSWERS = {"/good": (200, CONTENT), "/expired": (403, EXPIRED), "/away": (502, b"<html>")}


class Intake(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path.partition("?")[0]]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the reader may have had enough
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def intake():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def plan(intake):
    return Material(
        "site-plan", DIGEST, "application/pdf", len(CONTENT), link=f"{intake}/good?signature=x"
    )


def test_a_material_is_read_whole_and_put_into_a_file(plan, tmp_path):
    assert plan.read() == CONTENT
    assert plan.fetch(tmp_path / "plan.pdf").read_bytes() == CONTENT
    assert [it.name for it in tmp_path.iterdir()] == ["plan.pdf"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"digest": "sha256:" + "0" * 64}, "site-plan: has another digest"),
        ({"size": len(CONTENT) - 1}, "is larger than 3999999 bytes"),
        ({"size": len(CONTENT) + 5}, "ended 5 bytes before its size"),
        ({"path": "/expired"}, "refused with 403: the link expired at 2026-12-17"),
        ({"path": "/away"}, "refused with 502"),
        ({"link": "http://127.0.0.1:1/good"}, "cannot be reached"),
        ({"link": "http://127.0.0.1:port/good"}, "cannot be reached"),
        ({"link": ""}, "has no link"),
        ({"link": "file:///etc/hostname"}, "has no link"),
    ],
)
def test_what_is_not_that_file_is_refused_and_leaves_nothing_behind(
    plan, intake, tmp_path, changes, problem
):
    if "path" in changes:
        changes = {"link": intake + changes["path"]}
    wrong = replace(plan, **changes)
    with pytest.raises(NotFetched, match=problem):
        wrong.read()
    with pytest.raises(NotFetched, match=problem):
        wrong.fetch(tmp_path / "plan.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_material_that_takes_too_long_is_given_up(plan):
    with pytest.raises(NotFetched, match=r"did not come within|cannot be reached"):
        plan.read(timeout=0.000001)


def test_the_link_of_a_task_is_read_but_not_shown_and_goes_into_no_answer(plan):
    paper = {"name": "p", "digest": DIGEST, "media_type": "a/b", "size": 1, "link": plan.link}
    task, _ = read(delivery(assigned(materials=[paper])), department="planning", sender="routing")
    assert task.materials[0].link == plan.link
    assert "signature" not in repr(task)
    assert "signature" not in json.dumps(approve(documents=[plan]).content())
