"""Two whole servers on one PostgreSQL and one Redis, and writers in processes of their own: one order for everybody."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests import servers

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]

PATIENCE = 30.0
MIGRATE = "from django.core.management import call_command; call_command('migrate', verbosity=0)"
CAST = """
import json
from accounts.tests.factories import sign_in
from chat.tests.conftest import build_house
house = build_house()
print(json.dumps({"ada": sign_in(house.ada), "ben": sign_in(house.ben), "room": str(house.hall.uuid),
                  "user": house.ada.pk}))
"""
WRITER = """
import sys, threading
from uuid import UUID, uuid4
from accounts.models import User
from chat.actions.messages import post_message
user, room, shared = User.objects.get(pk={user}), UUID("{room}"), [UUID(int=number) for number in range(1, 21)]
def hammer(number):
    for turn in range(20):
        post_message(user=user, room=room, content=f"{{number}} {{turn}}")
        post_message(user=user, room=room, content="the same", client_message_id=shared[turn])
threads = [threading.Thread(target=hammer, args=(number,)) for number in range(4)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
"""
STORED = """
import json
from chat.models import Message, Room
room = Room.objects.get(uuid="{room}")
rows = Message.objects.filter(room=room).order_by("seq")
print(json.dumps({{"seq": room.seq, "version": room.version,
    "rows": [[row.seq, row.version, str(row.client_message_id), str(row.uuid)] for row in rows]}}))
"""


@dataclass
class Place:
    """A database, and how to run a line of Python beside it."""

    data: Path
    environment: dict[str, str]

    def run(self, script: str) -> str:
        process = self.begin(script)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return output.strip().splitlines()[-1] if output.strip() else ""

    def begin(self, script: str) -> "subprocess.Popen[str]":
        prepared = f"import django; django.setup()\n{script}"
        return subprocess.Popen(
            [sys.executable, "-c", prepared],
            cwd=servers.ROOT,
            env=servers._environment(self.data, {**self.environment, "DJANGO_SETTINGS_MODULE": "campfire.settings"}),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def cast(self) -> dict[str, Any]:
        self.run(MIGRATE)
        return dict(json.loads(self.run(CAST)))

    def stored(self, room: str) -> dict[str, Any]:
        return dict(json.loads(self.run(STORED.format(room=room))))


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Place]:
    with servers.start_postgres() as database:
        yield Place(tmp_path / "one", {"DATABASE_URL": database.url, "RATE_LIMITS": "off", "SECRET_KEY": "s" * 60})


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    (tmp_path / "one").mkdir()
    return Place(tmp_path / "one", {"RATE_LIMITS": "off", "SQLITE_TIMEOUT_S": "30"})


@pytest.fixture
def two(postgres: Place, tmp_path: Path) -> Iterator[tuple[Place, list[servers.Campfire], dict[str, Any]]]:
    with servers.start_redis() as redis:
        postgres.environment["REDIS_URL"] = redis.url
        cast = postgres.cast()
        with (
            servers.start_campfire(data=tmp_path / "one", env=postgres.environment) as first,
            servers.start_campfire(data=tmp_path / "two", env=postgres.environment) as second,
        ):
            yield postgres, [first, second], cast


class Client:
    """A socket that has joined the room and notes what it is told of it."""

    def __init__(self, server: servers.Campfire, token: str, room: str) -> None:
        self.url, self.token, self.room = f"{server.url.replace('http', 'ws')}/ws/", token, room
        self.versions: list[int] = []
        self.acknowledged: dict[str, str] = {}
        self.changed = asyncio.Event()
        self.socket: ClientConnection
        self.reading: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self.socket = await connect(self.url, additional_headers={"Authorization": f"Bearer {self.token}"})
        await self.send(type="join_room", room_id=self.room)
        joined = asyncio.Event()
        self.reading = asyncio.ensure_future(self._read(joined))
        await asyncio.wait_for(joined.wait(), PATIENCE)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.reading.cancel()
        await asyncio.gather(self.reading, return_exceptions=True)
        await self.socket.close()

    async def _read(self, joined: asyncio.Event) -> None:
        async for text in self.socket:
            frame = json.loads(text)
            if frame["type"] == "room_joined":
                joined.set()
            elif frame["type"] == "new_message":
                self.versions.append(frame["message"]["version"])
            elif frame["type"] == "message_sent":
                self.acknowledged[frame["client_message_id"]] = frame["message_id"]
            self.changed.set()

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def say(self, sent: str = "") -> None:
        sent = sent or str(uuid4())
        await self.send(type="send_message", room_id=self.room, content="Hello", client_message_id=sent)

    async def until(self, done: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not done(self):
                self.changed.clear()
                await self.changed.wait()


def assert_dense(stored: dict[str, Any]) -> None:
    """Versions and seqs without gaps, each client message id once (nothing was edited here)."""
    count = len(stored["rows"])
    assert (stored["seq"], stored["version"]) == (count, count)
    assert [row[:2] for row in stored["rows"]] == [[number, number] for number in range(1, count + 1)]
    assert len({row[2] for row in stored["rows"]}) == count


async def test_fifty_senders_over_two_processes_are_one_order_for_all(two: Any) -> None:
    place, (first, second), cast = two
    sides = [(first, cast["ada"]), (second, cast["ben"])]
    async with AsyncClients() as clients:
        readers = [await clients.add(*sides[number % 2], cast["room"]) for number in range(4)]
        senders = [await clients.add(*sides[number % 2], cast["room"]) for number in range(50)]
        await asyncio.gather(*(sender.say() for _ in range(4) for sender in senders))
        for sender in senders:
            await sender.until(lambda client: len(client.acknowledged) == 4)
        for reader in readers:
            await reader.until(lambda client: client.versions and client.versions[-1] == 200)

    assert [reader.versions for reader in readers] == [list(range(1, 201))] * 4
    for sender in senders:
        assert sender.versions == sorted(set(sender.versions))
    stored = place.stored(cast["room"])
    assert_dense(stored)
    assert {sent for sender in senders for sent in sender.acknowledged} == {row[2] for row in stored["rows"]}


async def test_a_process_killed_mid_send_loses_nothing_acknowledged_and_harms_nobody_else(two: Any) -> None:
    place, (first, second), cast = two
    async with AsyncClients() as clients:
        reader = await clients.add(second, cast["ben"], cast["room"])
        doomed = [await clients.add(first, cast["ada"], cast["room"]) for _ in range(10)]
        ids = [[str(uuid4()) for _ in range(30)] for _ in doomed]
        sending = asyncio.gather(
            *(client.say(sent) for client, theirs in zip(doomed, ids, strict=True) for sent in theirs),
            return_exceptions=True,
        )
        await doomed[0].until(lambda client: client.acknowledged)
        first.kill()
        await sending
        for client in doomed:
            await asyncio.gather(client.reading, return_exceptions=True)
        before = place.stored(cast["room"])
        acknowledged = {sent: message for client in doomed for sent, message in client.acknowledged.items()}
        assert acknowledged.items() <= {(row[2], row[3]) for row in before["rows"]}

        survivor = await clients.add(second, cast["ada"], cast["room"])
        for theirs in ids:
            for sent in theirs:
                await survivor.say(sent)
        await survivor.until(lambda client: len(client.acknowledged) == 300)
        await reader.until(lambda client: len(set(client.versions)) == 300)

    after = place.stored(cast["room"])
    assert_dense(after)
    assert {row[2] for row in after["rows"]} == {sent for theirs in ids for sent in theirs}
    assert after["rows"][: len(before["rows"])] == before["rows"]
    assert reader.versions == sorted(set(reader.versions))


@pytest.mark.parametrize("database", ["postgres", "sqlite"])
def test_writers_in_two_processes_leave_no_gap(request: pytest.FixtureRequest, database: str) -> None:
    place: Place = request.getfixturevalue(database)
    cast = place.cast()
    writers = [place.begin(WRITER.format(**cast)) for _ in range(2)]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
        assert "Traceback" not in errors

    stored = place.stored(cast["room"])
    assert_dense(stored)
    assert len(stored["rows"]) == 2 * 4 * 20 + 20


class AsyncClients:
    """Clients that are all closed in the end."""

    def __init__(self) -> None:
        self.open: list[Client] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self.open:
            await client.__aexit__()

    async def add(self, server: servers.Campfire, token: str, room: str) -> Client:
        self.open.append(client := Client(server, token, room))
        return await client.__aenter__()
