"""Telling an address: what each channel gets, and what is said of one that does not take it."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.lark import NotifyLark
from apprise.plugins.wecombot import NotifyWeComBot

from services.supervision.notices import robots
from services.supervision.notices.call import call
from services.supervision.notices.digest import digest_of
from services.supervision.notices.notice import NotTaken
from services.supervision.recipients import Address
from tests.unit.supervision.receivers import Web, mail_server, serving, web
from tests.unit.supervision.test_notices import alert

DIGEST = digest_of("d-1", "wang", [alert(it) for it in range(40)], "https://w.example/alerts")
FINE = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A server that also stands where the robots of chats do."""
    with web() as server:
        ding, wecom = f"{server.url}/ding?access_token={{token}}", f"{server.url}/wecom?key={{key}}"
        monkeypatch.setattr(NotifyDingTalk, "notify_url", ding)
        monkeypatch.setattr(NotifyWeComBot, "notify_url", wecom)
        monkeypatch.setattr(NotifyFeishu, "notify_url", f"{server.url}/feishu/{{token}}/")
        monkeypatch.setattr(NotifyLark, "notify_url", f"{server.url}/lark/")
        yield server


def tell(url: str) -> None:
    call(Address(channel="x", url=url), DIGEST)


def refusal(url: str) -> NotTaken:
    with pytest.raises(NotTaken) as raised:
        tell(url)
    return raised.value


def test_a_webhook_gets_the_digest_as_json(far: Web):
    tell(f"{far.url}/hook?room=7")
    assert far.heard[0][0] == "/hook?room=7"
    assert far.told == [DIGEST.plain]


@pytest.mark.parametrize("status", [302, 404, 429, 500])
def test_a_webhook_that_answers_anything_but_a_success_has_not_taken_it(far: Web, status: int):
    far.status = status
    error = refusal(far.url)
    assert (str(error), error.final, error.unsure) == (f"it answered {status}", False, False)


def test_dingtalk_gets_a_signed_text(far: Web):
    far.answer = FINE
    tell("dingtalk://SEC123@token123/13800000000")
    path, body = far.heard[0]
    query = parse_qs(urlsplit(path).query)
    assert query["access_token"] == ["token123"]
    assert len(query["timestamp"][0]) == 13
    (at,), (sign,) = query["timestamp"], query["sign"]
    assert sign == signed(b"SEC123", f"{at}\nSEC123".encode()), "as it is, not quoted twice"
    told = json.loads(body)
    assert told["text"]["content"].startswith("督办 40 条：黄牌 40")
    assert told["at"]["atMobiles"] == ["13800000000"]


def signed(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()


def test_wecom_gets_no_more_than_it_takes(far: Web):
    far.answer = FINE
    tell("wecombot://key-12345678")
    assert far.heard[0][0] == "/wecom?key=key-12345678"
    content = far.told[0]["text"]["content"]
    assert len(content.encode()) <= 2_048
    assert content.endswith("https://w.example/alerts\n# d-1")


@pytest.mark.parametrize("scheme", ["feishu", "lark"])
def test_feishu_gets_a_signature_where_its_robot_asks_for_one(far: Web, scheme: str):
    far.answer = {"code": 0, "msg": "success"}
    tell(f"{scheme}://demo-Secret1%2B@tok-12345")
    (path, body) = far.heard[0]
    told = json.loads(body)
    assert path.rstrip("/") == f"/{scheme}/tok-12345"
    assert abs(int(told["timestamp"]) - time.time()) < 3_600, "seconds, within the hour"
    assert told["sign"] == signed(f"{told['timestamp']}\ndemo-Secret1+".encode(), b"")
    assert b"Secret1" not in body


def test_the_signature_of_feishu_is_the_one_that_openssl_makes():
    made = robots.signature_for_feishu("1599360473", "demo-Secret1")
    assert made == "3sAI4Rm/xQKqF/UtJHdfrCbwcu85zcl6sczB/QQVQS4="


def test_a_signature_that_is_refused_is_said_without_the_secret(far: Web):
    far.answer = {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
    error = str(refusal("feishu://demo-Secret1@tok-12345"))
    assert error.startswith("Feishu refused it: 19021 sign match fail")
    assert "Secret1" not in error
    assert "tok-12345" not in error


def test_feishu_gets_a_text(far: Web):
    far.answer = {"code": 0, "msg": "success", "data": {}}
    tell("feishu://tok-12345")
    assert far.heard[0][0] == "/feishu/tok-12345/"
    assert "yellow：项目 0" in far.told[0]["content"]["text"]


@pytest.mark.parametrize(
    ("url", "answer", "words"),
    [
        (
            "dingtalk://token123/",
            {"errcode": 310000, "errmsg": "description:关键词不匹配;solution:x"},
            "DingTalk refused it: 310000 description:关键词不匹配",
        ),
        ("wecombot://k-12345678", {"errcode": 45009, "errmsg": "api freq out of limit"}, "45009"),
        ("feishu://tok-12345", {"code": 19024, "msg": "Key Words Not Found"}, "19024 Key Words"),
        ("feishu://tok-12345", {"hello": "world"}, "Feishu did not say that it took it"),
    ],
)
def test_a_robot_that_answers_200_and_refuses_has_not_taken_it(
    far: Web, url: str, answer: object, words: str
):
    far.answer = answer
    assert words in str(refusal(url))


def test_addresses_may_be_given_as_the_chats_show_them():
    shown = "https://oapi.dingtalk.com/robot/send?access_token=abc123"
    assert robots.readable(shown) == "dingtalk://abc123"
    hook = "https://open.feishu.cn/open-apis/bot/v2/hook/abc-123"
    assert robots.readable(hook) == "feishu://abc-123"
    assert robots.readable("https://elsewhere.example/hook/abc") == (
        "https://elsewhere.example/hook/abc"
    )


@pytest.mark.parametrize("kind", ["json", "form"])
def test_any_other_address_that_apprise_knows_gets_title_and_text(far: Web, kind: str):
    tell(far.url.replace("http", kind, 1) + "/in")
    ((path, body),) = far.heard
    assert path.startswith("/in")
    assert b"d-1" in body


def test_mail_goes_to_the_server_of_its_address():
    with mail_server() as (port, letters):
        tell(f"mailto://127.0.0.1:{port}?from=window@city.example&to=wang@city.example")
    letter = email.message_from_string(letters[0], policy=email.policy.default)
    assert letter["Subject"].startswith("督办 40 条：黄牌 40")
    assert letter["To"] == "wang@city.example"
    assert letter.get_content_type() == "text/plain", "as a page its lines would run together"
    text = letter.get_content()
    assert text.count("\n") >= 20
    assert "# d-1" in text


def test_what_apprise_says_of_a_failure_is_told_without_the_address():
    with mail_server(refusing="RCPT") as (port, letters):
        error = refusal(f"mailto://127.0.0.1:{port}?from=window@city.example&to=wang@city.example")
    assert letters == []
    assert not any(it in str(error) for it in ("wang", "window", "city", "127.0.0.1"))
    assert str(error) != "it did not take it", "there is a reason"


@pytest.mark.parametrize("scheme", ["http", "json", "mailto"])
def test_nobody_at_an_address_is_a_sentence_without_the_address(scheme: str):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = refusal(f"{scheme}://user:secret-word@127.0.0.1:{port}?to=a@b.example&from=c@d.example")
    assert not any(it in str(error) for it in (str(port), "127.0.0.1", "secret", "user"))
    assert not error.unsure
    assert not error.final


def test_one_that_hangs_up_may_have_taken_it():
    def hang_up(connection: socket.socket) -> None:
        connection.recv(100)
        connection.close()

    with serving(hang_up) as port:
        error = refusal(f"http://127.0.0.1:{port}/hook")
    assert error.unsure


def test_an_address_that_nobody_can_read_is_not_tried_again():
    assert refusal("nonsense://x").final
    assert refusal("mailto://").final


LIMITED = """
import eventlet; eventlet.monkey_patch()
import sys, time
from services.supervision.notices.call import load
from services.supervision.notices.limited import call_within
from services.supervision.notices.digest import digest_of
from services.supervision.notices.notice import NotTaken
from services.supervision.recipients import Address
from tests.unit.supervision.test_notices import alert

load()
digest = digest_of("d-1", "wang", [alert(1)])
beats = []

def beat():
    while True:
        beats.append(time.monotonic())
        eventlet.sleep(0.01)

eventlet.spawn(beat)
def given_up(url):
    before = len(beats)
    try:
        call_within(Address(channel="x", url=url), digest, 1)
    except NotTaken as error:
        return str(error), error.unsure, len(beats) - before > 1

calls = [eventlet.spawn(given_up, url) for url in sys.argv[1:]]
for it in calls:
    print(*it.wait(), sep="|")
"""
"""Prints of each call what became of it, whether that is unsure, and whether others went on: if one
holds up the others, nobody else's heart beats until it ends, however long it takes."""


def test_a_call_is_given_up_in_time_whatever_the_far_end_does_and_others_go_on_meanwhile():
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            gone.wait(0.02)

    def nothing(_connection: socket.socket) -> None:
        gone.wait(30)

    gone = threading.Event()
    with serving(drip) as dripping, serving(nothing) as silent:
        urls = [
            f"http://127.0.0.1:{dripping}/",
            f"http://127.0.0.1:{silent}/",
            f"json://127.0.0.1:{silent}/",
            f"mailto://127.0.0.1:{silent}?from=a@b.example&to=c@d.example",
        ]
        ended = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", LIMITED, *urls],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        gone.set()
    line = "nothing was heard within 1 seconds|True|True"
    assert ended.stdout.splitlines() == [line] * len(urls), ended.stderr
    assert "Traceback" not in ended.stderr
