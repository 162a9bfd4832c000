"""Log lines: constant text, facts beside it as fields, one JSON object a line on standard error."""

import logging
import sys

import structlog


def configure(service: str, *, level: int = logging.INFO) -> None:
    """Set up structlog, and send what libraries log the same way."""
    structlog.configure(
        processors=[
            # Not a context variable: green threads do not inherit those.
            lambda _logger, _method, fields: {"service": service, **fields},
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[_ToStructlog()])


class _ToStructlog(logging.Handler):
    """A library's log record as one of our lines."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )
