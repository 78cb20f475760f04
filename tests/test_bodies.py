"""Bodies of requests, as the whole application takes them in, and as a server's other end sees it."""

import json
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.testing import ApplicationCommunicator

from campfire.asgi import application
from campfire.http import bodies
from campfire.wire import decode
from chat.delivery.hubs import stop_hub
from tests.servers import Campfire, start_campfire

pytestmark = pytest.mark.sqlite

PIECE = b"x" * 100_000
REFUSED = {"code": "too_large", "message": "This is too large."}

SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/api/auth/login",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"50")],
}


async def refused(request: ApplicationCommunicator, pieces: int) -> dict[bytes, bytes]:
    """Send so much of a body that never ends; the head of the answer."""
    for _ in range(pieces):
        await request.send_input({"type": "http.request", "body": PIECE, "more_body": True})
    start, body = await request.receive_output(5), await request.receive_output(5)
    assert (start["status"], decode(body["body"])) == (413, REFUSED)
    assert body["more_body"] is True, "the connection stays open"
    return dict(start["headers"])


async def test_a_body_without_end_is_refused_while_it_arrives() -> None:
    """Whoever it is from: nobody has been asked yet."""
    request = ApplicationCommunicator(application, SCOPE)
    headers = await refused(request, 11)
    assert headers[b"connection"] == b"close"
    await request.send_input({"type": "http.request", "body": PIECE, "more_body": False})
    end = await request.receive_output(5)
    await stop_hub()

    assert (end["body"], end["more_body"]) == (b"", False)


async def test_the_rest_is_let_in_after_the_answer_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LINGER_S", 0.2)
    request = ApplicationCommunicator(application, SCOPE)
    await refused(request, 15)
    end = await request.receive_output(5)
    await stop_hub()

    assert end["more_body"] is False
    assert request.input_queue.empty()


async def test_the_rest_is_let_in_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LINGER_BYTES", 5 * len(PIECE))
    request = ApplicationCommunicator(application, SCOPE)
    await refused(request, 100)
    end = await request.receive_output(5)
    await stop_hub()

    assert end["more_body"] is False
    assert not request.input_queue.empty(), "nobody reads what comes beyond"


@pytest.fixture(scope="module")
def server() -> Iterator[Campfire]:
    with (
        tempfile.TemporaryDirectory(prefix="campfire-bodies-") as data,
        start_campfire(data=Path(data), env={"RATE_LIMITS": "off"}) as server,
    ):
        yield server


def head(server: Campfire, length: str) -> bytes:
    lines = [
        "POST /api/auth/login HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Content-Type: application/json",
        length,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def answer_to(server: Campfire, length: str, size: int, *, pause: float = 0.0) -> bytes:
    """What comes back to somebody who sends all of `size` bytes, piece by piece, before they look."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(head(server, length))
        for _ in range(size // len(PIECE)):
            line.sendall(b"%x\r\n%s\r\n" % (len(PIECE), PIECE) if "chunked" in length else PIECE)
            time.sleep(pause)
        if "chunked" in length:
            line.sendall(b"0\r\n\r\n")
        found = b""
        while piece := line.recv(65536):
            found += piece
    return found


@pytest.mark.parametrize("length", ["Content-Length: 30000000", "Transfer-Encoding: chunked"])
def test_every_refusal_can_be_read_by_whoever_sends_all_first(server: Campfire, length: str) -> None:
    def ask(_: object = None) -> None:
        try:
            found.append(answer_to(server, length, 30_000_000))
        except OSError as error:
            found.append(repr(error).encode())

    found: list[bytes] = []
    for _ in range(5):
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [answer[:12] for answer in found] == [b"HTTP/1.1 413"] * 40
    assert {json.dumps(json.loads(answer.partition(b"\r\n\r\n")[2])) for answer in found} == {json.dumps(REFUSED)}


def test_a_refusal_can_be_read_by_whoever_sends_for_long(server: Campfire) -> None:
    """Longer than the server used to wait before it answered."""
    found = answer_to(server, "Content-Length: 5000000", 5_000_000, pause=0.1)
    assert found.startswith(b"HTTP/1.1 413")
