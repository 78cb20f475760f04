"""Frames that break the WebSocket protocol itself: that connection ends, the server goes on unharmed."""

import base64
import os
import socket
import struct
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.browser.people import Person, call, make_owner
from tests.servers import Campfire, start_campfire

pytestmark = [pytest.mark.servers, pytest.mark.sqlite]

TEXT, BINARY_CONTINUATION, CLOSE, PING, PONG = 0x1, 0x0, 0x8, 0x9, 0xA
PATIENCE_S = 60


def frame(payload: bytes, opcode: int = TEXT, *, first: int = 0x80, masked: bool = True) -> bytes:
    """One frame as it lies on the wire; `first` are the high bits of its first byte (final, reserved)."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size)
    if not masked:
        return bytes([first | opcode]) + length + payload
    key = os.urandom(4)
    body = bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))
    return bytes([first | opcode, length[0] | 0x80]) + length[1:] + key + body


BROKEN = {
    "unmasked": frame(b'{"type":"ping"}', masked=False),
    "a reserved bit": frame(b'{"type":"ping"}', first=0xC0),
    "a reserved kind": frame(b"x", 0x3),
    "bad UTF-8": frame(b'{"type":"\xff\xfe"}'),
    "a ping of 126 bytes": frame(b"x" * 126, PING),
    "a ping in pieces": frame(b"x", PING, first=0x00),
    "the rest of nothing": frame(b"x", BINARY_CONTINUATION),
}


class Wire:
    """A socket past its handshake, on which anything can be written."""

    def __init__(self, server: Campfire, token: str) -> None:
        host, port = urlsplit(server.url).hostname, urlsplit(server.url).port
        self.socket = socket.create_connection((host, port), PATIENCE_S)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /ws/ HTTP/1.1",
            f"Host: {host}:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            f"Authorization: Bearer {token}",
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.received = b""
        self.read_until(b'"type":"welcome"')

    def read_until(self, wanted: bytes) -> None:
        while wanted not in self.received:
            data = self.socket.recv(65_536)
            assert data, f"closed before {wanted!r}: {self.received!r}"
            self.received += data

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ends(self) -> bool:
        """Whether the server closes the connection."""
        try:
            while self.socket.recv(65_536):
                pass
        except ConnectionResetError:
            return True
        return True

    def close(self) -> None:
        self.socket.close()


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campfire]:
    """Each of the two servers in turn, for all tests of this file: none of them may harm it."""
    with start_campfire(request.param, data=tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture(scope="module")
def ada(server: Campfire) -> Person:
    return make_owner(server)


def test_a_connection_that_breaks_the_protocol_ends_and_no_other(server: Campfire, ada: Person) -> None:
    witness = Wire(server, ada.token)
    for name, data in BROKEN.items():
        wire = Wire(server, ada.token)
        wire.send(data)
        assert wire.ends(), name
        wire.close()

    witness.send(frame(b'{"type":"ping","timestamp":"still here"}'))
    witness.read_until(b'"timestamp":"still here"')
    witness.close()
    assert urllib.request.urlopen(f"{server.url}/healthz", timeout=PATIENCE_S).status == 200


def test_what_clients_do_wrong_is_no_error_of_ours(server: Campfire, ada: Person) -> None:
    for head in (
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /?\xe4 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01",
        b"GE T / \r\n\r\n",
    ):
        with socket.create_connection((urlsplit(server.url).hostname, urlsplit(server.url).port), PATIENCE_S) as raw:
            raw.sendall(head)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65_536):
                pass
    for data in BROKEN.values():
        wire = Wire(server, ada.token)
        wire.send(data)
        assert wire.ends()
        wire.close()

    assert "Traceback" not in server.output()
    assert " ERROR " not in server.output()


def test_the_same_connection_is_fine_with_proper_frames(server: Campfire, ada: Person) -> None:
    wire = Wire(server, ada.token)
    wire.send(frame(b'{"type":"pi', first=0x00) + frame(b'ng","timestamp":"in pieces"}', BINARY_CONTINUATION))
    wire.read_until(b'"timestamp":"in pieces"')
    wire.send(frame(b"x" * 125, PING))
    wire.read_until(b"x" * 125)
    wire.close()


def test_no_socket_token_is_in_the_log(server: Campfire, ada: Person) -> None:
    room = call(server, "GET", "/api/rooms", token=ada.token)["results"][0]["id"]
    ada.say(room, "a text that nobody logs")
    host, port = urlsplit(server.url).hostname, urlsplit(server.url).port
    with socket.create_connection((host, port), PATIENCE_S) as plain:
        request = f"GET /ws/?token={ada.token} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\n"
        plain.sendall(f"{request}Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n".encode())
        plain.sendall(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        received = b""
        while b'"type":"welcome"' not in received:
            received += plain.recv(65_536)
    assert ada.token not in server.output()
    assert "a text that nobody logs" not in server.output()
