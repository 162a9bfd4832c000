"""One message to one address: as JSON to http(s)://, to the robot of a chat, or through apprise."""

import logging
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import unquote

import apprise
import structlog

from services.supervision.notices import robots
from services.supervision.notices.digest import Digest
from services.supervision.notices.notice import LONGEST_ERROR, NotTaken
from services.supervision.notices.post import post
from services.supervision.recipients import Address

LONGEST_CALL = 15.0
"""Seconds after which a call is given up, whatever the far end does."""
WEB = ("http://", "https://")

log = structlog.get_logger()
_apprise = logging.getLogger("apprise")
_apprise.propagate = False  # what it logs names addresses and tokens
_apprise.addHandler(logging.NullHandler())


def call(address: Address, digest: Digest) -> None:
    """Tell an address. Raises NotTaken with the reason. It blocks, for as long as the far end
    likes: whoever calls it sets the limit."""
    url = robots.readable(address.url)
    if url.startswith(WEB):
        post(url, digest.plain)
        return
    load()
    plugin = apprise.Apprise.instantiate(url)
    if plugin is None:
        known = "http(s):// or one of apprise's"
        raise NotTaken(f"its address cannot be read: it must be {known}", final=True)
    if type(plugin) in robots.ROBOTS:
        robots.tell(plugin, digest)
    else:
        _through_apprise(plugin, address, digest)


def kind_of(address: Address) -> str:
    """What is at an address, such as DingTalk or E-Mail; empty for what nobody can read."""
    url = robots.readable(address.url)
    if url.startswith(WEB):
        return "Webhook"
    load()
    plugin = apprise.Apprise.instantiate(url)
    return str(plugin.service_name) if plugin else ""


@cache
def load() -> None:
    """Have apprise read its hundred kinds of addresses, which takes half a second, once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a library that one of them uses
        apprise.Apprise.instantiate("json://localhost")


def _through_apprise(plugin: Any, address: Address, digest: Digest) -> None:
    with _overheard() as said:
        try:
            taken = plugin.notify(
                title=digest.title, body=digest.text(), body_format=apprise.NotifyFormat.TEXT
            )
        except Exception as error:
            # A plugin may fail in any way it likes; nobody else's message waits for that.
            raise NotTaken(f"it failed: {type(error).__name__}", unsure=True) from None
    if not taken:
        reason = without(address.url, said[0]) if said else "it did not take it"
        raise NotTaken(reason[:LONGEST_ERROR])


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What apprise logs meanwhile in this thread: it tells reasons nowhere else."""
    me, said = threading.get_ident(), list[str]()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == me:
                said.append(record.getMessage())

    listener = Listener(logging.WARNING)
    _apprise.addHandler(listener)
    try:
        yield said
    finally:
        _apprise.removeHandler(listener)


def without(url: str, text: str) -> str:
    """A text without anything that the address says after its scheme."""
    rest = unquote(url.partition("://")[2])
    parts = {it for it in re.split(r"[^\w.-]+", rest) if len(it) > 2}
    for part in sorted({*parts, *rest.split("?")[0].split("/")} - {""}, key=len, reverse=True):
        text = text.replace(part, "…") if len(part) > 2 else text
    return text
