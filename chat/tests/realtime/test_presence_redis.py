"""Presence across processes: leases, deaths, and a Redis that stalls, dies and comes back."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from chat.realtime import presence_redis
from chat.realtime.presence import PresenceChange, Transition
from chat.realtime.presence_redis import RedisPresence
from chat.tests.realtime.fakes import PATIENCE
from tests import servers

pytestmark = pytest.mark.sqlite

STALLED_S = 0.2


class Processes:
    """Makes processes that share one Redis and a prefix of their own. They give up on it soon where it is stalled, and
    nowhere else."""

    def __init__(self, server: servers.Server) -> None:
        self.server = server
        self.made: list[RedisPresence] = []
        self._prefix = f"{uuid4().hex}:"

    def __call__(self, name: str, *, lease: float = 30.0) -> RedisPresence:
        made = RedisPresence(self.server.url, name, prefix=self._prefix, lease=lease)
        self.made.append(made)
        return made

    @contextmanager
    def stalled(self) -> Iterator[None]:
        try:
            self.stall()
            yield
        finally:
            self.go_on()

    def stall(self) -> None:
        os.kill(self.server.pid, signal.SIGSTOP)
        self._wait_for(STALLED_S)

    def go_on(self) -> None:
        os.kill(self.server.pid, signal.SIGCONT)
        self._wait_for(PATIENCE)

    def _wait_for(self, seconds: float) -> None:
        for presence in self.made:
            pool = presence._redis.connection_pool
            pool.connection_kwargs |= {"socket_timeout": seconds, "socket_connect_timeout": seconds}
            for connection in pool._available_connections:
                connection.socket_timeout = connection.socket_connect_timeout = seconds


@pytest.fixture
async def process(redis_server: servers.Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Processes]:
    monkeypatch.setattr(presence_redis, "TIMEOUT_SECONDS", PATIENCE)
    monkeypatch.setattr(presence_redis, "RECONNECT_SECONDS", 0)
    processes = Processes(redis_server)
    yield processes
    for presence in processes.made:
        await presence.close()


def online(user: str, count: int) -> PresenceChange:
    return PresenceChange("hall", user, "online", count)


def offline(user: str, count: int) -> PresenceChange:
    return PresenceChange("hall", user, "offline", count)


@contextmanager
def killed(server: servers.Server) -> Iterator[None]:
    server.kill()
    try:
        yield
    finally:
        server.start()


async def swept(presence: RedisPresence) -> list[PresenceChange]:
    """What the next sweeps find, once there is anything."""
    gone: list[PresenceChange] = []
    async with asyncio.timeout(PATIENCE):
        while not gone:
            gone = await presence.sweep()
    return gone


async def test_a_person_in_two_processes_is_one_person(process: Processes) -> None:
    one, two = process("one"), process("two")

    assert await one.enter("hall", "ada") == Transition(True, 1)
    assert await two.enter("hall", "ada") == Transition(False, 1)
    assert await one.leave("hall", "ada") == Transition(False, 1)
    assert await two.participants("hall") == ["ada"]
    assert await two.leave("hall", "ada") == Transition(True, 0)


async def test_the_people_of_a_dead_process_are_announced_once(process: Processes) -> None:
    dead, one, two = process("dead", lease=0.2), process("one"), process("two")
    for presence in (dead, one, two):
        await presence.renew()
    await dead.enter("hall", "ada")
    await dead.enter("hall", "ben")
    await one.enter("hall", "ben")

    gone = await swept(one)

    assert gone == [offline("ada", 1)]
    assert await two.sweep() == await one.sweep() == []
    assert await two.participants("hall") == ["ben"]


async def test_of_many_who_sweep_at_once_one_announces(process: Processes) -> None:
    dead, others = process("dead", lease=0.05), [process(f"other-{number}") for number in range(8)]
    await dead.renew()
    await dead.enter("hall", "ada")
    found: list[PresenceChange] = []
    async with asyncio.timeout(PATIENCE):
        while not found:
            for gone in await asyncio.gather(*(other.sweep() for other in others)):
                found += gone

    assert found == [offline("ada", 0)]


async def test_a_process_taken_for_dead_puts_its_people_back(process: Processes) -> None:
    slow, other = process("slow", lease=0.1), process("other")
    await slow.renew()
    await slow.enter("hall", "ada")
    assert await swept(other) == [offline("ada", 0)]

    assert await slow.renew() == [online("ada", 1)]
    assert await slow.renew() == []

    assert await other.participants("hall") == ["ada"]
    assert await slow.leave("hall", "ada") == Transition(True, 0)


async def test_closing_takes_ones_people_away_and_nobody_announces_them(process: Processes) -> None:
    one, two = process("one"), process("two")
    await one.renew()
    await one.enter("hall", "ada")
    await one.close()

    assert await two.participants("hall") == []
    assert await two.sweep() == []


async def test_comings_and_goings_at_once_end_as_they_were_asked_for(process: Processes) -> None:
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
    redis_server: servers.Server, process: Processes
) -> None:
    one, two = process("one"), process("two")
    for presence in (one, two):
        await presence.renew()
    await one.enter("hall", "ada")
    with killed(redis_server):
        assert await one.enter("hall", "cleo") == Transition(True, 2)
        assert await one.participants("hall") == ["ada", "cleo"]
        await one.renew()
        assert await one.sweep() == []
    await one.renew()

    assert await two.participants("hall") == ["ada", "cleo"]


async def test_redis_back_empty_those_who_left_are_told_as_offline_and_all_others_as_online_once(
    redis_server: servers.Server, process: Processes
) -> None:
    one, two = process("one"), process("two")
    for presence in (one, two):
        await presence.renew()
    for user in ("ada", "ben"):
        await one.enter("hall", user)
    await two.enter("hall", "dan")
    with killed(redis_server):
        await one.leave("hall", "ada")
        await one.enter("hall", "cleo")

    assert set(await one.renew()) == {offline("ada", 2), online("ben", 2), online("cleo", 2)}
    assert await two.renew() == [online("dan", 3)]
    assert await one.renew() == await two.renew() == []


async def test_who_leaves_a_redis_that_has_forgotten_them_is_told_as_offline(
    redis_server: servers.Server, process: Processes
) -> None:
    one = process("one")
    await one.renew()
    await one.enter("hall", "ada")
    # As after a restart that nobody had a question during.
    async with Redis.from_url(redis_server.url) as redis:
        await redis.flushall()
    assert await one.leave("hall", "ada") == Transition(False, 0)

    assert await one.renew() == [offline("ada", 0)]


async def test_what_happened_while_redis_stalled_is_set_right_and_told_at_the_next_renewal(process: Processes) -> None:
    one, two = process("one"), process("two")
    for presence in (one, two):
        await presence.renew()
    for user in ("ada", "ben"):
        await one.enter("hall", user)
    await two.enter("hall", "dan")
    with process.stalled():
        assert (await one.leave("hall", "ada")).changed
        assert (await one.enter("hall", "cleo")).changed
        # Coming and going leave no difference, but readers here were told numbers of this process alone.
        for move in (one.enter, one.leave):
            assert (await move("hall", "eve")).changed
        assert await one.renew() == []

    assert set(await one.renew()) == {offline("ada", 3), online("cleo", 3), offline("eve", 3)}
    assert await one.renew() == await two.renew() == []
    assert await two.participants("hall") == ["ben", "cleo", "dan"]


async def test_who_left_one_of_two_processes_while_redis_stalled_is_online_in_the_end(process: Processes) -> None:
    one, two = process("one"), process("two")
    for presence in (one, two):
        await presence.renew()
        await presence.enter("hall", "ada")
    with process.stalled():
        assert await one.leave("hall", "ada") == Transition(True, 0)

    assert await one.renew() == [online("ada", 1)]
    assert await two.renew() == []


async def test_what_is_to_be_told_outlives_a_renewal_that_fails(
    process: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = process("one")
    await one.renew()
    await one.enter("hall", "ada")
    with process.stalled():
        await one.leave("hall", "ada")

    async def stall(_: float) -> None:
        process.stall()

    try:
        with monkeypatch.context() as patch:
            patch.setattr(presence_redis, "sleep", stall)
            assert await one.renew() == []
    finally:
        process.go_on()

    assert await one.renew() == [offline("ada", 0)]


async def test_whose_lease_ran_out_while_redis_stalled_gets_the_time_to_renew_it(process: Processes) -> None:
    one, two = process("one"), process("two", lease=0.05)
    for presence in (one, two):
        await presence.renew()
    await two.enter("hall", "dan")
    with process.stalled():
        assert await one.renew() == []

    assert await one.renew() == await one.sweep() == []
    assert await two.renew() == []


async def test_each_change_says_when_by_the_clock_of_redis(process: Processes) -> None:
    one, two = process("one", lease=0.05), process("two")
    await one.renew()
    times = [
        (await one.enter("hall", "ada")).at,
        (await two.enter("hall", "ben")).at,
        (await two.leave("hall", "ben")).at,
        (await swept(two))[0].at,
        (await two.enter("hall", "cleo")).at,
        (await one.renew())[0].at,
    ]
    assert times == sorted(set(times))
    assert abs(times[0] / 1e6 - time.time()) < 60


async def test_where_redis_has_its_clock_set_back_a_change_is_still_later_than_the_one_before(
    redis_server: servers.Server, process: Processes
) -> None:
    one, two = process("one"), process("two")
    before = (await one.enter("hall", "ada")).at
    async with Redis.from_url(redis_server.url) as redis:
        # As after changes by a clock that has been set back since.
        ahead = before + 150_000_000
        await redis.set(one._clock, ahead)

        assert (await one.leave("hall", "ada")).at == ahead + 1
        assert (await two.enter("hall", "ben")).at == ahead + 2
        # Until the clock has caught up, and nothing is late any more.
        assert 240_000 < await redis.pttl(one._clock) <= 271_000


async def test_a_room_that_emptied_leaves_nothing_but_the_clock_in_redis(
    redis_server: servers.Server, process: Processes
) -> None:
    one = process("one")
    await one.renew()
    await one.enter("hall", "ada")
    await one.leave("hall", "ada")
    await one.close()

    async with Redis.from_url(redis_server.url) as redis:
        assert await redis.keys(f"{one._prefix}*") == [one._clock.encode()]
