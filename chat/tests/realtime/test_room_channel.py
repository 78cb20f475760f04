"""One room in one process: its versions in order, each once, and what is missing read anew."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.realtime import room_channel
from chat.realtime.connection import QueueLimits
from chat.realtime.room_channel import HOLD_SECONDS, RoomChannel, Subscription
from chat.tests.realtime.fakes import Database, Wire, delivery, reader

pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("way")]


def room_of(database: Database, at: int = 0) -> RoomChannel:
    database.rooms["hall"] = at
    channel = RoomChannel("hall", database.replay)
    channel.start_at(at)
    return channel


@given(st.permutations(range(1, 13)), st.lists(st.integers(1, 12), max_size=20), st.integers(1, 4), st.randoms())
@settings(max_examples=200, deadline=None)
async def test_whatever_order_and_however_often_each_is_passed_on_once_in_order(
    order: list[int], again: list[int], size: int, dice: random.Random
) -> None:
    wire, channel = Wire(), room_of(Database())
    reader(channel, wire)
    arrivals = order + again
    dice.shuffle(arrivals)
    for start in range(0, len(arrivals), size):
        channel.receive([delivery(version) for version in arrivals[start : start + size]])
    await wire.fence()
    channel.close()

    assert wire.versions() == list(range(1, 13))


async def test_what_came_together_goes_out_together_to_those_who_take_all_of_it(way: str) -> None:
    channel, pieces = room_of(Database(), at=5), {}
    wires = {name: Wire(name) for name in ("reader", "watcher", "sender", "latecomer")}
    for name, wire in wires.items():
        reader(channel, wire, since=7 if name == "latecomer" else 5, reading=name != "watcher")
        pieces[name] = wire.pieces
    origin = wires["sender"].connection.id
    channel.receive([delivery(version, origin=origin if version == 7 else None) for version in (6, 7, 8, 9)])
    for wire in wires.values():
        await wire.fence()

    assert wires["reader"].versions() == [6, 7, 8, 9]
    assert wires["watcher"].versions("activity") == [6, 7, 8, 9]
    assert wires["sender"].versions() == [6, 8, 9], "It is answered instead"
    assert wires["latecomer"].versions() == [8, 9]
    if way == "writer":
        assert {name: sizes[0] for name, sizes in pieces.items()} == {
            "reader": 4,
            "watcher": 4,
            "sender": 1,
            "latecomer": 1,
        }


async def test_no_piece_is_larger_than_a_run(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(room_channel, "RUN_SIZE", 3 * len(delivery(1).frame))
    wire, channel = Wire(), room_of(Database())
    reader(channel, wire)
    channel.receive([delivery(version) for version in range(1, 9)])
    await wire.fence()

    assert wire.versions() == list(range(1, 9))
    if way == "writer":
        assert wire.pieces[:3] == [3, 3, 2]


async def test_what_was_held_while_a_look_up_took_long_is_not_too_much(way: str) -> None:
    count = 1000 if way == "writer" else 200
    wire, channel = Wire(), room_of(Database())
    subscription = Subscription(wire.connection, channel, pending=[])
    channel.add(subscription)
    for version in range(1, count + 1):
        channel.receive([delivery(version)])
    subscription.activate(1, 2, reading=True, first='{"type":"room_joined"}')
    await wire.fence()

    assert wire.versions() == list(range(3, count + 1))
    assert wire.codes == []


async def test_a_crowd_that_lags_is_waited_for_and_a_few_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_channel, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(room_channel, "MOST_WAIT_SECONDS", 60.0)
    channel, limits = room_of(Database()), QueueLimits(frames=400)
    wires = [Wire(f"wire {number}", limits=limits) for number in range(40)]
    for wire in wires:
        reader(channel, wire)
    for wire in wires[:9]:
        wire.stop()
    for version in range(1, 111):
        channel.receive([delivery(version)])
    for wire in wires[9:]:
        await wire.fence()
    wires[9].stop()
    for version in range(111, 251):
        channel.receive([delivery(version)])
    for wire in wires[10:]:
        await wire.fence()
    await asyncio.wait_for(channel.wait_for_readers(), 5)

    for version in range(251, 331):
        channel.receive([delivery(version)])
    for wire in wires[10:]:
        await wire.fence()
    waiting = asyncio.ensure_future(channel.wait_for_readers())
    await asyncio.sleep(0)
    assert not waiting.done()
    for wire in wires:
        wire.go()
    await asyncio.wait_for(waiting, 5)


async def test_nobody_is_waited_for_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_channel, "MOST_WAIT_SECONDS", 0.05)
    channel, wires = room_of(Database()), [Wire(f"wire {number}") for number in range(20)]
    for wire in wires:
        reader(channel, wire)
        wire.stop()
    for version in range(1, 201):
        channel.receive([delivery(version)])

    await asyncio.wait_for(channel.wait_for_readers(), 5)


async def test_an_early_version_is_held_and_then_the_missing_one_is_read() -> None:
    database, wire = Database(), Wire()
    channel = room_of(database)
    reader(channel, wire)
    database.rooms["hall"] = 3
    began = asyncio.get_running_loop().time()
    channel.receive([delivery(1), delivery(3)])
    await wire.until(lambda wire: wire.of("catch_up_complete"))

    assert asyncio.get_running_loop().time() - began >= HOLD_SECONDS * 0.95
    assert [(frame["version"], frame.get("replay", False)) for frame in wire.of("frame")] == [
        (1, False), (2, True), (3, True),
    ]  # fmt: skip
    assert wire.of("catch_up_complete") == [
        {"type": "catch_up_complete", "room_id": "hall", "message_count": 2, "version": 3, "has_more": False}
    ]
    assert database.replays == [1]


async def test_nothing_is_read_if_the_missing_one_comes_in_time() -> None:
    database, wire = Database(), Wire()
    channel = room_of(database)
    reader(channel, wire)
    channel.receive([delivery(2)])
    channel.receive([delivery(1)])
    await wire.fence()

    assert wire.versions() == [1, 2]
    assert channel._timer is None
    assert database.replays == []


async def test_a_missing_version_is_read_once_for_all_sockets() -> None:
    database, wires = Database(), [Wire() for _ in range(20)]
    channel = room_of(database)
    for wire in wires:
        reader(channel, wire)
    database.rooms["hall"] = 2
    channel.receive([delivery(2)])
    channel.observe(2)
    for wire in wires:
        await wire.until(lambda wire: wire.of("catch_up_complete"))

    assert database.replays == [0]
    assert all(wire.versions() == [1, 2] for wire in wires)


async def test_what_arrives_during_a_replay_is_not_passed_on_twice() -> None:
    database, wire = Database(), Wire()
    channel = room_of(database)
    reader(channel, wire)
    database.rooms["hall"] = 3
    database.answers.clear()
    channel.receive([delivery(3)])
    await database.asked.wait()
    channel.receive([delivery(1), delivery(2), delivery(4), delivery(6)])
    database.rooms["hall"] = 6
    database.answers.set()
    await wire.until(lambda wire: wire.of("catch_up_complete"))
    await wire.fence()

    assert wire.versions() == [1, 2, 3, 4, 5, 6]
    assert channel.delivered == 6


async def test_the_poll_finds_what_no_broadcast_brought() -> None:
    database, wire = Database(), Wire()
    channel = room_of(database)
    reader(channel, wire)
    database.rooms["hall"] = 2
    channel.observe(2)
    assert channel.version == 2
    await wire.until(lambda wire: wire.of("catch_up_complete"))

    assert wire.versions() == [1, 2]


async def test_the_poll_of_what_is_there_already_asks_nothing() -> None:
    database, wire = Database(), Wire()
    channel = room_of(database, 5)
    reader(channel, wire, since=5)
    channel.observe(5)
    channel.receive([delivery(6)])
    channel.observe(6)
    await wire.fence()

    assert database.replays == []


async def test_too_much_is_one_resync_for_everybody() -> None:
    database, reading, watching = Database(), Wire(), Wire("ben")
    channel = room_of(database)
    reader(channel, reading)
    reader(channel, watching, reading=False)
    database.rooms["hall"] = 501
    channel.observe(501)
    await reading.until(lambda wire: wire.of("resync"))
    await reading.fence()
    await watching.fence()

    assert [frame for frame in reading.frames if frame["type"] != "fence"] == [
        {"type": "resync", "room_id": "hall", "version": 501}
    ]
    assert reading.of("resync") == watching.of("resync")
    channel.receive([delivery(502)])
    await reading.fence()
    assert reading.versions() == [502]


async def test_a_replay_that_fails_is_tried_again_at_the_next_poll() -> None:
    database, wire = Database(), Wire()
    channel = room_of(database)
    reader(channel, wire)
    database.rooms["hall"], database.fails = 1, True
    channel.observe(1)
    await database.asked.wait()
    database.fails = False
    channel.observe(1)
    await wire.until(lambda wire: wire.versions() == [1])


async def test_a_room_that_is_gone_is_left_alone() -> None:
    database, wire = Database(), Wire()
    channel = room_of(database)
    reader(channel, wire)
    channel.receive([delivery(2)])
    del database.rooms["hall"]
    await database.asked.wait()
    await wire.fence()

    assert wire.of("frame") == []


async def test_the_sending_socket_is_answered_instead_but_hears_a_replay() -> None:
    database, wire = Database(), Wire()
    channel = room_of(database)
    reader(channel, wire)
    channel.receive([delivery(1, origin=wire.connection.id), delivery(2)])
    await wire.fence()
    assert wire.versions() == [2]

    database.rooms["hall"] = 4
    channel.receive([delivery(4, origin=wire.connection.id)])
    await wire.until(lambda wire: wire.of("catch_up_complete"))
    assert wire.versions() == [2, 3, 4]


async def test_a_socket_hears_only_what_came_after_it_was_looked_up() -> None:
    wire, channel = Wire(), room_of(Database(), 3)
    reader(channel, wire, since=5)
    channel.receive([delivery(version) for version in (4, 5, 6)])
    await wire.fence()

    assert wire.versions() == [6]


async def test_frames_wait_while_the_membership_is_looked_up() -> None:
    wire, channel = Wire(), room_of(Database())
    subscription = Subscription(wire.connection, channel, pending=[])
    channel.add(subscription)
    channel.receive([delivery(1), delivery(2)])
    await wire.fence()
    assert wire.of("frame") == []

    subscription.activate(1, 1, reading=True, first='{"type":"room_joined"}')
    await wire.fence()
    assert [frame["type"] for frame in wire.frames] == ["fence", "room_joined", "frame", "fence"]
    assert wire.versions() == [2]


async def test_watchers_hear_that_something_happened() -> None:
    wire, channel = Wire(), room_of(Database())
    reader(channel, wire, reading=False)
    channel.receive([delivery(1)])
    await wire.fence()

    assert wire.versions("activity") == [1]
    assert wire.of("frame") == []


async def test_versions_before_the_first_look_up_are_kept_for_it() -> None:
    wire, channel = Wire(), RoomChannel("hall", Database().replay)
    subscription = Subscription(wire.connection, channel, pending=[])
    channel.add(subscription)
    channel.receive([delivery(version) for version in (4, 5, 6)])
    channel.start_at(4)
    subscription.activate(1, 4, reading=True)
    await wire.fence()

    assert wire.versions() == [5, 6]


async def test_a_flood_of_early_versions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_channel, "MOST_HELD", 10)
    channel = room_of(Database())
    channel.receive([delivery(version) for version in range(2, 100)])

    assert sorted(channel._held) == list(range(2, 12))
    channel.close()
