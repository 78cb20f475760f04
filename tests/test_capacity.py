"""How many connections a process takes in, what those beyond are told, and that requests leave no files open."""

import http.client
import json
import resource
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from campfire.serving import capacity
from tests.browser.people import Person, make_owner
from tests.faults.limits import limited, open_files
from tests.servers import Campfire, start_campfire

pytestmark = [pytest.mark.sqlite]

PATIENCE_S = 30
FILES, NONE = 120, 1
# Of which a third is reserved, and a quarter of that for those who are refused.
SERVED, HEARD = 80, 90
HANDSHAKE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


@pytest.mark.parametrize(
    ("limit", "served", "heard"), [(FILES, SERVED, HEARD), (1024, 896, 928), (65536, 65408, 65440)]
)
def test_some_files_are_reserved(monkeypatch: pytest.MonkeyPatch, limit: int, served: int, heard: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))

    assert (capacity.most_connections(), capacity.most_heard()) == (served, heard)


def test_without_a_limit_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    assert capacity.most_connections() > 10**9


def test_it_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    full = capacity.ThrottledWarning()
    for _ in range(3):
        full.log("All %d are taken", 90)

    assert caplog.messages == ["All 90 are taken"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campfire]:
    with start_campfire(data=tmp_path_factory.mktemp("capacity"), env={"RATE_LIMITS": "off"}) as server:
        yield server


@pytest.fixture(scope="module")
def ada(server: Campfire) -> Person:
    return make_owner(server)


@pytest.mark.servers
def test_requests_leave_no_files_open(server: Campfire, ada: Person) -> None:
    ask(server, ada)
    before = open_files(server.pid)
    for _ in range(60):
        ask(server, ada)

    assert open_files(server.pid) < before + 20


@pytest.mark.servers
def test_without_a_file_left_the_first_error_is_said_too(tmp_path: Path) -> None:
    """What it takes to say so is not read from the disk only then."""
    with start_campfire(data=tmp_path, env={"RATE_LIMITS": "off"}) as server:
        headers = {"Authorization": f"Bearer {make_owner(server).token}"}
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)) as inside:
            inside.request("GET", "/healthz")
            assert inside.getresponse().read() == b"ok"
            with limited(server, resource.RLIMIT_NOFILE, NONE):
                inside.request("GET", "/api/rooms", headers=headers)
                answer = inside.getresponse()

    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


def ask(server: Campfire, person: Person) -> None:
    request = urllib.request.Request(f"{server.url}/api/rooms", headers={"Authorization": f"Bearer {person.token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert answer.status == 200


@pytest.fixture
def full(server: Campfire, ada: Person) -> Iterator[None]:
    """As many strangers as are served, and a few more."""
    address = urlsplit(server.url)
    ask(server, ada)
    with limited(server, resource.RLIMIT_NOFILE, FILES):
        strangers = [socket.create_connection((address.hostname, address.port), PATIENCE_S) for _ in range(SERVED)]
        yield
        for stranger in strangers:
            stranger.close()


def said(server: Campfire, path: str, more: str = "") -> tuple[str, dict[str, str], str]:
    """Status line, headers (names in lower case) and body of the answer to a new connection."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), PATIENCE_S) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{more}\r\n".encode())
        answer = b""
        while piece := raw.recv(65536):
            answer += piece
    head, _, body = answer.decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return status, headers, body


@pytest.mark.servers
@pytest.mark.parametrize("more", ["", HANDSHAKE])
def test_whoever_comes_too_many_is_told_to_come_again(full: None, server: Campfire, more: str) -> None:
    status, headers, body = said(server, "/ws/" if more else "/api/rooms", more)

    assert "503" in status
    assert headers["retry-after"] == str(capacity.RETRY_S)
    assert headers["connection"] == "close"
    told: dict[str, Any] = json.loads(body)
    assert (told["code"], told["retry_after"]) == ("internal_error", capacity.RETRY_S)


@pytest.mark.servers
def test_a_person_is_told_in_a_sentence(full: None, server: Campfire) -> None:
    status, headers, body = said(server, "/rooms/browse")

    assert "503" in status
    assert headers["content-type"].startswith("text/html")
    assert "<h1>Too many people are connected</h1>" in body


@pytest.mark.servers
def test_a_full_process_is_alive(full: None, server: Campfire) -> None:
    """Whoever watches it would start it again, and throw out everybody who is in."""
    status, headers, _ = said(server, "/healthz")

    assert "200" in status
    assert headers["connection"] == "close"
