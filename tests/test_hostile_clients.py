"""Clients that send half a request and wait, and sockets that nobody answers for any more: on Uvicorn they give way."""

import socket
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from campfire.serving.http_protocol import BODY_S
from tests.browser.people import Person, make_owner
from tests.servers import Campfire, start_campfire
from tests.test_wire import PATIENCE_S, Wire, frame

pytestmark = [pytest.mark.servers, pytest.mark.sqlite]


@pytest.fixture(scope="module")
def server() -> Iterator[Campfire]:
    with tempfile.TemporaryDirectory(prefix="campfire-hostile-") as data, start_campfire(data=Path(data)) as server:
        yield server


@pytest.fixture(scope="module")
def ada(server: Campfire) -> Person:
    return make_owner(server)


def test_ten_sockets_that_a_change_of_network_left_behind_give_way(server: Campfire, ada: Person) -> None:
    """Raw sockets that answer no ping; another one of the same session is let in, though there are ten."""
    dead = [Wire(server, ada.token) for _ in range(10)]
    fresh = Wire(server, ada.token)
    fresh.send(frame(b'{"type":"ping","timestamp":"here"}'))
    fresh.read_until(b'"timestamp":"here"')
    for wire in dead:
        assert wire.ends()
        wire.close()
    fresh.close()


async def test_ten_sockets_that_answer_are_as_many_as_there_may_be(server: Campfire, ada: Person) -> None:
    address = f"{server.url.replace('http', 'ws')}/ws/?token={ada.token}"
    async with AsyncExitStack() as stack:
        for _ in range(10):
            client = await stack.enter_async_context(connect(address))
            assert "welcome" in str(await client.recv())
        one_more = await stack.enter_async_context(connect(address))
        with pytest.raises(ConnectionClosed):
            await one_more.recv()
        assert one_more.close_code == 4507
        await client.send('{"type":"ping","timestamp":"all right"}')
        assert "all right" in str(await client.recv())


HALF = {
    "no head": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "half a handshake": b"GET /ws/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
    "half a body": b"POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n{",
}


def test_a_hundred_requests_that_never_end_are_cut_off_within_twenty_seconds(server: Campfire, ada: Person) -> None:
    host, port = urlsplit(server.url).hostname, urlsplit(server.url).port
    began = time.monotonic()
    half = [(name, socket.create_connection((host, port), PATIENCE_S)) for name in [*HALF] * 25]
    for name, raw in half:
        raw.sendall(HALF[name])
    slowest = 0.0
    while time.monotonic() - began < 8:
        asked = time.monotonic()
        assert urllib.request.urlopen(f"{server.url}/healthz", timeout=PATIENCE_S).status == 200
        slowest = max(slowest, time.monotonic() - asked)
        for name, raw in half[:4]:
            # A byte now and then changes nothing.
            raw.sendall(b"x" if name != "no head" else b"")
        time.sleep(1)
    for _, raw in half:
        with suppress(ConnectionResetError):
            while raw.recv(65_536):
                pass
        raw.close()
    assert time.monotonic() - began < 20
    assert slowest < 5, "Others are served as if nothing were"


def test_a_socket_lives_on_after_the_time_that_a_request_has(server: Campfire, ada: Person) -> None:
    wire = Wire(server, ada.token)
    time.sleep(BODY_S + 1)
    wire.send(frame(b'{"type":"ping","timestamp":"still here"}'))
    wire.read_until(b'"timestamp":"still here"')
    wire.close()
