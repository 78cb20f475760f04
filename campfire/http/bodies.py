"""Bodies of requests: refused at the limit while they still arrive, before Django has put all of one on the disk."""

import asyncio
from contextlib import suppress
from typing import Any

from django.conf import settings

from campfire.errors import TooLarge
from campfire.http.handlers import json_error

# So long, and so much, is still read of a body that has been refused: whoever sends looks for the answer only when all
# is sent, or at a pause, and a connection that is closed over bytes that nobody read takes the answer with it.
LINGER_S = 10.0
LINGER_BYTES = 64 * 1024 * 1024


async def answer_within_limit(application: Any, scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Have `application` answer; what is too large for it is refused while it still arrives."""
    body = _Body(receive)
    await application(scope, body.receive, send)
    if body.is_too_large:
        await _refuse(body, send)


class _Body:
    """A request's body up to `DATA_UPLOAD_MAX_MEMORY_SIZE`, whatever length it claims; beyond, its sender is gone."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._size = 0
        self._is_over = False

    @property
    def is_too_large(self) -> bool:
        return self._size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    async def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._receive()
        self._note(message)
        return {"type": "http.disconnect"} if self.is_too_large else message

    async def discard_rest(self) -> None:
        """Let what is still on its way come in and forget it, for a while."""
        most = self._size + LINGER_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while not self._is_over and self._size < most:
                    self._note(await self._receive())

    def _note(self, message: dict[str, Any]) -> None:
        self._size += len(message.get("body", b""))
        self._is_over = not message.get("more_body", False)


async def _refuse(body: _Body, send: Any) -> None:
    """Answer at once; end the answer, which closes the connection, when the rest has come or has taken too long."""
    response = json_error(TooLarge())
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(response.content)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content, "more_body": True})
    await body.discard_rest()
    await send({"type": "http.response.body", "body": b"", "more_body": False})
