"""Bodies of requests: cut off at the limit, before Django has put all of one on the disk."""

import asyncio
from contextlib import suppress
from typing import Any

from django.conf import settings

from campfire.errors import TooLarge
from campfire.handlers import json_error

# Seconds.
LINGER_S = 2


async def answer_within_limit(application: Any, scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Have `application` answer; what is too large for it is refused while it still arrives."""
    body = _Body(receive)
    await application(scope, body.receive, send)
    if body.is_too_large:
        await body.discard_rest()
        await _refuse(send)


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
        """Let what is still on its way come in and forget it, for a moment: a connection that is closed over bytes that
        nobody read is reset, and the answer is lost with it, in a proxy above all."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while not self._is_over:
                    self._note(await self._receive())

    def _note(self, message: dict[str, Any]) -> None:
        self._size += len(message.get("body", b""))
        self._is_over = not message.get("more_body", False)


async def _refuse(send: Any) -> None:
    response = json_error(TooLarge())
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
