"""Robots of group chats: DingTalk, WeCom, Feishu, Lark. apprise reads their addresses.

They answer 200 to what they refuse as well, and say so in the body: a message without the keyword
that the robot asks for, a wrong signature, too many messages in a minute. apprise looks at the
status alone, so what these say is read here; a refusal that counted as told would be a limit missed
in silence.

    DingTalk  errcode   open.dingtalk.com, "Custom robot access": 20 messages a minute, 20,000 bytes
    WeCom     errcode   developer.work.weixin.qq.com, "Group robot": 20 a minute, 2,048 bytes
    Feishu    code      open.feishu.cn, "Custom bot": 100 a minute and 5 a second, 20 KB

Robots may ask for a signature besides; the secret stands before the token (dingtalk://SECRET@TOKEN)
and never leaves this machine. Both sign the time and the secret with HMAC-SHA-256, in Base64:

    DingTalk  milliseconds; the secret is the key, the time and the secret are what is signed
    Feishu    seconds; the time and the secret are the key, and nothing is signed; taken for an hour
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.lark import NotifyLark
from apprise.plugins.wecombot import NotifyWeComBot

from services.supervision.notices.digest import Digest
from services.supervision.notices.notice import NotTaken
from services.supervision.notices.post import post
from shared.businesstime import BusinessTime

REAL_TIME = BusinessTime()
"""As the far end has it, whatever business time is set."""
SPARE = 200
"""Bytes of a message that are left for its title's line and the robot's own."""
SHOWN = 120


@dataclass(frozen=True, kw_only=True)
class Robot:
    """How one kind is addressed, and what it is told: both of apprise's plugin and a text."""

    name: str
    most: int
    address: Callable[[Any], str]
    body: Callable[[Any, str], dict[str, Any]]
    query: Callable[[Any], dict[str, str]] = lambda _plugin: {}


def _signed(plugin: Any) -> dict[str, str]:
    if not plugin.secret:
        return {}
    at, signature = plugin.get_signature()
    return {"timestamp": at, "sign": unquote(signature)}


def _dingtalk(plugin: Any, text: str) -> dict[str, Any]:
    at = {"atMobiles": plugin.targets, "isAtAll": False}
    return {"msgtype": "text", "text": {"content": text}, "at": at}


def _wecom(_plugin: Any, text: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": text}}


def _feishu(plugin: Any, text: str) -> dict[str, Any]:
    said: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if not plugin.user:
        return said
    at = str(int(REAL_TIME.now().timestamp()))
    return {"timestamp": at, "sign": signature_for_feishu(at, plugin.user), **said}


def signature_for_feishu(timestamp: str, secret: str) -> str:
    """The signature of a time in Unix seconds (open.feishu.cn, "Custom bot", security settings)."""
    key = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.digest(key, b"", "sha256")).decode()


ROBOTS: Mapping[type, Robot] = {
    NotifyDingTalk: Robot(
        name="DingTalk",
        most=20_000,
        address=lambda plugin: plugin.notify_url.format(token=plugin.token),
        body=_dingtalk,
        query=_signed,
    ),
    NotifyWeComBot: Robot(
        name="WeCom", most=2_048, address=lambda plugin: plugin.api_url, body=_wecom
    ),
    NotifyFeishu: Robot(
        name="Feishu",
        most=20_000,
        address=lambda plugin: plugin.notify_url.format(token=plugin.token),
        body=_feishu,
    ),
    NotifyLark: Robot(
        name="Lark", most=20_000, address=lambda plugin: plugin.webhook_url, body=_feishu
    ),
}


NATIVE = {
    re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=(\w+)"): "dingtalk://{}",
    re.compile(
        r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([\w-]+)"
    ): "wecombot://{}",
    re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?"): "feishu://{}",
    re.compile(r"https://open\.larksuite\.com/open-apis/bot/v2/hook/([\w-]+)/?"): "lark://{}",
}
"""Addresses as a chat shows them, and as apprise reads them."""


def readable(url: str) -> str:
    """The address of a robot as a chat shows it in the form that apprise reads; others as is."""
    for shown, form in NATIVE.items():
        if found := shown.fullmatch(url):
            return form.format(found[1])
    return url


def tell(plugin: Any, digest: Digest) -> None:
    """Tell a robot of a chat. Raises NotTaken, with what it answered."""
    most = ROBOTS[type(plugin)].most
    title = _cut(digest.title, most // 2)
    say(plugin, f"{title}\n{digest.text(most - SPARE - len(title.encode()))}")


def say(plugin: Any, words: str) -> None:
    """Say words in a chat, as many as its robot takes. Raises NotTaken, with what it answered."""
    robot = ROBOTS[type(plugin)]
    body = robot.body(plugin, _cut(words, robot.most))
    answer = post(robot.address(plugin), body, query=robot.query(plugin))
    code = next((answer[it] for it in ("errcode", "code", "StatusCode") if it in answer), None)
    if code is None:
        raise NotTaken(f"{robot.name} did not say that it took it")
    if code != 0:
        said = str(answer.get("errmsg") or answer.get("msg") or "").partition(";")[0]
        raise NotTaken(f"{robot.name} refused it: {code} {said[:SHOWN]}".rstrip())


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")
