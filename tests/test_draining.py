"""The end of a server or a worker, as those feel it who are connected: sent away in words, and nothing lost."""

import asyncio
import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests import servers
from tests.browser.people import Person, make_owner

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]

AWAY = "server_restarting"
# What a machine that does ten other things may add to a bound of ours.
BUSY_S = 10


def address(person: Person) -> tuple[str, dict[str, str]]:
    return f"{person.server.url.replace('http', 'ws')}/ws/", {"Authorization": f"Bearer {person.token}"}


async def open_socket(person: Person, room: str) -> ClientConnection:
    url, headers = address(person)
    socket = await connect(url, additional_headers=headers)
    await socket.send(json.dumps({"type": "join_room", "room_id": room}))
    while json.loads(await socket.recv())["type"] != "room_joined":
        pass
    return socket


async def the_end(socket: ClientConnection) -> tuple[list[dict[str, Any]], int]:
    """What a socket is still told, and the code it is closed with."""
    frames = []
    try:
        async with asyncio.timeout(60):
            while True:
                frames.append(json.loads(await socket.recv()))
    except ConnectionClosed as closed:
        return frames, closed.rcvd.code if closed.rcvd else 1006


def status(url: str) -> int:
    """What is answered; 0 for nobody."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, HTTPException):
        return 0


async def test_everybody_is_sent_away_with_a_time_to_come_back(tmp_path: Path) -> None:
    with servers.start_campfire(data=tmp_path, env={"RATE_LIMITS": "off"}) as server:
        ada = make_owner(server)
        room = ada.call("GET", "/api/rooms")["results"][0]["id"]
        sockets = [await open_socket(ada, room) for _ in range(50)]
        began = time.monotonic()
        server.process.terminate()
        ends = await asyncio.gather(*map(the_end, sockets))
        assert await asyncio.to_thread(server.process.wait, 10 + BUSY_S) is not None
        assert time.monotonic() - began < 10 + BUSY_S

    assert {code for _, code in ends} == {4001}
    delays = [frame["delay_ms"] for frames, _ in ends for frame in frames if frame["type"] == AWAY]
    assert len(delays) == 50
    assert len(set(delays)) > 10, "They do not come back all at once"
    assert all(0 < delay <= 5000 for delay in delays)


async def test_while_it_ends_it_is_not_ready_and_takes_nobody_in(tmp_path: Path) -> None:
    with servers.start_campfire(data=tmp_path, env={"RATE_LIMITS": "off"}) as server:
        ada = make_owner(server)
        room = ada.call("GET", "/api/rooms")["results"][0]["id"]
        # A reader that never answers the close keeps it for the full time.
        silent = await open_socket(ada, room)
        silent.transport.pause_reading()
        try:
            server.process.terminate()
            answers: list[int] = []
            while (answer := await asyncio.to_thread(status, f"{server.url}/readyz")) != 0:
                answers.append(answer)
                if answer == 503:
                    with pytest.raises((InvalidHandshake, OSError)):
                        await open_socket(ada, room)
            assert 503 in answers
            assert answers[-1] == 503
            assert await asyncio.to_thread(server.process.wait, 10 + BUSY_S) is not None
        finally:
            silent.transport.abort()


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[servers.Campfire]:
    with (
        servers.start_postgres() as database,
        servers.start_redis() as redis,
        servers.start_campfire(
            data=tmp_path,
            env={"DATABASE_URL": database.url, "REDIS_URL": redis.url, "RATE_LIMITS": "off"},
            arguments=("--workers", "2"),
        ) as server,
    ):
        yield server


def wait_for_line(server: servers.Campfire, line: str, seconds: float = 150) -> None:
    deadline = time.monotonic() + seconds
    while line not in server.output():
        assert time.monotonic() < deadline, server.output()
        time.sleep(0.1)


class Talker:
    """Somebody whose client does what ours does: sends until acknowledged, comes back when it is told to."""

    def __init__(self, person: Person, room: str) -> None:
        self.person, self.room = person, room
        self.acknowledged: dict[str, str] = {}
        self.codes: list[int] = []
        self.refused = 0
        self.done = asyncio.Event()

    async def talk(self) -> None:
        pending = str(uuid4())
        while not self.done.is_set():
            delay = 0.1
            try:
                socket = await open_socket(self.person, self.room)
                while not self.done.is_set():
                    frame = {"type": "send_message", "room_id": self.room, "content": "Hello"}
                    await socket.send(json.dumps({**frame, "client_message_id": pending}))
                    while (answer := json.loads(await asyncio.wait_for(socket.recv(), 60)))["type"] != "message_sent":
                        if answer["type"] == AWAY:
                            delay = answer["delay_ms"] / 1000
                    self.acknowledged[pending] = answer["message_id"]
                    pending = str(uuid4())
                    await asyncio.sleep(0.02)
                await socket.close()
            except ConnectionClosed as closed:
                self.codes.append(closed.rcvd.code if closed.rcvd else 1006)
                await asyncio.sleep(delay)
            except (InvalidHandshake, OSError):
                self.refused += 1
                await asyncio.sleep(delay)


async def ask_until(done: asyncio.Event, server: servers.Campfire) -> list[int]:
    """What a load balancer and people with pages are answered meanwhile."""
    answers = []
    while not done.is_set():
        answers.append(await asyncio.to_thread(status, f"{server.url}/readyz"))
        await asyncio.sleep(0.02)
    return answers


async def test_workers_are_replaced_and_nobody_sees_an_error(two_workers: servers.Campfire) -> None:
    server = two_workers
    ada = make_owner(server)
    room = ada.call("GET", "/api/rooms")["results"][0]["id"]
    talkers = [Talker(ada, room) for _ in range(8)]
    talking = [asyncio.ensure_future(talker.talk()) for talker in talkers]
    done = asyncio.Event()
    asking = asyncio.ensure_future(ask_until(done, server))
    await asyncio.sleep(0.5)
    server.process.send_signal(signal.SIGHUP)
    await asyncio.to_thread(wait_for_line, server, "workers were replaced")
    await asyncio.sleep(0.5)
    done.set()
    for talker in talkers:
        talker.done.set()
    await asyncio.gather(*talking)

    assert "2 of 2 workers were replaced" in server.output()
    assert set(await asking) == {200}
    assert {code for talker in talkers for code in talker.codes} == {4001}
    assert [talker.refused for talker in talkers] == [0] * 8
    acknowledged = {key: message for talker in talkers for key, message in talker.acknowledged.items()}
    stored = ada.history(room)
    assert [message["seq"] for message in stored] == list(range(stored[0]["seq"], stored[-1]["seq"] + 1))
    kept = {message["client_message_id"]: message["id"] for message in stored}
    assert len(kept) == len(stored)
    assert acknowledged.keys() & kept.keys() == kept.keys() & acknowledged.keys()
    for key, message in acknowledged.items():
        assert kept.get(key, message) == message
