"""Admission control: how many connections a process accepts, and the answer to those above that.

Each connection is an open file, and the system limits how many a process can have. Databases, Redis and pages need some
of them too: those are reserved, so that existing connections are served and new ones are refused in time.
"""

import logging
import resource
import sys
import time
from typing import Any

from campfire import wire
from campfire.errors import Unavailable

logger = logging.getLogger(__name__)

KEPT_BACK = 128
# The part of what is reserved that those may take who are told to try again; a few dozen files are open in any case.
REFUSED_PART = 4
RETRY_S = 5
TOLD_EVERY_S = 60.0
TOO_MANY = "Too many people are connected. Please try again in a moment."
# Nothing is read from the disk for it: there may be no file left to open.
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark"><title>Campfire is full</title>'
    "<h1>Too many people are connected</h1><p>Please try again in a moment.</p></html>"
)


class ThrottledWarning:
    """A rate-limited warning: logged at most once a minute, however often there is reason to."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def log(self, message: str, *args: object) -> None:
        now = time.monotonic()
        if now - self._last > TOLD_EVERY_S:
            self._last = now
            logger.warning(message, *args)


_full = ThrottledWarning()


def most_connections() -> int:
    """How many may be served at once."""
    return _most_files() - _reserved()


def most_heard() -> int:
    """How many may be there at once, those included that are told to come again."""
    return most_connections() + _reserved() // REFUSED_PART


def _reserved() -> int:
    return min(KEPT_BACK, _most_files() // 3)


def _most_files() -> int:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


def answer(path: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body for whoever comes too many.

    Whoever watches whether the process lives is told so: a full one that is started again throws everybody out.
    """
    if path == "/healthz":
        status, kind, body = 200, b"text/plain", b"ok"
    else:
        _full.log("All %d connections are taken; new ones are refused. Raise LimitNOFILE", most_connections())
        error = Unavailable(TOO_MANY, retry_after=RETRY_S)
        is_page = not path.startswith(("/api/", "/ws"))
        status, kind = error.status, b"text/html; charset=utf-8" if is_page else b"application/json"
        body = PAGE.encode() if is_page else wire.encode(error.as_dict())
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    return status, headers if status == 200 else [*headers, (b"retry-after", b"%d" % RETRY_S)], body


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """The application of whoever comes too many."""
    status, headers, body = answer(scope["path"])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def handshake_answer() -> bytes:
    """The same as one piece, in answer to a handshake."""
    _, headers, body = answer("/ws/")
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return b"HTTP/1.1 503 Service Unavailable\r\n" + lines + b"\r\n" + body
