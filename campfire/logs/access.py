"""A line for each request that was answered and each socket that has gone; the ids that records carry.

Stands around the application, outside Django: what is refused before Django sees it has its line and its id too.
"""

import logging
import re
import time
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings

from campfire.logs import context as log_context

logger = logging.getLogger("campfire.access")

# Asked every few seconds by machines, or once for each file of a page.
_QUIET = ("/healthz", "/readyz", settings.STATIC_URL)
_WELL_FORMED = re.compile(rb"[A-Za-z0-9_-]{8,64}")
# What is this long in an address and no id of ours lets somebody in: an invitation, a way to a new password.
_PERHAPS_SECRET = re.compile(r"(?<=/)(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/|$))[^/]{16,}")
# As nginx has it: whoever asked did not wait for the answer.
GONE = 499


async def answer_logged(application: Any, scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Have `application` answer a request, under an id that its answer carries as `X-Request-ID`."""
    request_id = _id_of(scope)
    log_context.begin(request=request_id)
    began, status = time.perf_counter(), GONE

    async def send_with_id(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
        await send(message)

    try:
        await application(scope, receive, send_with_id)
    except Exception:
        status = 500
        raise
    finally:
        if not scope["path"].startswith(_QUIET):
            _log_request(scope, status, time.perf_counter() - began)


def _log_request(scope: dict[str, Any], status: int, seconds: float) -> None:
    method, path, ms = scope["method"], shown_path(scope["path"]), round(seconds * 1000, 1)
    fields = {"method": method, "path": path, "status": status, "ms": ms}
    logger.info("%s %s %d in %s ms", method, path, status, ms, extra={"fields": fields})


async def serve_socket_logged(application: Any, scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Have `application` serve a socket; it binds `socket` and `person` to the context once it knows them."""
    log_context.begin()
    line = _SocketLine(shown_path(scope["path"]))

    async def receive_seen() -> dict[str, Any]:
        message: dict[str, Any] = await receive()
        if message["type"] == "websocket.disconnect":
            line.closed(message.get("code", 1005))
        return message

    async def send_seen(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.accept":
            line.opened()
        elif message["type"] == "websocket.close":
            line.closed(message.get("code", 1000))
        await send(message)

    await application(scope, receive_seen, send_seen)


class _SocketLine:
    """What is said of one socket, once: that it was refused, or how it closed."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.since: float | None = None
        self.is_over = False

    def opened(self) -> None:
        self.since = time.perf_counter()
        # After an outage everybody comes at once: one line for each socket is enough, the one that says how it went.
        logger.debug("Socket opened at %s", self.path, extra={"fields": {"path": self.path}})

    def closed(self, code: int) -> None:
        if self.is_over:
            return
        self.is_over = True
        if self.since is None:
            logger.info("Socket refused at %s", self.path, extra={"fields": {"path": self.path}})
            return
        seconds = round(time.perf_counter() - self.since, 1)
        fields = {"path": self.path, "code": code, "seconds": seconds}
        logger.info("Socket closed with %d after %s s", code, seconds, extra={"fields": fields})


def shown_path(path: str) -> str:
    """A path as it may stand in a log: percent-encoded, its secrets left out."""
    return _PERHAPS_SECRET.sub("…", quote(path, safe="/~:@!$&'()*+,;="))


def _id_of(scope: dict[str, Any]) -> str:
    """The id that a proxy gave the request, if it is one that we trust and the id is well-formed; else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _WELL_FORMED.fullmatch(given) and _came_by_proxy(scope) else uuid4().hex


def _came_by_proxy(scope: dict[str, Any]) -> bool:
    """Whether somebody we trust passed the request on.

    Uvicorn believes proxies on this machine: it puts the address that they name in the place of theirs, with port 0,
    which no connection has.
    """
    host, port = scope.get("client") or ("127.0.0.1", 0)
    return port == 0 or host in ("127.0.0.1", "::1") or settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0
