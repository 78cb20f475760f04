"""Presence across processes, in Redis.

Each process counts its own sockets and tells Redis only when a person's first one comes or last one goes. Scripts make
each transition atomic. A process renews a lease; whoever finds one expired removes its people and announces them, once.
Redis away: this process goes on with what it knows itself, and asks again only when it renews. Redis back, empty or
as it was: that renewal sets right whatever differs, and says what the readers of other processes missed. Each change
carries the time by Redis's clock, by which whoever hears it late knows that.
"""

import logging
import time
from asyncio import Lock, sleep
from collections.abc import Awaitable, Iterable
from typing import Any, cast
from weakref import WeakValueDictionary

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from chat.realtime.presence import ANYWHERE, LATEST_MICROSECONDS, MemoryPresence, PresenceChange, Transition

logger = logging.getLogger(__name__)

RENEW_SECONDS = 5.0
LEASE_SECONDS = 20.0
TIMEOUT_SECONDS = 2.0
# A thousand who come at once wait for one another, a third of a millisecond each, and open no more than these.
CONNECTIONS = 16
# The channel layer takes a second to find Redis again; what is announced before is heard by nobody.
RECONNECT_SECONDS = 1.5

# Microseconds; the one clock of all processes. It never goes back, also where Redis's does, which would have changes
# taken for old ones: the last time is kept until the machine's own is past it, and nothing is late any more.
_NOW = f"""
local function now(clock)
  local time = redis.call('TIME')
  local machine = time[1] * 1000000 + time[2]
  local at = math.max(machine, (tonumber(redis.call('GET', clock)) or 0) + 1)
  local kept = (at - machine + {2 * LATEST_MICROSECONDS}) / 1000
  redis.call('SET', clock, string.format('%.0f', at), 'PX', string.format('%.0f', kept))
  return at
end
"""
# KEYS: the process's pairs, the room, the leases, the clock. ARGV: "room user", user, process. Returns whether the
# person's state changed, how many people are there, when, and whether the process has a lease: without one, Redis has
# forgotten it.
_ENTER = (
    _NOW
    + """
local changed = 0
if redis.call('SADD', KEYS[1], ARGV[1]) == 1 then
  if redis.call('HINCRBY', KEYS[2], ARGV[2], 1) == 1 then changed = 1 end
end
return {changed, redis.call('HLEN', KEYS[2]), now(KEYS[4]), redis.call('ZSCORE', KEYS[3], ARGV[3]) and 1 or 0}
"""
)
_LEAVE = (
    _NOW
    + """
local changed = 0
if redis.call('SREM', KEYS[1], ARGV[1]) == 1 then
  if redis.call('HINCRBY', KEYS[2], ARGV[2], -1) <= 0 then
    redis.call('HDEL', KEYS[2], ARGV[2])
    changed = 1
  end
end
return {changed, redis.call('HLEN', KEYS[2]), now(KEYS[4]), redis.call('ZSCORE', KEYS[3], ARGV[3]) and 1 or 0}
"""
)
# KEYS: the leases, the clock. ARGV: now, prefix. Takes every expired process away; returns (room, user, count, time)s.
_SWEEP = (
    _NOW
    + """
local gone = {}
for _, process in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])) do
  redis.call('ZREM', KEYS[1], process)
  local pairs_key = ARGV[2] .. 'process:' .. process
  for _, pair in ipairs(redis.call('SMEMBERS', pairs_key)) do
    local split = string.find(pair, ' ', 1, true)
    local room, user = string.sub(pair, 1, split - 1), string.sub(pair, split + 1)
    local people = ARGV[2] .. 'room:' .. room
    if redis.call('HINCRBY', people, user, -1) <= 0 then
      redis.call('HDEL', people, user)
      table.insert(gone, {room, user, redis.call('HLEN', people), now(KEYS[2])})
    end
  end
  redis.call('DEL', pairs_key)
end
return gone
"""
)
# KEYS: the room, the clock. ARGV: user. Returns whether the person is there, how many people are, and when.
_LOOK = (
    _NOW
    + """
return {redis.call('HEXISTS', KEYS[1], ARGV[1]), redis.call('HLEN', KEYS[1]), now(KEYS[2])}
"""
)


class RedisPresence:
    """`Presence` for many processes; `process` names this one, `prefix` separates installations."""

    def __init__(
        self, url: str, process: str, *, prefix: str = "campfire:presence:", lease: float = LEASE_SECONDS
    ) -> None:
        self._local = MemoryPresence()
        options = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        pool = BlockingConnectionPool.from_url(
            url, decode_responses=True, max_connections=CONNECTIONS, timeout=TIMEOUT_SECONDS, **options
        )
        self._redis: Redis = Redis.from_pool(pool)
        self._process = process
        self._prefix = prefix
        self._lease = lease
        self._stale = False
        self._sweeps_from = 0.0
        # Pairs whose latest change the readers of other processes may not know of.
        self._untold: set[tuple[str, str]] = set()
        self._turns: WeakValueDictionary[tuple[str, str], Lock] = WeakValueDictionary()
        self._enter = self._redis.register_script(_ENTER)
        self._leave = self._redis.register_script(_LEAVE)
        self._sweep = self._redis.register_script(_SWEEP)
        self._look = self._redis.register_script(_LOOK)

    async def enter(self, room: str, user: str) -> Transition:
        local = self._local.count_in(room, user)
        return await self._tell(room, user, local)

    async def leave(self, room: str, user: str) -> Transition:
        local = self._local.count_out(room, user)
        return await self._tell(room, user, local)

    async def participants(self, room: str) -> list[str]:
        if self._stale:
            return self._local.people(room)
        try:
            return sorted(await cast(Awaitable[list[str]], self._redis.hkeys(self._room(room))))
        except RedisError as error:
            self._lose(error)
            return self._local.people(room)

    async def count(self, room: str) -> int:
        if self._stale:
            return self._local.number(room)
        try:
            return int(await cast(Awaitable[int], self._redis.hlen(self._room(room))))
        except RedisError as error:
            self._lose(error)
            return self._local.number(room)

    async def online(self, users: Iterable[str]) -> list[str]:
        wanted = list(users)
        if not wanted:
            return []
        if self._stale:
            return await self._local.online(wanted)
        try:
            counts = await cast(Awaitable[list[Any]], self._redis.hmget(self._room(ANYWHERE), wanted))
        except RedisError as error:
            self._lose(error)
            return await self._local.online(wanted)
        return [user for user, count in zip(wanted, counts, strict=True) if count]

    async def renew(self) -> list[PresenceChange]:
        now = time.time()
        try:
            known = await self._redis.zadd(self._leases, {self._process: now + self._lease})
            if known == 1 or self._stale:
                # The lease was new: the first time, or Redis lost its memory, or others took us for dead.
                if self._stale:
                    # The leases of others may have run out with Redis away: they get the time to renew them.
                    self._sweeps_from = time.monotonic() + 2 * RENEW_SECONDS
                self._stale = False
                await self._set_right()
                return await self._take_untold()
        except RedisError as error:
            self._lose(error)
        return []

    async def sweep(self) -> list[PresenceChange]:
        if time.monotonic() < self._sweeps_from:
            return []
        try:
            gone = await self._sweep(keys=[self._leases, self._clock], args=[time.time(), self._prefix])
        except RedisError as error:
            self._lose(error)
            return []
        return [PresenceChange(room, user, "offline", int(count), int(at)) for room, user, count, at in gone]

    async def close(self) -> None:
        pairs = self._local.pairs()
        try:
            for room, user in pairs:
                await self._script(self._leave, room, user)
            await self._redis.zrem(self._leases, self._process)
        except RedisError:
            logger.info("Redis is unavailable; the lease of this process will expire by itself")
        await self._redis.aclose()

    async def _tell(self, room: str, user: str, local: Transition) -> Transition:
        if not local.changed:
            return Transition(False, local.count)
        if self._stale:
            self._untold.add((room, user))
            return local
        try:
            return await self._state(room, user)
        except RedisError as error:
            self._lose(error)
            return local

    async def _state(self, room: str, user: str) -> Transition:
        """Have Redis know whether `user` is in `room` here, as of now: one telling after the other for each pair."""
        turn = self._turns.setdefault((room, user), Lock())
        async with turn:
            script = self._enter if self._local.holds(room, user) else self._leave
            try:
                changed, count, at, leased = await self._script(script, room, user)
            except RedisError:
                # It may have been done all the same.
                self._untold.add((room, user))
                raise
        if not leased:
            self._untold.add((room, user))
        return Transition(bool(changed), count, at)

    async def _set_right(self) -> None:
        told = await cast(Awaitable[set[str]], self._redis.smembers(self._pairs))
        known = {(room, user) for room, _, user in (pair.partition(" ") for pair in told)}
        for room, user in known ^ set(self._local.pairs()):
            if (await self._state(room, user)).changed:
                self._untold.add((room, user))

    async def _take_untold(self) -> list[PresenceChange]:
        """What is still to be announced, each pair as it is now in all processes together."""
        if not self._untold:
            return []
        await sleep(RECONNECT_SECONDS)
        pairs, self._untold = list(self._untold), set()
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for room, user in pairs:
                    await self._look(keys=[self._room(room), self._clock], args=[user], client=pipeline)
                answers = await pipeline.execute()
        except RedisError:
            self._untold.update(pairs)
            raise
        return [
            PresenceChange(room, user, "online" if there else "offline", count, at)
            for (room, user), (there, count, at) in zip(pairs, answers, strict=True)
        ]

    def _lose(self, error: RedisError) -> None:
        if not self._stale:
            logger.warning("Redis is unavailable; until it is back, presence is not shared: %s", error)
        self._stale = True

    async def _script(self, script: Any, room: str, user: str) -> tuple[int, int, int, int]:
        changed, count, at, leased = await script(
            keys=[self._pairs, self._room(room), self._leases, self._clock],
            args=[f"{room} {user}", user, self._process],
        )
        return changed, count, at, leased

    @property
    def _pairs(self) -> str:
        return f"{self._prefix}process:{self._process}"

    def _room(self, room: str) -> str:
        return f"{self._prefix}room:{room}"

    @property
    def _leases(self) -> str:
        return f"{self._prefix}leases"

    @property
    def _clock(self) -> str:
        return f"{self._prefix}clock"
