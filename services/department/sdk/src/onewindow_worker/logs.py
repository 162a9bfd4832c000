"""How log lines look: text for people, or one JSON object a line for a log collector.

The text is constant or a sentence; the facts (case, assignment, ...) are fields beside it.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone
from typing import Any

_ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _ORDINARY}


class TextFormatter(logging.Formatter):
    """`2026-09-18T09:00:00+00:00 WARNING Handler failed ... case=... assignment=...`"""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it where there is one."""
        facts = [f"{name}={value}" for name, value in _facts(record).items() if value != ""]
        first = " ".join([_moment(record), record.levelname, record.getMessage(), *facts])
        return "\n".join([first, *_traceback(self, record)])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `text`, the facts, `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        plain = {
            "at": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "text": record.getMessage(),
            **_facts(record),
        }
        for traceback in _traceback(self, record):
            plain["traceback"] = traceback
        return json.dumps(plain, ensure_ascii=False, default=str)


def log_to_stderr(style: str = "text", level: int = logging.INFO) -> None:
    """Set up logging for a program that is nothing but a worker. `style` is text or json."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[handler])
    quiet_pika()


def quiet_pika() -> None:
    """What pika has to say about a connection, the worker says in a sentence; unless asked for."""
    if logging.getLogger("pika").level == logging.NOTSET:
        logging.getLogger("pika").setLevel(logging.CRITICAL)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    return [formatter.formatException(record.exc_info)] if record.exc_info else []
