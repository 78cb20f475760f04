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
RETRY_S = 5
TOLD_EVERY_S = 60.0


class RarelyTold:
    """A rate-limited warning: logged at most once a minute, however often there is reason to."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def tell(self, message: str, *args: object) -> None:
        now = time.monotonic()
        if now - self._last > TOLD_EVERY_S:
            self._last = now
            logger.warning(message, *args)


_full = RarelyTold()


def most_connections() -> int:
    """How many may be served at once."""
    limit = _most_files()
    return limit - min(KEPT_BACK, limit // 4)


def most_heard() -> int:
    """How many may be there at once, those included that are told to come again."""
    return (most_connections() + _most_files()) // 2


def _most_files() -> int:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


def response() -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and body of the 503."""
    _full.tell("All %d connections are taken; new ones are refused. Raise LimitNOFILE", most_connections())
    error = Unavailable("Too many people are connected. Please try again in a moment.", retry_after=RETRY_S)
    body = wire.encode(error.as_dict())
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"%d" % RETRY_S),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    return headers, body


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """The application of whoever comes too many."""
    headers, body = response()
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def handshake_response() -> bytes:
    """The same as one piece, in answer to a handshake."""
    headers, body = response()
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return b"HTTP/1.1 503 Service Unavailable\r\n" + lines + b"\r\n" + body
