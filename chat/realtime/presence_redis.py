"""Presence across processes, in Redis.

Each process counts its own sockets and tells Redis only when a person's first one comes or last one goes. Scripts make
each transition atomic. A process renews a lease; whoever finds one expired removes its people and announces them, once.
Redis away: this process goes on with what it knows itself, and asks again only when it renews. Redis back, empty or
as it was: that renewal sets right whatever differs.
"""

import logging
import time
from asyncio import Lock
from collections.abc import Awaitable, Iterable
from typing import Any, cast
from weakref import WeakValueDictionary

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat.realtime.presence import ANYWHERE, Gone, MemoryPresence, Transition

logger = logging.getLogger(__name__)

RENEW_SECONDS = 10.0
LEASE_SECONDS = 30.0
TIMEOUT_SECONDS = 2.0

# KEYS: the process's pairs, the room. ARGV: "room user", user.
_ENTER = """
local changed = 0
if redis.call('SADD', KEYS[1], ARGV[1]) == 1 then
  if redis.call('HINCRBY', KEYS[2], ARGV[2], 1) == 1 then changed = 1 end
end
return {changed, redis.call('HLEN', KEYS[2])}
"""
_LEAVE = """
local changed = 0
if redis.call('SREM', KEYS[1], ARGV[1]) == 1 then
  if redis.call('HINCRBY', KEYS[2], ARGV[2], -1) <= 0 then
    redis.call('HDEL', KEYS[2], ARGV[2])
    changed = 1
  end
end
return {changed, redis.call('HLEN', KEYS[2])}
"""
# KEYS: the leases. ARGV: now, prefix. Takes every expired process away and returns room, user, count for each.
_SWEEP = """
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
      table.insert(gone, {room, user, redis.call('HLEN', people)})
    end
  end
  redis.call('DEL', pairs_key)
end
return gone
"""


class RedisPresence:
    """`Presence` for many processes; `process` names this one, `prefix` separates installations."""

    def __init__(
        self, url: str, process: str, *, prefix: str = "campfire:presence:", lease: float = LEASE_SECONDS
    ) -> None:
        self._local = MemoryPresence()
        self._redis: Redis = Redis.from_url(
            url, decode_responses=True, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self._process = process
        self._prefix = prefix
        self._lease = lease
        self._stale = False
        self._turns: WeakValueDictionary[tuple[str, str], Lock] = WeakValueDictionary()
        self._enter = self._redis.register_script(_ENTER)
        self._leave = self._redis.register_script(_LEAVE)
        self._sweep = self._redis.register_script(_SWEEP)

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

    async def renew(self) -> None:
        now = time.time()
        try:
            known = await self._redis.zadd(self._leases, {self._process: now + self._lease})
            if known == 1 or self._stale:
                # The lease was new: the first time, or Redis lost its memory, or others took us for dead.
                self._stale = False
                await self._set_right()
        except RedisError as error:
            self._lose(error)

    async def sweep(self) -> list[Gone]:
        try:
            gone = await self._sweep(keys=[self._leases], args=[time.time(), self._prefix])
        except RedisError as error:
            self._lose(error)
            return []
        return [Gone(room, user, int(count)) for room, user, count in gone]

    async def close(self) -> None:
        pairs = self._local.pairs()
        try:
            for room, user in pairs:
                await self._script(self._leave, room, user)
            await self._redis.zrem(self._leases, self._process)
        except RedisError:
            logger.info("Redis is away; the lease of this process will expire by itself")
        await self._redis.aclose()

    async def _tell(self, room: str, user: str, local: Transition) -> Transition:
        if not local.changed:
            return Transition(False, local.count)
        if self._stale:
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
            changed, count = await self._script(script, room, user)
        return Transition(bool(changed), int(count))

    async def _set_right(self) -> None:
        told = await cast(Awaitable[set[str]], self._redis.smembers(self._pairs))
        known = {(room, user) for room, _, user in (pair.partition(" ") for pair in told)}
        for room, user in known ^ set(self._local.pairs()):
            await self._state(room, user)

    def _lose(self, error: RedisError) -> None:
        if not self._stale:
            logger.warning("Presence is not shared while Redis is away: %s", error)
        self._stale = True

    async def _script(self, script: Any, room: str, user: str) -> tuple[int, int]:
        changed, count = await script(keys=[self._pairs, self._room(room)], args=[f"{room} {user}", user])
        return changed, count

    @property
    def _pairs(self) -> str:
        return f"{self._prefix}process:{self._process}"

    def _room(self, room: str) -> str:
        return f"{self._prefix}room:{room}"

    @property
    def _leases(self) -> str:
        return f"{self._prefix}leases"
