"""Presence across processes: leases, deaths, and a Redis that stalls, dies and comes back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from chat.realtime import presence_redis
from chat.realtime.presence import Gone, Transition
from chat.realtime.presence_redis import RedisPresence
from chat.tests.realtime.fakes import PATIENCE
from tests import servers

pytestmark = pytest.mark.sqlite

Process = Callable[..., RedisPresence]


@pytest.fixture
async def process(redis_server: servers.Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Process]:
    """Makes processes that share one Redis and a prefix of this test's own."""
    monkeypatch.setattr(presence_redis, "TIMEOUT_SECONDS", 0.2)
    prefix = f"{uuid4().hex}:"
    async with AsyncExitStack() as stack:

        def make(name: str, *, lease: float = 30.0) -> RedisPresence:
            made = RedisPresence(redis_server.url, name, prefix=prefix, lease=lease)
            stack.push_async_callback(made.close)
            return made

        yield make


async def swept(presence: RedisPresence) -> list[Gone]:
    """What the next sweeps find, once there is anything."""
    gone: list[Gone] = []
    async with asyncio.timeout(PATIENCE):
        while not gone:
            gone = await presence.sweep()
    return gone


async def test_a_person_in_two_processes_is_one_person(process: Process) -> None:
    one, two = process("one"), process("two")

    assert await one.enter("hall", "ada") == Transition(True, 1)
    assert await two.enter("hall", "ada") == Transition(False, 1)
    assert await one.leave("hall", "ada") == Transition(False, 1)
    assert await two.participants("hall") == ["ada"]
    assert await two.leave("hall", "ada") == Transition(True, 0)


async def test_the_people_of_a_dead_process_are_announced_once(process: Process) -> None:
    dead, one, two = process("dead", lease=0.2), process("one"), process("two")
    for presence in (dead, one, two):
        await presence.renew()
    await dead.enter("hall", "ada")
    await dead.enter("hall", "ben")
    await one.enter("hall", "ben")

    gone = await swept(one)

    assert gone == [Gone("hall", "ada", 1)]
    assert await two.sweep() == await one.sweep() == []
    assert await two.participants("hall") == ["ben"]


async def test_of_many_who_sweep_at_once_one_announces(process: Process) -> None:
    dead, others = process("dead", lease=0.05), [process(f"other-{number}") for number in range(8)]
    await dead.renew()
    await dead.enter("hall", "ada")
    found: list[Gone] = []
    async with asyncio.timeout(PATIENCE):
        while not found:
            for gone in await asyncio.gather(*(other.sweep() for other in others)):
                found += gone

    assert found == [Gone("hall", "ada", 0)]


async def test_a_process_taken_for_dead_puts_its_people_back(process: Process) -> None:
    slow, other = process("slow", lease=0.1), process("other")
    await slow.renew()
    await slow.enter("hall", "ada")
    assert await swept(other) == [Gone("hall", "ada", 0)]

    await slow.renew()

    assert await other.participants("hall") == ["ada"]
    assert await slow.leave("hall", "ada") == Transition(True, 0)


async def test_closing_takes_ones_people_away_and_nobody_announces_them(process: Process) -> None:
    one, two = process("one"), process("two")
    await one.renew()
    await one.enter("hall", "ada")
    await one.close()

    assert await two.participants("hall") == []
    assert await two.sweep() == []


async def test_comings_and_goings_at_once_end_as_they_were_asked_for(process: Process) -> None:
    presence, other = process("one"), process("two")
    await asyncio.gather(*(presence.online(["ada"]) for _ in range(4)))
    for number in range(20):
        room = f"room-{number}"
        await presence.enter(room, "ada")
        # The first of two has to connect anew, the second need not: in Redis it would come first.
        await presence._redis.connection_pool._available_connections[-1].disconnect()
        await asyncio.gather(presence.leave(room, "ada"), presence.enter(room, "ada"))
        assert await other.participants(room) == ["ada"]
        await presence._redis.connection_pool._available_connections[-1].disconnect()
        await asyncio.gather(*(move(room, "ada") for move in (presence.leave, presence.enter, presence.leave)))
        assert await other.participants(room) == []


async def test_redis_killed_and_back_empty_knows_everybody_again(
    redis_server: servers.Server, process: Process
) -> None:
    one, two = process("one"), process("two")
    for presence in (one, two):
        await presence.renew()
    await one.enter("hall", "ada")
    redis_server.kill()
    try:
        assert await one.enter("hall", "cleo") == Transition(True, 2)
        assert await one.participants("hall") == ["ada", "cleo"]
        await one.renew()
        assert await one.sweep() == []
    finally:
        redis_server.start()
    await one.renew()

    assert await two.participants("hall") == ["ada", "cleo"]


async def test_what_happened_while_redis_stalled_is_set_right_at_the_next_renewal(
    redis_server: servers.Server, process: Process
) -> None:
    one, two = process("one"), process("two")
    await one.renew()
    await one.enter("hall", "ada")
    await one.enter("hall", "ben")
    os.kill(redis_server.pid, signal.SIGSTOP)
    try:
        assert (await one.leave("hall", "ada")).changed
        assert (await one.enter("hall", "cleo")).changed
    finally:
        os.kill(redis_server.pid, signal.SIGCONT)
    await one.renew()

    assert await two.participants("hall") == ["ben", "cleo"]


async def test_a_room_that_emptied_leaves_nothing_in_redis(redis_server: servers.Server, process: Process) -> None:
    one = process("one")
    await one.renew()
    await one.enter("hall", "ada")
    await one.leave("hall", "ada")
    await one.close()

    async with Redis.from_url(redis_server.url) as redis:
        assert await redis.keys(f"{one._prefix}*") == []
