"""Periodic polling of the database by the hub, so that nothing depends on a broadcast (protocol: the room clock)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from chat.realtime.codes import Close
from chat.realtime.hub import Hub
from chat.realtime.presence_redis import RENEW_SECONDS
from chat.realtime.tasks import end

logger = logging.getLogger(__name__)

VERSIONS_SECONDS = 1.0
ACCESS_SECONDS = 0.5
SILENCE_SECONDS = 60.0
REMEMBERED_SECONDS = 120.0
WINDOW_SECONDS = 60.0


class Polls:
    """The periodic work of one hub; runs from `start` to `stop`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._applied: dict[int, float] = {}
        self._asked_access = time.monotonic()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        if self._tasks:
            return
        self._hub.check_access = self.poll_access
        work: list[tuple[Callable[[], Awaitable[None]], float]] = [
            (self.poll_versions, VERSIONS_SECONDS),
            (self.poll_access, ACCESS_SECONDS),
            (self.renew_presence, RENEW_SECONDS),
            (self.close_overdue, 5.0),
        ]
        self._tasks = [asyncio.ensure_future(_every(seconds, poll)) for poll, seconds in work]

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        await end(tasks)

    async def poll_versions(self) -> None:
        """One query for the versions of all rooms that local sockets are in."""
        rooms = list(self._hub.channels)
        if not rooms:
            return
        for room, version in (await self._hub.queries.versions(rooms)).items():
            if (channel := self._hub.channels.get(room)) is not None:
                channel.observe(version)

    async def poll_access(self) -> None:
        """The last minute's changes of access, each applied once; ids commit out of order, so all are read again.

        After a time without an answer, of the minute before it too.
        """
        now = time.monotonic()
        if not self._hub.people:
            self._asked_access = now
            return
        for change in await self._hub.queries.access_changes(WINDOW_SECONDS + now - self._asked_access):
            if change.id not in self._applied:
                self._applied[change.id] = now
                self._hub.apply(change)
        self._asked_access = now
        self._applied = {number: at for number, at in self._applied.items() if now - at < REMEMBERED_SECONDS}

    async def renew_presence(self) -> None:
        """Keep this process's lease; announce what was missed meanwhile and whose processes lost theirs."""
        for look in (self._hub.presence.renew, self._hub.presence.sweep):
            for change in await look():
                if change.room:
                    self._hub.tell_presence(change)

    async def close_overdue(self) -> None:
        """Close sockets whose session has run out, and those that used to ping and have been silent for a minute."""
        now, clock = self._hub.loop.time(), time.time()
        for connections in list(self._hub.people.values()):
            for connection in list(connections):
                if connection.expires_at <= clock:
                    connection.close(Close.SESSION_ENDED)
                elif connection.has_pinged and now - connection.last_heard > SILENCE_SECONDS:
                    connection.close(Close.SILENT)


async def _every(seconds: float, poll: Callable[[], Awaitable[None]]) -> None:
    failing, loop = False, asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await poll()
            failing = False
        except Exception:
            if not failing:
                logger.exception("%s failed; it will be tried again", poll.__qualname__)
            failing = True
        # By the clock: an answer that took long does not put off the next question as well.
        await asyncio.sleep(max(seconds - (loop.time() - began), seconds / 5))
