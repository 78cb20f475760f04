"""REST calls of clients that do not wait for ever, from an event loop."""

import asyncio
import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, NamedTuple


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


async def call(url: str, method: str, token: str = "", body: object = None, *, within: float = 30) -> Response:
    """Status, headers (names in lower case) and decoded JSON. `OSError` if nobody answers `within` seconds."""
    return await asyncio.to_thread(_call, url, method, token, body, within)


def _call(url: str, method: str, token: str, body: object, within: float) -> Response:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=within) as answer:
            return _response(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _response(error.code, error.headers, error.read())
    except (HTTPException, ValueError) as error:
        # Half an answer of a server that was killed.
        raise OSError(f"{method} {url}: {error!r}") from None


def _response(status: int, headers: Any, content: bytes) -> Response:
    return Response(status, {name.lower(): value for name, value in headers.items()}, json.loads(content or b"null"))
