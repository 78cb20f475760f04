"""How a log record is written: a line for people, or JSON for programs. Both leave out what is secret."""

import logging
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.orjson import OrjsonFormatter

from campfire.logs.redacting import message_without_rows, one_line, redact, traceback_without_rows


class CalmFilter(logging.Filter):
    """Reduces errors that anyone can cause (a foreign Host, a broken form) to a warning of one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security") and record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


class TextFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.000Z INFO campfire.access: GET / 200 in 12 ms [request=… person=…]`, tracebacks indented."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_time(record)} {record.levelname} {record.name}: {_message(record)}"
        context = " ".join(f"{name}={value}" for name, value in _context(record).items())
        below = "".join(f"\n    {line}" for line in _traceback(record).splitlines())
        return head + (f" [{context}]" if context else "") + below


class JSONFormatter(OrjsonFormatter):
    """One object for each record: `time`, `level`, `logger`, `message`, the context, what the record adds (`fields`),
    `exception`. Nothing else: what libraries attach to records may be anything, whole requests among it."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data |= {"time": _time(record), "level": record.levelname, "logger": record.name}
        log_data |= {"message": _message(record), **_context(record), **getattr(record, "fields", {})}
        if exception := _traceback(record):
            log_data["exception"] = exception


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z"


def _message(record: logging.LogRecord) -> str:
    return one_line(redact(message_without_rows(record)))


def _context(record: logging.LogRecord) -> dict[str, str]:
    context: dict[str, str] = getattr(record, "context", {})
    return context


def _traceback(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return redact("\n".join(filter(None, [traceback_without_rows(error) if error else "", record.stack_info])))
