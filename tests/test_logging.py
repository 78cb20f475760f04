"""What the log says of a request and of a socket, and what it never says (reliability: attacks 2 and 19)."""

import asyncio
import json
import logging
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asgiref.testing import ApplicationCommunicator
from asgiref.typing import Scope
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from accounts.api.users import MeView
from accounts.tests.factories import sign_in
from campfire.asgi import application
from campfire.data.database import in_thread
from campfire.logs import access as access_log
from campfire.logs import context as log_context
from chat.tests.conftest import build_house
from tests import servers
from tests.browser.people import PASSWORD, Person, make_owner

REQUEST_ID = "0123456789abcdef0123456789abcdef"
WRITTEN = "what Ada wrote, for Ben's eyes only"

pytestmark = pytest.mark.sqlite


def scope(path: str = "/setup", *, client: tuple[str, int] = ("127.0.0.1", 5), **headers: str) -> dict[str, Any]:
    pairs = [
        (name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()
    ]
    return {"type": "http", "method": "GET", "path": path, "query_string": b"token=in-the-query", "headers": pairs} | {
        "http_version": "1.1", "scheme": "http", "client": list(client), "server": ["localhost", 80],
    }  # fmt: skip


async def answer(asked: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what the whole application answers."""
    communicator = ApplicationCommunicator(application, asked)
    await communicator.send_input({"type": "http.request", "body": b""})
    start = await communicator.receive_output(10)
    body = await communicator.receive_output(10)
    await communicator.wait()
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body["body"]


class Kept(logging.Handler):
    """Keeps what was logged, as text and with its context."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.addFilter(log_context.ContextFilter())

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def lines(self, logger: str = "campfire.access") -> list[str]:
        return [record.getMessage() for record in self.records if record.name == logger]


@pytest.fixture
def log() -> Iterator[Kept]:
    kept = Kept()
    logging.getLogger().addHandler(kept)
    yield kept
    logging.getLogger().removeHandler(kept)


# ---- the id of a request ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
async def test_each_answer_has_an_id_and_a_line(log: Kept) -> None:
    first, second = await answer(scope()), await answer(scope())

    ids = [headers["x-request-id"] for _, headers, _ in (first, second)]
    assert len(set(ids)) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", request_id) for request_id in ids)
    assert [
        getattr(record, "context", {})["request"] for record in log.records if record.name == "campfire.access"
    ] == ids
    assert all(re.fullmatch(r"GET /setup 200 in [\d.]+ ms", line) for line in log.lines())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("client", "given", "is_taken"),
    [
        (("127.0.0.1", 50000), REQUEST_ID, True),
        # What Uvicorn makes of a proxy that it believes: the address it names, and no port.
        (("203.0.113.9", 0), REQUEST_ID, True),
        (("203.0.113.9", 0), "abcDEF_-12", True),
        (("203.0.113.9", 50000), REQUEST_ID, False),
        (("127.0.0.1", 50000), "short", False),
        (("127.0.0.1", 50000), "x" * 65, False),
        (("127.0.0.1", 50000), "with space", False),
        (("127.0.0.1", 50000), "<script>alert(1)</script>", False),
        (("127.0.0.1", 50000), "ünicode-id", False),
        (("127.0.0.1", 50000), "line\nbreak", False),
    ],
)
async def test_the_id_of_a_trusted_proxy_is_kept(client: tuple[str, int], given: str, is_taken: bool) -> None:
    _, headers, _ = await answer(scope(client=client, x_request_id=given))

    assert (headers["x-request-id"] == given) is is_taken


async def test_a_proxy_on_another_machine_is_trusted_when_settings_say_so(settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    assert access_log._id_of(scope(client=("10.0.0.2", 50000), x_request_id=REQUEST_ID)) == REQUEST_ID


@pytest.mark.django_db(transaction=True)
async def test_an_error_shows_the_id_that_its_lines_carry(log: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: MeView, request: object) -> None:
        logging.getLogger("a.view").warning("in a thread")
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(MeView, "get", fail)
    house = await in_thread(build_house)
    token = await in_thread(sign_in, house.ada)
    status, headers, body = await answer(
        scope("/api/users/me", authorization=f"Bearer {token}", x_request_id=REQUEST_ID)
    )

    assert (status, headers["x-request-id"], json.loads(body)["request_id"]) == (500, REQUEST_ID, REQUEST_ID)
    said = {record.name: getattr(record, "context", {}) for record in log.records}
    assert said["a.view"]["request"] == said["campfire.http.rest"]["request"] == REQUEST_ID
    assert said["campfire.access"] == {"request": REQUEST_ID, "person": str(house.ada.uuid)}
    assert sum(record.exc_info is not None for record in log.records) == 1


@pytest.mark.django_db(transaction=True)
async def test_work_in_a_thread_belongs_to_its_request(log: Kept) -> None:
    log_context.begin(request=REQUEST_ID)
    await in_thread(logging.getLogger("a.thread").info, "there")

    assert getattr(log.records[0], "context", {}) == {"request": REQUEST_ID}


# ---- what a line says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/rooms/0199aaaa-0000-7000-8000-000000000000/x", "/rooms/0199aaaa-0000-7000-8000-000000000000/x"),
        ("/password-reset/sent", "/password-reset/sent"),
        ("/join/" + "a" * 22, "/join/…"),
        ("/api/invitations/" + "a" * 22 + "/accept", "/api/invitations/…/accept"),
        ("/password-reset/1-c8x-" + "a" * 32, "/password-reset/…"),
        ("/somewhere/new/" + "a" * 43, "/somewhere/new/…"),
        ("/0199aaaa-0000-7000-8000-000000000000x", "/…"),
        ("/a b\r\n\x1b", "/a%20b%0D%0A%1B"),
        ("/über", "/%C3%BCber"),
    ],
)  # fmt: skip
def test_a_path_is_shown_without_what_lets_somebody_in(path: str, shown: str) -> None:
    assert access_log.shown_path(path) == shown


@pytest.mark.django_db(transaction=True)
async def test_health_checks_and_static_files_have_no_line(log: Kept) -> None:
    for path in ("/healthz", "/readyz", "/static/nothing.css"):
        _, headers, _ = await answer(scope(path))
        assert headers["x-request-id"]

    assert log.lines() == []


@pytest.mark.django_db(transaction=True)
async def test_who_did_not_wait_is_told_from_who_was_answered(log: Kept) -> None:
    async def leave(scope: Scope, receive: object, send: object) -> None:
        return

    await access_log.answer_logged(leave, scope(), None, None)

    assert log.lines()[0].startswith("GET /setup 499 in ")


@pytest.mark.django_db(transaction=True)
async def test_an_evil_host_is_one_warning(any_server_output: Any) -> None:
    status, lines = any_server_output("/setup?token=in-the-query", Host="evil.example")

    assert status == 400
    warnings = [line for line in lines if " WARNING " in line]
    assert len(warnings) == 1
    assert "django.security.DisallowedHost" in warnings[0]
    assert not any(line.startswith(" ") for line in lines)


@pytest.fixture
def any_server_output(uvicorn_server: servers.Campfire) -> Any:
    """Asks a real server, and gives the lines that it wrote meanwhile."""

    def ask(path: str, **headers: str) -> tuple[int, list[str]]:
        before = len(uvicorn_server.output())
        status = status_of(uvicorn_server, path, headers)
        return status, uvicorn_server.output()[before:].splitlines()

    return ask


def status_of(server: servers.Campfire, path: str, headers: Mapping[str, str]) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(server.url + path, headers=dict(headers))) as found:
            return int(found.status)
    except urllib.error.HTTPError as error:
        return error.code


# ---- real servers -------------------------------------------------------------------------------------------------


def lines_of(server: servers.Campfire) -> list[dict[str, Any]]:
    """What a server logged as JSON; the few lines that it prints at its start are for people."""
    return [json.loads(line) for line in server.output().splitlines() if line.startswith("{")]


async def until_logged(server: servers.Campfire, message: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := [line for line in lines_of(server) if line["message"].startswith(message)]:
            return found[-1]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{message!r} was not logged:\n{server.output()}")


@pytest.mark.servers
async def test_a_socket_has_a_line_when_it_closes(tmp_path: Path) -> None:
    with servers.start_campfire(data=tmp_path, env={"LOG_FORMAT": "json"}) as server:
        ada = await asyncio.to_thread(make_owner, server)
        address = f"{server.url.replace('http', 'ws')}/ws/?token={ada.token}"
        async with connect(address) as socket:
            await socket.recv()
            await socket.send(b"binary")
            await socket.wait_closed()
        closed = await until_logged(server, "Socket closed with 4505 after ")
        with pytest.raises(InvalidStatus):
            await connect(address, origin="https://evil.example")  # type: ignore[arg-type]
        refused = await until_logged(server, "Socket refused at /ws/")

    assert closed["person"] == ada.id
    assert closed["socket"]
    assert (closed["code"], closed["logger"], closed["level"]) == (4505, "campfire.access", "INFO")
    assert "person" not in refused
    assert len([line for line in lines_of(server) if line["message"].startswith("Socket")]) == 2


@pytest.mark.servers
@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
async def test_no_log_holds_a_token_a_cookie_a_password_or_what_people_write(
    tmp_path: Path, kind: Any, log_format: str
) -> None:
    chosen = {"LOG_FORMAT": log_format, "LOG_LEVEL": "DEBUG"}
    with servers.start_campfire(kind, data=tmp_path, env=chosen) as server:
        ada = await asyncio.to_thread(make_owner, server)
        secrets = await asyncio.to_thread(use_every_secret, server, ada)
        async with connect(f"{server.url.replace('http', 'ws')}/ws/?token={ada.token}") as socket:
            room = json.loads(await socket.recv())
            frame = {"type": "send_message", "content": WRITTEN, "client_message_id": str(uuid4())}
            room = (await asyncio.to_thread(ada.call, "GET", "/api/rooms"))["results"][0]["id"]
            await socket.send(json.dumps(frame | {"room_id": room}))
            await socket.send(json.dumps({"type": "nonsense", "content": WRITTEN}))
            await socket.recv()
        server.stop()

    output = server.output()
    assert "campfire.access" in output
    for secret in (*secrets, WRITTEN, ada.token, PASSWORD):
        assert secret not in output


def use_every_secret(server: servers.Campfire, ada: Person) -> list[str]:
    """Goes where secrets go, and returns them."""
    room = ada.call("GET", "/api/rooms")["results"][0]["id"]
    ada.say(room, WRITTEN)
    workspace = ada.call("GET", "/api/workspaces")["results"][0]["id"]
    invitation = ada.call("POST", f"/api/workspaces/{workspace}/invitations", {"role": "MEMBER"})
    made_up = {name: f"{name}-that-nobody-may-see-1" for name in ("cookie", "bearer", "query", "reset", "login")}
    get = lambda path, **headers: status_of(server, path, headers)  # noqa: E731
    get(f"/join/{invitation['code']}")
    get(f"/api/invitations/{invitation['code']}/accept")
    get(f"/password-reset/1-{made_up['reset']}")
    get("/", Cookie=f"session_token={made_up['cookie']}; csrftoken={made_up['cookie']}")
    get("/api/users/me", Authorization=f"Bearer {made_up['bearer']}")
    get(f"/api/search?q=x&token={made_up['query']}")
    get(f"/api/search?q={WRITTEN.replace(' ', '%20')}", Authorization=f"Bearer {ada.token}")
    get(f"/setup?token={made_up['query']}", Host="evil.example")
    login = json.dumps({"email": "ada@example.com", "password": made_up["login"]}).encode()
    request = urllib.request.Request(f"{server.url}/api/auth/login", login, {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request)
    return [*made_up.values(), invitation["code"], WRITTEN.replace(" ", "%20")]
