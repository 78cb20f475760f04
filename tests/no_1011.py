"""1011 is a bug (protocol: the socket): a test in which a socket is closed with it fails.

A plugin of pytest. It watches where tests call the application themselves, and every client that speaks through
`websockets`. The servers that tests start say in their logs how each socket was closed, whoever was at its other end:
`servers.Campfire.close` reads them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

import pytest
from asgiref.testing import ApplicationCommunicator
from websockets.frames import Close

INTERNAL_ERROR = 1011
_found: list[str] = []


@contextmanager
def provoked() -> Iterator[list[str]]:
    """What is found inside is yielded and fails nothing: for the tests of this watch alone."""
    before = len(_found)
    found: list[str] = []
    try:
        yield found
    finally:
        found += _found[before:]
        del _found[before:]


def _watched(application: Callable[..., Any]) -> Callable[..., Any]:
    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def send_seen(message: dict[str, Any]) -> None:
            if message["type"] == "websocket.close" and message.get("code") == INTERNAL_ERROR:
                _found.append(f"The application closes {scope.get('path')} with 1011")
            await send(message)

        try:
            await application(scope, receive, send_seen)
        except Exception as error:
            if scope["type"] == "websocket":
                _found.append(f"{error!r} leaves the application; a server closes {scope.get('path')} with 1011")
            raise

    return serve


def _watching_communicator(begin: Callable[..., None]) -> Callable[..., None]:
    @wraps(begin)
    def __init__(self: ApplicationCommunicator, application: Any, scope: Any) -> None:  # noqa: N807
        begin(self, _watched(application), scope)

    return __init__


def _watching_parse(parse: Callable[[Any], Close]) -> Callable[[Any], Close]:
    def parse_seen(data: Any) -> Close:
        close = parse(data)
        if close.code == INTERNAL_ERROR:
            _found.append(f"A client is told: {close}")
        return close

    return parse_seen


def pytest_configure(config: pytest.Config) -> None:
    for watch in (
        patch.object(ApplicationCommunicator, "__init__", _watching_communicator(ApplicationCommunicator.__init__)),
        patch.object(Close, "parse", _watching_parse(Close.parse)),
    ):
        watch.start()
        config.add_cleanup(watch.stop)


# Around all others: what ends in a fixture belongs to the test, or to the last test, that it was made for.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Iterator[None]:
    try:
        return (yield)
    finally:
        found = _found.copy()
        _found.clear()
        if found:
            pytest.fail("\n".join(["Closed with 1011:", *found]), pytrace=False)
