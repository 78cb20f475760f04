"""What follows from `CAMPFIRE_URL`, seen from outside a real server; for https see tests/test_deploy.py too."""

import http.client
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests import servers
from tests.browser.people import Person, make_owner

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]


def ask(server: servers.Campfire, path: str, host: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers={"Host": host, **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def opens_socket(person: Person, *, host: str, origin: str) -> bool:
    """Whether a page of `origin` may open a socket at `host`, with the cookie."""
    server = person.server
    peer = socket.create_connection(("127.0.0.1", server.port))
    headers = {"Cookie": f"session_token={person.token}"}
    try:
        with connect(f"ws://{host}/ws/", sock=peer, origin=Origin(origin), additional_headers=headers, proxy=None):
            return True
    except InvalidStatus as refused:
        return bool(refused.response.status_code != 403)


def invitation_of(person: Person) -> str:
    """The address of a new invitation."""
    workspace = person.call("GET", "/api/workspaces")["results"][0]["id"]
    return str(person.call("POST", f"/api/workspaces/{workspace}/invitations", {"role": "MEMBER"})["url"])


def reset_link(server: servers.Campfire) -> str:
    """The link in the mail that goes out for a forgotten password, as the file backend wrote it."""
    page = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    page.request("GET", "/password-reset")
    answer = page.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode())
    assert token
    body = f"email=ada@example.com&csrfmiddlewaretoken={token[1]}"
    cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
    page.request(
        "POST", "/password-reset", body, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    )
    assert page.getresponse().status == 302
    page.close()
    return until_mailed(server.data / "mail")


def until_mailed(folder: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for file in folder.glob("*"):
            if found := re.search(r"https?://\S+/password-reset/\S+", file.read_text()):
                return found[0]
        time.sleep(0.1)
    raise AssertionError("no mail went out")


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """The owner of a server that is reached as http://chat.lan."""
    data = tmp_path_factory.mktemp("named")
    (data / "mail").mkdir()
    chosen = {"CAMPFIRE_URL": "http://chat.lan", "EMAIL_URL": f"filemail:///{data}/mail"}
    with servers.start_campfire(data=data, env=chosen) as server:
        yield make_owner(server)


@pytest.fixture(scope="module")
def unnamed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """The owner of a server whose address nobody set."""
    with servers.start_campfire(data=tmp_path_factory.mktemp("unnamed")) as server:
        yield make_owner(server)


def test_http_secures_nothing_that_could_not_be_sent_back(named: Person) -> None:
    answer = ask(named.server, "/sign-in", "chat.lan")

    assert answer.status == 200
    assert "Strict-Transport-Security" not in answer.headers
    assert "secure" not in answer.headers["Set-Cookie"].lower()


@pytest.mark.parametrize(
    ("host", "status"), [("chat.lan", 200), ("localhost", 200), ("evil.lan", 400), ("chat.lan.evil", 400)]
)
def test_only_its_own_names_are_answered(named: Person, host: str, status: int) -> None:
    assert ask(named.server, "/sign-in", host).status == status


def test_links_lead_to_the_address_wherever_they_were_asked_for(named: Person) -> None:
    assert invitation_of(named).startswith("http://chat.lan/join/")
    assert reset_link(named.server).startswith("http://chat.lan/password-reset/")


@pytest.mark.parametrize(
    ("host", "origin", "may"),
    [
        ("chat.lan", "http://chat.lan", True),
        ("chat.lan", "https://chat.lan", False),
        ("chat.lan", "http://chat.lan:8000", False),
        ("localhost", "http://localhost", False),
        ("evil.lan", "http://chat.lan", False),
    ],
)
def test_sockets_are_for_pages_of_the_address(named: Person, host: str, origin: str, may: bool) -> None:
    assert opens_socket(named, host=host, origin=origin) is may


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 200), ("127.0.0.1", 200), ("[::1]", 200), ("chat.lan", 400)]
)
def test_without_an_address_only_this_machine_is_answered(unnamed: Person, host: str, status: int) -> None:
    answer = ask(unnamed.server, "/sign-in", host)

    assert answer.status == status
    assert "Strict-Transport-Security" not in answer.headers


def test_without_an_address_sockets_are_for_pages_of_the_same_origin(unnamed: Person) -> None:
    here = f"localhost:{unnamed.server.port}"

    assert opens_socket(unnamed, host=here, origin=f"http://{here}")
    for other in (
        f"https://{here}",
        "http://localhost",
        "http://localhost:1",
        f"http://127.0.0.1:{unnamed.server.port}",
    ):
        assert not opens_socket(unnamed, host=here, origin=other)
    assert not opens_socket(unnamed, host="chat.lan", origin="http://chat.lan")


def test_https_sends_pages_to_https_and_leaves_health_alone(tmp_path: Path) -> None:
    with servers.start_campfire(data=tmp_path, env={"CAMPFIRE_URL": "https://chat.example.com"}) as server:
        answer = ask(server, "/sign-in?next=/x", "chat.example.com")
        assert (answer.status, answer.headers["Location"]) == (301, "https://chat.example.com/sign-in?next=/x")
        assert ask(server, "/healthz", "localhost").status == 200
        secure = ask(server, "/setup", "chat.example.com", **{"X-Forwarded-Proto": "https"})
        assert secure.status == 200
        assert "; Secure" in secure.headers["Set-Cookie"]
