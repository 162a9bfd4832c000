"""Telling alerts to the outside: digests, and a receiver that does not do its part."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from apprise.plugins.feishu import NotifyFeishu

from services.supervision import channels
from services.supervision.deliveries import pause_after
from tests.unit.supervision.receivers import web


def alert(number: int, rung: str = "yellow") -> dict[str, object]:
    title = {"zh": f"黄牌 {number}", "en": f"Yellow card {number}"}
    return {"alert": f"a-{number}", "rung": rung, "case": f"case-{number}", "title": title}


def test_one_alert_is_told_under_its_own_title():
    told = channels.digest([alert(1)])
    assert told["title"] == "黄牌 1 / Yellow card 1 case-1"
    assert told["alerts"] == [alert(1)]


def test_many_alerts_are_one_message_with_counts_and_the_first_of_them():
    told = channels.digest([*map(alert, range(30)), alert(30, "red")])
    assert told["title"] == "督办 31 条 / 31 alerts: 30 yellow, 1 red"
    assert told["counts"] == {"yellow": 30, "red": 1}
    assert len(told["alerts"]) == channels.SHOWN
    assert told["text"].endswith("… +11")


def test_pauses_grow_to_an_hour_and_no_further():
    seconds = [pause_after(attempts) / timedelta(seconds=1) for attempts in (1, 2, 3, 9, 10, 99)]
    assert seconds == [10, 20, 40, 2560, 3600, 3600]


class Receiver(BaseHTTPRequestHandler):
    status = 204
    heard: list[object]

    def do_POST(self) -> None:
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[tuple[type[Receiver], str]]:
    handler = type("Here", (Receiver,), {"heard": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_port}/alerts"
        server.shutdown()
        thread.join()


def test_a_webhook_gets_the_digest_as_json(receiver: tuple[type[Receiver], str]):
    handler, url = receiver
    channels.tell(url, channels.digest([alert(1)]))
    assert handler.heard == [channels.digest([alert(1)])]


def test_a_webhook_that_refuses_has_not_been_told(receiver: tuple[type[Receiver], str]):
    handler, url = receiver
    handler.status = 500
    with pytest.raises(channels.NotTold, match="HTTPError"):
        channels.tell(url, channels.digest([alert(1)]))


def test_a_webhook_that_never_answers_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(channels, "TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(channels.NotTold, match="Timeout"):
            channels.tell(url, channels.digest([alert(1)]))


def test_an_address_that_nothing_knows_is_said_without_its_secrets():
    with pytest.raises(channels.NotTold, match=r"^the alert address nothing://…"):
        channels.tell("nothing://token@somewhere", channels.digest([alert(1)]))


def test_a_chat_that_answers_200_and_refuses_has_not_been_told(monkeypatch: pytest.MonkeyPatch):
    with web() as far:
        monkeypatch.setattr(NotifyFeishu, "notify_url", f"{far.url}/{{token}}")
        far.answer = {"code": 19024, "msg": "Key Words Not Found"}
        with pytest.raises(channels.NotTold, match="Feishu refused it: 19024 Key Words Not Found"):
            channels.tell("feishu://tok-12345", channels.digest([alert(1)]))
        far.answer = {"code": 0, "msg": "success"}
        channels.tell("feishu://tok-12345", channels.digest([alert(1)]))
    assert far.told[1]["content"]["text"].startswith("黄牌 1 / Yellow card 1 case-1")
