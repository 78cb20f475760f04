"""The link to the hubs of other processes: the only module that knows the channel layer.

Each process has one channel, which is in the group of every room with a local socket. Publishing goes through a bounded
queue and a task of its own, so no sender waits for Redis; what is dropped here the room clock heals.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

from chat.realtime.tasks import end

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Receive = Callable[[Message], None]

MOST_WAITING = 10_000
# Characters of frames, of all that waits together: a Redis that says nothing costs memory up to here.
MOST_WAITING_SIZE = 16 * 1024 * 1024
RETRY_SECONDS = 1.0
EVERYBODY = "everybody"


class LayerLink:
    """Publishes to groups and receives what other processes publish to those that are held here.

    `layer` is any Channels layer with groups, None where this process is alone; `process` names the origin, whose own
    messages are dropped on return.
    """

    def __init__(self, layer: Any, process: str, receive: Receive) -> None:
        self._layer = layer
        self._process = process
        self._receive = receive
        self._channel = ""
        self._named = asyncio.Event()
        self._held: Counter[str] = Counter()
        self._joined: set[str] = set()
        self._changed = asyncio.Event()
        self._reconciled = asyncio.Event()
        self._away = False
        self._outgoing: asyncio.Queue[tuple[str, Message]] = asyncio.Queue(MOST_WAITING)
        self._waiting_size = 0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to exchange messages; needs a running loop."""
        if not self._tasks and self._layer is not None:
            self._tasks = [asyncio.ensure_future(run()) for run in (self._run_groups, self._run_out, self._run_in)]

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        await end(tasks)
        for group in list(self._joined):
            try:
                await asyncio.wait_for(self._layer.group_discard(group, self._channel), 1)
            except Exception:
                break
        self._joined.clear()

    def hold(self, group: str) -> None:
        """One more local user of `group`; the first one subscribes."""
        self._held[group] += 1
        self._changed.set()

    def release(self, group: str) -> None:
        """One less; the last one unsubscribes."""
        self._held[group] -= 1
        if self._held[group] <= 0:
            del self._held[group]
        self._changed.set()

    async def settled(self, group: str, seconds: float = 1.0) -> None:
        """Wait until `group` is subscribed, but not for a layer that does not answer."""
        try:
            async with asyncio.timeout(seconds):
                while group not in self._joined and self._tasks:
                    self._reconciled.clear()
                    await self._reconciled.wait()
        except TimeoutError:
            logger.info("The channel layer does not respond; the database will be asked instead")

    def publish(self, group: str, message: Message) -> None:
        """Send `message` to the other processes that hold `group`, soon, or never."""
        if self._layer is None:
            return
        size = self._waiting_size + _size_of(message)
        if size > MOST_WAITING_SIZE or self._outgoing.full():
            self._lose(asyncio.QueueFull())
            return
        self._outgoing.put_nowait((group, {"type": "hub", "origin": self._process, **message}))
        self._waiting_size = size

    async def _run_groups(self) -> None:
        """Bring the subscriptions in line with what is held, one after the other, so that none overtakes another."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._reconcile()
            except Exception as error:
                self._lose(error)
                await asyncio.sleep(RETRY_SECONDS)
                self._changed.set()

    async def _reconcile(self) -> None:
        if not self._channel:
            self._channel = await self._layer.new_channel()
            self._named.set()
        for group in self._held.keys() - self._joined:
            await self._layer.group_add(group, self._channel)
            self._joined.add(group)
            self._reconciled.set()
        for group in self._joined - self._held.keys():
            await self._layer.group_discard(group, self._channel)
            self._joined.discard(group)

    async def _run_out(self) -> None:
        while True:
            group, message = await self._outgoing.get()
            self._waiting_size -= _size_of(message)
            try:
                await self._layer.group_send(group, message)
            except Exception as error:
                self._lose(error)
            else:
                self._find()

    def _lose(self, error: Exception) -> None:
        """Said once: an outage lasts for thousands of messages."""
        if not self._away:
            logger.warning("The channel layer is unavailable; other processes will ask the database: %r", error)
        self._away = True

    def _find(self) -> None:
        if self._away:
            logger.warning("The channel layer is back")
        self._away = False

    async def _run_in(self) -> None:
        await self._named.wait()
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception as error:
                self._lose(error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if message.get("origin") != self._process:
                self._take(message)

    def _take(self, message: Message) -> None:
        try:
            self._receive(message)
        except Exception:
            logger.exception("A message from another process could not be processed")


def _size_of(message: Message) -> int:
    """How many characters of frames it carries."""
    items = message.get("items", ())
    return len(message.get("frame", "")) + sum(len(item.frame) + len(item.activity) for item in items)
