"""Two hubs as in two processes, on one layer: what one does the sockets of the other hear."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer

from chat.delivery import hubs
from chat.realtime import layer as layer_module
from chat.realtime import room_channel
from chat.realtime.codes import Close
from chat.realtime.hub import Hub
from chat.realtime.hub_queries import AccessChange
from chat.realtime.layer import EVERYBODY
from chat.realtime.polls import Polls
from chat.realtime.presence import MemoryPresence
from chat.realtime.presence_redis import RedisPresence
from chat.tests.realtime.fakes import PATIENCE, Database, Wire, delivery, hub_on, in_memory_layer, join
from tests import servers

pytestmark = pytest.mark.sqlite


class Pair:
    """Two hubs, each with one socket that reads the hall: Ada's on the first, Ben's on the second."""

    def __init__(self, one: tuple[Any, Any], two: tuple[Any, Any]) -> None:
        self.database = Database()
        self.database.rooms["hall"] = 0
        self.database.members = {("ada", "hall"): 1, ("ben", "hall"): 2}
        self.one: Hub = hub_on(self.database, *one, process="one")
        self.two: Hub = hub_on(self.database, *two, process="two")
        self.ada, self.ben = Wire("ada"), Wire("ben")

    async def open(self) -> None:
        for hub, wire in ((self.one, self.ada), (self.two, self.ben)):
            await hub.presence.renew()
            await hub.add(wire.connection)
            await join(hub, wire, "hall", self.database)
            await hub.settled("hall")
            await hub.link.settled(EVERYBODY)
            await hub.link.settled(f"person.{wire.connection.user}")

    async def say(self, hub: Hub, *, origin: str | None = None) -> int:
        self.database.rooms["hall"] += 1
        version = self.database.rooms["hall"]
        hub.deliver("hall", [delivery(version, origin=origin)])
        return version


@pytest.fixture(params=["memory", "redis"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    if request.param == "memory":
        layer, presence = in_memory_layer(), MemoryPresence()
        pair = Pair((layer, presence), (layer, presence))
    else:
        server: servers.Server = request.getfixturevalue("redis_server")
        pair = redis_pair(server.url)
    async with AsyncExitStack() as stack:
        for hub in (pair.one, pair.two):
            stack.push_async_callback(hub.stop)
        await pair.open()
        yield pair


def redis_pair(url: str) -> Pair:
    prefix = uuid4().hex
    sides = [
        (
            RedisPubSubChannelLayer(hosts=[{"address": url, "socket_timeout": None}], prefix=prefix),
            RedisPresence(url, name, prefix=f"{prefix}:presence:"),
        )
        for name in ("one", "two")
    ]
    return Pair(*sides)


async def test_versions_reach_the_readers_of_both_in_order(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_channel, "HOLD_SECONDS", PATIENCE)
    for number in range(20):
        await pair.say(pair.one if number % 2 else pair.two)
    for wire in (pair.ada, pair.ben):
        await wire.until(lambda wire: len(wire.versions()) == 20)
        assert wire.versions() == list(range(1, 21))
    assert pair.database.replays == []


async def test_ones_own_messages_do_not_come_back(pair: Pair) -> None:
    received: list[dict[str, Any]] = []
    pair.one.link._receive = received.append
    await pair.say(pair.one)
    await pair.say(pair.two)
    await pair.ben.until(lambda wire: wire.versions() == [1, 2])
    await until(lambda: received)

    assert {message["origin"] for message in received} == {"two"}


async def test_the_origin_is_left_out_in_its_own_process_alone(pair: Pair) -> None:
    await pair.say(pair.one, origin=pair.ada.connection.id)
    await pair.ben.until(lambda wire: wire.versions() == [1])
    await pair.ada.fence()

    assert pair.ada.versions() == []


async def test_typing_and_presence_cross(pair: Pair) -> None:
    pair.two.update("hall", "typing", "ben", '{"type":"typing"}')
    await pair.ada.until(lambda wire: wire.of("typing"))
    await pair.ada.until(lambda wire: wire.of("presence_update"))
    assert pair.ada.of("presence_update")[-1] == {
        "type": "presence_update", "room_id": "hall", "user_id": "ben", "status": "online", "participant_count": 2
    }  # fmt: skip

    await pair.two.remove(pair.ben.connection)
    await pair.ada.until(lambda wire: wire.of("presence_update")[-1]["status"] == "offline")
    assert await pair.one.presence.participants("hall") == ["ada"]


async def test_what_arrives_late_of_somebodys_coming_and_going_undoes_nothing(redis_server: servers.Server) -> None:
    pair = redis_pair(redis_server.url)
    pair.database.members |= {("cleo", "hall"): 3, ("dan", "hall"): 4}
    async with AsyncExitStack() as stack:
        for hub in (pair.one, pair.two):
            stack.push_async_callback(hub.stop)
        await pair.open()
        before, dan = await come(pair, pair.one, "cleo"), await come(pair, pair.one, "dan")
        await pair.ben.until(lambda wire: last_of(wire, "dan") == ("online", 4))
        late: list[Any] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pair.one.link, "publish", lambda *message: late.append(message))
            for wire in (before, dan):
                await pair.one.remove(wire.connection)
        await come(pair, pair.two, "cleo")
        await pair.ben.until(lambda wire: len(wire.of("presence_update")) > 2)
        assert last_of(pair.ben, "cleo") == ("online", 3)

        for message in late:
            pair.one.link.publish(*message)
        await pair.ben.until(lambda wire: last_of(wire, "dan") == ("offline", 3))
        await pair.ben.fence()

        assert last_of(pair.ben, "cleo") == ("online", 3)


async def come(pair: Pair, hub: Hub, user: str) -> Wire:
    wire = Wire(user)
    await hub.add(wire.connection)
    assert await join(hub, wire, "hall", pair.database)
    return wire


def last_of(wire: Wire, user: str) -> tuple[str, int] | None:
    """What `wire` was told last of `user`, and how many it then counted."""
    told = [frame for frame in wire.of("presence_update") if frame["user_id"] == user]
    return (told[-1]["status"], told[-1]["participant_count"]) if told else None


async def test_a_word_to_a_person_reaches_their_sockets_everywhere_but_the_one_that_asked(pair: Pair) -> None:
    other = Wire("ada")
    await pair.two.add(other.connection)
    await pair.two.link.settled("person.ada")
    pair.one.tell("ada", '{"type":"told"}', origin=pair.ada.connection.id)
    await other.until(lambda wire: wire.of("told"))
    await pair.ada.fence()
    await pair.ben.fence()

    assert pair.ada.of("told") == pair.ben.of("told") == []
    await pair.two.remove(other.connection)


async def test_changes_of_access_cross(pair: Pair) -> None:
    pair.one.change_access(AccessChange("member_removed", user="ben", room="hall", membership=2, reason="removed"))
    await pair.ben.until(lambda wire: wire.of("room_removed"))
    pair.one.change_access(AccessChange("session_ended", user="ben", session="session-ben"))
    await pair.ben.until(lambda wire: wire.codes)

    assert pair.ben.codes == [Close.SESSION_ENDED]


async def test_a_room_that_nobody_holds_is_left(pair: Pair) -> None:
    await pair.two.remove(pair.ben.connection)
    await until(lambda: not pair.two.link._joined)
    await pair.say(pair.one)
    await pair.ada.until(lambda wire: wire.versions() == [1])

    assert pair.two.channels == {}


async def test_many_joins_and_leaves_at_once_end_subscribed_as_held(pair: Pair) -> None:
    link = pair.two.link
    for number in range(200):
        (link.hold if number % 3 else link.release)(f"group-{number % 7}")
        if number % 5 == 0:
            await asyncio.sleep(0)
    for group in list(link._held):
        await link.settled(group)
    await until(lambda: link._joined == set(link._held))


class Broken:
    """A layer that is away, for all its methods."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: object) -> None:
            raise OSError(f"no {name}: away")

        return fail


async def test_local_delivery_does_not_need_the_layer() -> None:
    alone = Pair((Broken(), MemoryPresence()), (Broken(), MemoryPresence()))
    await alone.one.add(alone.ada.connection)
    await join(alone.one, alone.ada, "hall", alone.database)
    for _ in range(10):
        await alone.say(alone.one)
    await alone.ada.fence()

    assert alone.ada.versions() == list(range(1, 11))
    await alone.one.stop()


async def test_the_poll_heals_what_the_layer_never_brought() -> None:
    split = Pair((Broken(), MemoryPresence()), (Broken(), MemoryPresence()))
    await split.two.add(split.ben.connection)
    await join(split.two, split.ben, "hall", split.database)
    await split.say(split.one)
    await Polls(split.two).poll_versions()
    await split.ben.until(lambda wire: wire.versions() == [1])
    await split.two.stop()


async def test_a_process_without_sockets_is_heard_too(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = in_memory_layer()
    monkeypatch.setattr(hubs, "make_hub", lambda: hub_on(Database(), layer, process="silent"))
    silent, other, ben = hubs.current_hub(), hub_on(Database(), layer, process="other"), Wire("ben")
    await other.add(ben.connection)
    await other.link.settled("person.ben")
    silent.tell("ben", '{"type":"hint"}')
    await ben.until(lambda wire: wire.of("hint"))
    await other.stop()
    await hubs.stop_hub()


async def test_a_process_that_is_alone_delivers_and_waits_for_nobody() -> None:
    database = Database()
    hub, ada = Hub(database.queries, MemoryPresence(), None), Wire("ada")
    database.rooms["hall"], database.members["ada", "hall"] = 0, 1
    await hub.add(ada.connection)
    await join(hub, ada, "hall", database)
    await hub.settled("hall")
    hub.deliver("hall", [delivery(1)])
    await ada.until(lambda wire: wire.versions() == [1])
    assert hub.link._outgoing.empty()
    await hub.stop()


async def test_a_full_queue_to_the_layer_drops_and_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_module, "MOST_WAITING", 3)
    hub = hub_on(Database())
    for version in range(10):
        hub.link.publish("room.hall", {"version": version})

    assert hub.link._outgoing.qsize() == 3
    await hub.stop()


async def test_what_waits_for_a_layer_is_bounded_in_size(monkeypatch: pytest.MonkeyPatch) -> None:
    large = delivery(1)._replace(frame="x" * 1000)
    monkeypatch.setattr(layer_module, "MOST_WAITING_SIZE", 3 * (1000 + len(large.activity)))
    hub = hub_on(Database())
    for _ in range(10):
        hub.link.publish("room.hall", {"kind": "deliver", "room": "hall", "items": [large]})
    assert hub.link._outgoing.qsize() == 3

    hub.link.start()
    while not hub.link._outgoing.empty():  # noqa: ASYNC110 (nobody waits for it but a test)
        await asyncio.sleep(0.01)
    hub.link.publish("room.hall", {"kind": "deliver", "room": "hall", "items": [large]})
    assert hub.link._outgoing.qsize() == 1, "What has gone makes room"
    await hub.stop()


async def test_after_redis_was_killed_and_is_back_processes_hear_each_other_again(
    redis_server: servers.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_module, "RETRY_SECONDS", 0.05)
    pair = redis_pair(redis_server.url)
    await pair.open()
    redis_server.kill()
    try:
        for _ in range(5):
            await pair.say(pair.one)
        await pair.ada.until(lambda wire: wire.versions() == [1, 2, 3, 4, 5])
    finally:
        redis_server.start()
    await hears_again(pair)
    await Polls(pair.two).poll_versions()
    await pair.ben.until(lambda wire: wire.versions() == [1, 2, 3, 4, 5])
    await pair.one.stop()
    await pair.two.stop()


async def hears_again(pair: Pair) -> None:
    """Until what Ada does on the first reaches Ben on the second."""
    async with asyncio.timeout(2 * PATIENCE):
        while not pair.ben.of("again"):
            pair.one.update("hall", "typing", "ada", '{"type":"again"}')
            await asyncio.sleep(0.1)


async def until(done: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
