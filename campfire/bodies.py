"""Bodies of requests: cut off at the limit, before Django has put all of one on the disk."""

from typing import Any

from django.conf import settings

from campfire.errors import TooLarge
from campfire.handlers import json_error


async def answer_within_limit(application: Any, scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Have `application` answer; what is too large for it is refused while it still arrives."""
    body = _Body(receive)
    await application(scope, body.receive, send)
    if body.is_too_large:
        await _refuse(send)


class _Body:
    """A request's body up to `DATA_UPLOAD_MAX_MEMORY_SIZE`, whatever length it claims; beyond, its sender is gone."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._size = 0

    @property
    def is_too_large(self) -> bool:
        return self._size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    async def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._receive()
        self._size += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_large else message


async def _refuse(send: Any) -> None:
    response = json_error(TooLarge())
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
