"""Where a log record comes from: the request or socket that is being served, and who is behind it.

One small dictionary for each, in a context variable: threads that work for a request share it, so what is found out on
the way (who asks) is known to whoever logs later.
"""

import logging
from collections.abc import Mapping
from contextvars import ContextVar

_current: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)


def begin(**known: str) -> None:
    """From here on, in this task and what it starts, records carry `known` and nothing of before."""
    _current.set(known)


def bind(**known: str) -> None:
    """Add to what the records of this request or socket carry; outside of one nothing happens."""
    if (context := _current.get()) is not None:
        context.update(known)


def current() -> Mapping[str, str]:
    """What is known of this request or socket: `request`, `socket`, `person`, as far as they are."""
    return _current.get() or {}


class ContextFilter(logging.Filter):
    """Puts the context on each record, in the thread that logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.context = dict(current())
        return True
