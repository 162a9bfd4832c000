"""Where alerts are told: a file of JSON lines with the log, and a webhook.

The file is exactly once but for a crash between its writing and the commit: then the lines that
stand at its end already are left out, which is all of them unless another process wrote a megabyte
in between. A webhook may hear an alert twice; `alert` tells repeats apart.
"""

import fcntl
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import apprise
import requests
import structlog

from services.supervision import deliveries
from services.supervision.deliveries import Untold
from services.supervision.notices import robots
from services.supervision.notices.call import WEB, load
from services.supervision.notices.notice import NotTaken
from shared.delivery.work import Work
from shared.errors import Unavailable

FILE, WEBHOOK = "file", "webhook"
LINES = 500
DIGEST = 2_000
SHOWN = 20
"""A digest counts all of its alerts and shows the first so many."""
TAIL = 1 << 20
TIMEOUT = (3.0, 5.0)
"""Seconds to connect, and to wait for an answer."""

log = structlog.get_logger()
OpenWork = Callable[[], AbstractContextManager[Work]]


class NotTold(Unavailable):
    """A channel did not take alerts; they are tried again later."""


def channels(webhook: str) -> tuple[str, ...]:
    """The channels of a process whose webhook is set, or is not (empty)."""
    return (FILE, WEBHOOK) if webhook else (FILE,)


def write_lines(work: Work, path: Path) -> int:
    """Append what the file has still to tell, and log it; how many alerts that were.

    Raises NotTold where the file does not take them.
    """
    some = deliveries.untold(work.transaction, FILE, work.now, LINES)
    if some:
        try:
            _append(path, some)
        except OSError as error:
            raise NotTold(f"{path} cannot be written: {error.strerror}") from error
        deliveries.told(work.transaction, FILE, some)
    return len(some)


def call_webhook(open_work: OpenWork, url: str, tell: Callable[[str, dict[str, Any]], None]) -> int:
    """Tell a digest of what the webhook has not heard; how many alerts that were.

    Raises NotTold where it does not take them: they stay, with a later moment. No transaction is
    open while it is called.
    """
    with open_work() as work:
        some = deliveries.untold(work.transaction, WEBHOOK, work.now, DIGEST)
        deliveries.postpone(work.transaction, WEBHOOK, some, work.now)
    if some:
        tell(url, digest([json.loads(it.body) for it in some]))
        with open_work() as work:
            deliveries.told(work.transaction, WEBHOOK, some)
    return len(some)


def digest(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One message for any number of alerts: their counts by rung, and the first of them."""
    counts = Counter(str(alert["rung"]) for alert in told)
    summary = ", ".join(f"{count} {rung}" for rung, count in counts.items())
    lines = [f"{alert['title']['zh']} / {alert['title']['en']} {alert['case']}" for alert in told]
    more = len(told) - SHOWN
    return {
        "title": lines[0]
        if len(told) == 1
        else f"督办 {len(told)} 条 / {len(told)} alerts: {summary}",
        "text": "\n".join([*lines[:SHOWN], *([f"… +{more}"] if more > 0 else [])]),
        "counts": dict(counts),
        "alerts": list(told[:SHOWN]),
    }


def tell(url: str, message: dict[str, Any]) -> None:
    """Post a digest as JSON to http(s)://, or in words to a chat or any address that apprise knows.

    Raises NotTold.
    """
    url = robots.readable(url)
    if not url.startswith(WEB):
        _say(url, message)
        return
    try:
        with requests.post(url, json=message, timeout=TIMEOUT, stream=True) as answer:
            answer.raise_for_status()
    except requests.RequestException as error:
        raise NotTold(f"the alert webhook did not take alerts: {type(error).__name__}") from error


def _say(url: str, message: dict[str, Any]) -> None:
    load()
    plugin = apprise.Apprise.instantiate(url)
    if type(plugin) in robots.ROBOTS:
        try:
            robots.say(plugin, f"{message['title']}\n{message['text']}")
        except NotTaken as error:
            raise NotTold(f"the chat of the alert address did not take alerts: {error}") from error
    elif not plugin or not plugin.notify(
        title=message["title"], body=message["text"], body_format=apprise.NotifyFormat.TEXT
    ):
        raise NotTold(f"the alert address {url.partition('://')[0]}://… did not take alerts")


def _append(path: Path, some: Sequence[Untold]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another process may write to the same file
        end = file.seek(0, 2)
        file.seek(max(0, end - TAIL))
        lines = file.read().splitlines(keepends=True)
        whole = {line.rstrip(b"\n") for line in lines}
        if lines and not lines[-1].endswith(b"\n"):
            file.truncate(end - len(lines[-1]))  # a crash cut it; its alert is among these
        for it in some:
            line = it.body.encode()
            if line not in whole:
                file.write(line + b"\n")
                _log(json.loads(it.body))
        file.flush()
        os.fsync(file.fileno())


def _log(alert: dict[str, Any]) -> None:
    fields = {name: alert[name] for name in ("alert", "rung", "department", "task", "due_at")}
    log.warning("alert", case=alert["case"], title=alert["title"]["en"], **fields)
