"""Typing and presence: only the latest value matters, and only to others who read the room."""

import asyncio

import pytest

from chat.tests.realtime.fakes import Database, Wire, reader
from chat.tests.realtime.test_room_channel import room_of

pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("way")]


async def test_typing_reaches_other_readers_as_a_latest_value() -> None:
    ada, ben, watcher = Wire("ada"), Wire("ben"), Wire("cleo")
    channel = room_of(Database())
    reader(channel, ada)
    reader(channel, ben)
    reader(channel, watcher, reading=False)
    for number in range(50):
        channel.update("typing", "ada", f'{{"type":"typing","version":{number}}}')
    await ben.until(lambda wire: wire.of("typing"))
    await ada.fence()
    await watcher.fence()

    assert ben.versions("typing") == [49]
    assert ada.of("typing") == watcher.of("typing") == []


async def test_several_at_once_reach_most_readers_in_one_piece(way: str) -> None:
    ada, ben, cleo = Wire("ada"), Wire("ben"), Wire("cleo")
    channel = room_of(Database())
    for wire in (ada, ben):
        reader(channel, wire)
    channel.update("typing", "ada", '{"type":"typing","version":1}')
    reader(channel, cleo).told = channel.update_count
    channel.update("presence", "dora", '{"type":"presence","version":2}')
    for wire in (ada, ben, cleo):
        await wire.until(lambda wire: wire.of("presence"))

    assert [len(wire.of("typing")) for wire in (ada, ben, cleo)] == [0, 1, 0]
    if way == "writer":
        assert ben.pieces == [2]


async def test_what_comes_while_a_reader_is_told_what_they_missed_follows_it() -> None:
    """Also where they joined again and could not be looked up: then nobody tells them who is there."""
    joins, fails, leaves = Wire("ada"), Wire("ben"), Wire("cleo")
    channel = room_of(Database())
    for wire in (joins, fails, leaves):
        reader(channel, wire).pending = []
    for number in (1, 2):
        channel.update("presence", "dora", f'{{"type":"presence","version":{number}}}')
        channel.update("presence", "emil", f'{{"type":"presence","version":{number + 10}}}')
        while channel._flush is not None:  # noqa: ASYNC110 (a timer's own time)
            await asyncio.sleep(0.01)
    assert joins.sent == fails.sent == leaves.sent == []

    held = {wire.connection.user: channel.subscriptions[wire.connection.id] for wire in (joins, fails, leaves)}
    held["ada"].activate(1, 0, reading=True, first='{"type":"caught_up"}')
    held["ben"].release()
    held["cleo"].reading = False
    held["cleo"].release()
    for wire in (joins, fails, leaves):
        await wire.fence()

    assert [frame["type"] for frame in joins.frames][:3] == ["caught_up", "presence", "presence"]
    assert joins.versions("presence") == fails.versions("presence") == [2, 12]
    assert leaves.versions("presence") == []


async def test_a_reader_who_does_not_keep_up_is_told_the_latest_alone() -> None:
    ada = Wire("ada")
    channel = room_of(Database())
    reader(channel, ada)
    ada.stop()
    for number in (1, 2):
        channel.update("typing", "ben", f'{{"type":"typing","version":{number}}}')
        channel.update("presence", "cleo", f'{{"type":"presence","version":{number}}}')
        while channel._flush is not None:  # noqa: ASYNC110 (a timer's own time)
            await asyncio.sleep(0.01)
    ada.go()
    await ada.fence()

    # By ASGI's `send` the first one is under way already.
    assert ada.versions("typing")[-1:] == ada.versions("presence") == [2]
