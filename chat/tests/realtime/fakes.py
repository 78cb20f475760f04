"""The other ends of the realtime mechanism: a wire that remembers, a database of versions, hubs on them."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

from channels.layers import InMemoryChannelLayer

from chat.realtime.connection import Connection, QueueLimits
from chat.realtime.frames import encode
from chat.realtime.hub import Hub
from chat.realtime.hub_queries import AccessChange, Admission, HubQueries, Notice
from chat.realtime.presence import MemoryPresence
from chat.realtime.room_channel import Delivery, Replay, RoomChannel, Subscription

PATIENCE = 30.0


class Wire:
    """What a socket was sent, in order, and how it was closed. `stop` makes its reader stop, `go` read on.

    It is its own writer, where `has_writer`.
    """

    has_writer = False

    def __init__(self, user: str = "ada", *, limits: QueueLimits | None = None, session: str = "") -> None:
        self.sent: list[str] = []
        self.codes: list[int] = []
        self.pieces: list[int] = []
        self._changed = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()
        self.connection = Connection(
            f"socket-{id(self)}",
            user,
            session or f"session-{user}",
            self._send,
            self._shut,
            limits or QueueLimits(),
            writer=self if self.has_writer else None,
        )

    @property
    def ready(self) -> bool:
        return self._reads.is_set()

    def framed(self, texts: Sequence[str]) -> bytes:
        return json.dumps(texts).encode()

    def write(self, data: bytes) -> None:
        assert self.ready
        texts = json.loads(data)
        self.sent += texts
        self.pieces.append(len(texts))
        self._changed.set()

    async def until_ready(self) -> bool:
        await self._reads.wait()
        return True

    async def answers(self, seconds: float) -> bool:
        return self.ready

    def abort(self) -> None:
        raise AssertionError("Only a consumer cuts its socket off")

    async def _send(self, frame: str) -> None:
        await self._reads.wait()
        self.sent.append(frame)
        self._changed.set()

    async def _shut(self, code: int) -> None:
        self.codes.append(code)
        self._changed.set()

    def stop(self) -> None:
        self._reads.clear()

    def go(self) -> None:
        self._reads.set()

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.sent]

    def versions(self, kind: str = "frame") -> list[int]:
        return [frame["version"] for frame in self.frames if frame.get("type") == kind]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame.get("type") == kind]

    async def until(self, done: Callable[["Wire"], object]) -> None:
        """Wait until `done(self)` is true."""
        async with asyncio.timeout(PATIENCE):
            while not done(self):
                self._changed.clear()
                await self._changed.wait()

    async def fence(self) -> None:
        """Everything that was queued before has been sent; whatever was to be done beside has been done."""
        for _ in range(20):
            await asyncio.sleep(0)
        if not self.connection.closed:
            mark = encode({"type": "fence", "number": len(self.of("fence"))})
            self.connection.put(mark)
            await self.until(lambda wire: mark in wire.sent)


def delivery(version: int, *, origin: str | None = None, replay: bool = False) -> Delivery:
    frame = {"type": "frame", "version": version} | ({"replay": True} if replay else {})
    return Delivery(version, encode(frame), encode({"type": "activity", "version": version}), origin)


class Database:
    """Rooms as version numbers, memberships as (user, room) → row id. `replays` notes what was asked."""

    def __init__(self) -> None:
        self.rooms: dict[str, int] = {}
        self.members: dict[tuple[str, str], int] = {}
        self.changes: list[AccessChange] = []
        self.windows: list[float] = []
        self.is_silent = False
        self.replays: list[int] = []
        self.asked = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()
        self.fails = False
        self.too_much = 500

    async def replay(self, room: str, after: int) -> Replay | None:
        self.replays.append(after)
        self.asked.set()
        version = self.rooms.get(room)
        await self.answers.wait()
        if self.fails:
            raise OSError("away")
        if version is None:
            return None
        if version - after > self.too_much:
            return Replay((), version, resync=True)
        return Replay([delivery(number, replay=True) for number in range(after + 1, version + 1)], version)

    async def versions(self, rooms: Sequence[str]) -> dict[str, int]:
        return {room: self.rooms[room] for room in rooms if room in self.rooms}

    async def access_changes(self, seconds: float) -> list[AccessChange]:
        self.windows.append(seconds)
        if self.is_silent:
            raise OSError("away")
        return list(self.changes)

    async def admission(self, user: str, room: str) -> Admission | None:
        self.asked.set()
        found = self.members.get((user, room))
        version = self.rooms.get(room, 0)
        await self.answers.wait()
        if self.fails:
            raise OSError("away")
        if found is None:
            return None
        return Admission(found, version, encode({"type": "room_added", "room": {"id": room}}))

    async def notice(self, change: AccessChange) -> Notice | None:
        people = frozenset(user for user, room in self.members if room == change.room or not change.room)
        return Notice(encode({"type": change.kind}), people, room=change.room) if people else None

    @property
    def queries(self) -> HubQueries:
        return HubQueries(self.replay, self.versions, self.access_changes, self.admission, self.notice)


def in_memory_layer() -> InMemoryChannelLayer:
    return InMemoryChannelLayer(capacity=100_000)


def hub_on(database: Database, layer: Any = None, presence: Any = None, process: str = "") -> Hub:
    return Hub(database.queries, presence or MemoryPresence(), layer or in_memory_layer(), process=process)


async def join(hub: Hub, wire: Wire, room: str, database: Database) -> Subscription | None:
    """What the consumer does for `join_room`; None where it was refused."""
    subscription = hub.begin_join(wire.connection, room)
    admission = await database.admission(wire.connection.user, room)
    if admission is None:
        await hub.fail_join(subscription)
        return None
    if not await hub.finish_join(subscription, admission.membership, admission.version):
        return None
    first = encode({"type": "room_joined", "room_id": room, "version": admission.version})
    subscription.activate(admission.membership, admission.version, reading=True, first=first)
    return subscription


def reader(channel: RoomChannel, wire: Wire, *, since: int = 0, reading: bool = True) -> Subscription:
    subscription = Subscription(wire.connection, channel)
    channel.add(subscription)
    wire.connection.rooms.add(channel.room)
    subscription.activate(1, since, reading=reading)
    return subscription
