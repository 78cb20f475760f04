"""The sockets of a process and the rooms they are in.

Everything here runs on one event loop. What is not known here is asked of the database through `HubQueries`.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from chat.realtime.connection import Connection
from chat.realtime.frames import encode
from chat.realtime.hub_queries import Admission, HubQueries
from chat.realtime.layer import EVERYBODY, LayerLink, Message
from chat.realtime.presence import ANYWHERE, MOST_NAMED, Presence, PresenceChange, PresenceStatus, Transition
from chat.realtime.room_channel import Replay, RoomChannel, Subscription

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class Registry(ABC):
    """Which sockets are connected here and which rooms they are in; `hub.Hub` adds the delivery to them.

    `presence` and `layer` are shared with other processes; without others there is no `layer`.
    """

    def __init__(self, queries: HubQueries, presence: Presence, layer: Any, *, process: str = "") -> None:
        self.process = process or uuid4().hex
        self.queries = queries
        self.presence = presence
        self.loop = asyncio.get_running_loop()
        self.link = LayerLink(layer, self.process, self.receive)
        self.people: dict[str, set[Connection]] = {}
        self.channels: dict[str, RoomChannel] = {}
        # Asks for changes of access that were committed until now, and applies them (realtime/polls.py).
        self.check_access: Callable[[], Awaitable[None]] = _nothing
        # Notices are looked up one by one, so that the latest is told last.
        self.giving_notice = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    def receive(self, message: Message) -> None:
        """Something another process published."""

    # ---- sockets ---------------------------------------------------------------------------------------

    @property
    def connection_count(self) -> int:
        return sum(len(connections) for connections in self.people.values())

    def connections_of(self, user: str) -> set[Connection]:
        return self.people.get(user, set())

    async def add(self, connection: Connection) -> None:
        """Register a socket, before anything about it is looked up, so that no change is missed."""
        if not self.people:
            self.link.hold(EVERYBODY)
        if connection.user not in self.people:
            self.link.hold(person_group(connection.user))
        self.people.setdefault(connection.user, set()).add(connection)
        self.link.start()
        await self.presence.enter(ANYWHERE, connection.user)

    async def remove(self, connection: Connection) -> None:
        """Forget a socket and everything it was in."""
        theirs = self.people.get(connection.user, set())
        if connection not in theirs:
            return
        connection.stop()
        theirs.discard(connection)
        if not theirs:
            del self.people[connection.user]
            self.link.release(person_group(connection.user))
        if not self.people:
            self.link.release(EVERYBODY)
        for subscription in self.subscriptions_of(connection):
            await self.drop(subscription)
        await self.presence.leave(ANYWHERE, connection.user)

    # ---- rooms -----------------------------------------------------------------------------------------

    def subscription(self, connection: Connection, room: str) -> Subscription | None:
        """How a socket is in a room, if it is."""
        channel = self.channels.get(room)
        return channel.subscriptions.get(connection.id) if channel else None

    def subscriptions_of(self, connection: Connection) -> list[Subscription]:
        """All of a socket's."""
        found = (self.subscription(connection, room) for room in connection.rooms)
        return [subscription for subscription in found if subscription]

    def watch(self, connection: Connection, room: str, membership: int, version: int) -> None:
        """Have a socket hear that something happens in a room it has not joined."""
        if connection.closed or connection.is_revoked(room, membership) or room in connection.rooms:
            return
        subscription = self._subscribe(connection, room)
        subscription.channel.start_at(version)
        subscription.activate(membership, version, reading=False)

    def begin_join(self, connection: Connection, room: str) -> Subscription:
        """Register before looking up: from here on the room's versions are held for this socket.

        `joining` is this attempt's own mark, by which a look-up that was overtaken by another knows it.
        """
        subscription = self.subscription(connection, room) or self._subscribe(connection, room)
        if subscription.joining is not None:
            # The look-up under way is overtaken. It may be one that nobody repeats: this one answers for it.
            subscription.called = True
        if subscription.pending is None:
            subscription.pending = []
        subscription.joining = object()
        return subscription

    async def finish_join(self, subscription: Subscription, membership: int, version: int) -> bool:
        """The look-up admitted the socket: count it in. False if that membership has been revoked meanwhile.

        The caller then queues `room_joined` through `Subscription.activate`.
        """
        connection, channel = subscription.connection, subscription.channel
        overtaken = self.subscription(connection, channel.room) is not subscription
        if overtaken or connection.is_revoked(channel.room, membership):
            await self.drop(subscription)
            return False
        channel.start_at(version)
        if not subscription.reading:
            subscription.reading, subscription.told = True, channel.update_count
            self._announce(channel, connection.user, await self.presence.enter(channel.room, connection.user), "online")
        return self.subscription(connection, channel.room) is subscription

    async def fail_join(self, subscription: Subscription) -> None:
        """The look-up refused: back to watching what was watched, or out. What was held is not for somebody removed."""
        connection, room = subscription.connection, subscription.channel.room
        subscription.joining = None
        if subscription.membership and self.subscription(connection, room) is subscription:
            subscription.release()
        else:
            await self.drop(subscription)

    async def leave(self, subscription: Subscription) -> None:
        """From reading back to watching."""
        channel, user = subscription.channel, subscription.connection.user
        subscription.reading = False
        self._announce(channel, user, await self.presence.leave(channel.room, user), "offline")

    async def drop(self, subscription: Subscription) -> None:
        """Out of the room altogether; looked up again if they were let in while they asked."""
        connection, channel = subscription.connection, subscription.channel
        if self.subscription(connection, channel.room) is subscription:
            connection.rooms.discard(channel.room)
        channel.discard(subscription)
        if not channel.subscriptions and self.channels.get(channel.room) is channel:
            del self.channels[channel.room]
            channel.close()
            self.link.release(room_group(channel.room))
        if subscription.called:
            # The change that said so found them asking. Nobody says it again.
            subscription.called = False
            self.spawn(self.admit(connection, channel.room))
        if subscription.reading:
            await self.leave(subscription)

    async def admit(self, connection: Connection, room: str) -> None:
        """Look up what a new member may see of a room, and begin to watch it, unless that has happened meanwhile."""
        if connection.opened is not None:
            await connection.opened.wait()
        if connection.closed or room in connection.rooms:
            return
        subscription = self.begin_join(connection, room)
        attempt = subscription.joining
        try:
            admission = await self._current_admission(connection, room)
        except Exception:
            # The poll applies each change once, so nobody else would try again.
            if subscription.joining is attempt:
                await self.fail_join(subscription)
            self.loop.call_later(RETRY_SECONDS, lambda: self.spawn(self.admit(connection, room)))
            raise
        if self.subscription(connection, room) is not subscription or subscription.joining is not attempt:
            return
        if admission is None or connection.is_revoked(room, admission.membership):
            await self.drop(subscription)
            return
        subscription.channel.start_at(admission.version)
        connection.return_to(room, admission.frame)
        subscription.activate(admission.membership, admission.version, reading=False)

    async def _current_admission(self, connection: Connection, room: str) -> Admission | None:
        admission = await self.queries.admission(connection.user, room)
        if admission is not None and connection.is_revoked(room, admission.membership):
            # That membership ended during the look-up; a newer one shows now.
            admission = await self.queries.admission(connection.user, room)
        return admission

    def _subscribe(self, connection: Connection, room: str) -> Subscription:
        channel = self.channels.get(room)
        if channel is None:
            channel = self.channels[room] = RoomChannel(room, self._replay)
            self.link.hold(room_group(room))
        subscription = Subscription(connection, channel, pending=[])
        connection.rooms.add(room)
        channel.add(subscription)
        return subscription

    async def _replay(self, room: str, after: int) -> Replay | None:
        """What nobody broadcast, for those who may still hear it: whoever took somebody out was not heard either."""
        found = await self.queries.replay(room, after)
        await self.check_access()
        return found

    async def wait_for_readers(self, room: str) -> None:
        """Wait, but not for long, while the crowd in `room` cannot keep up with what is said there."""
        if (channel := self.channels.get(room)) is not None:
            await channel.wait_for_readers()

    async def settled(self, room: str) -> None:
        """Wait until other processes reach this one about `room`."""
        await self.link.settled(room_group(room))

    # ---- latest values --------------------------------------------------------------------------------------

    def update(self, room: str, kind: str, user: str, frame: str) -> None:
        """A latest value about `user` for all others who read `room`, everywhere."""
        self.link.publish(room_group(room), {"kind": "update", "room": room, "about": [kind, user], "frame": frame})
        self._update(room, kind, user, frame)

    def tell_presence(self, change: PresenceChange) -> None:
        """Somebody came into a room or went: for all others who read it, everywhere."""
        self.link.publish(room_group(change.room), {"kind": "presence", "change": asdict(change)})
        self._tell_presence(change)

    def _tell_presence(self, told: PresenceChange) -> None:
        channel = self.channels.get(told.room)
        if channel is None or (change := channel.presence.take(told)) is None:
            return
        # A crowd is told numbers only, so there the latest number replaces all before it.
        about = change.user if change.count <= MOST_NAMED else ""
        channel.update("presence", about, presence_frame(change))

    def _announce(self, channel: RoomChannel, user: str, transition: Transition, status: PresenceStatus) -> None:
        if transition.changed:
            self.tell_presence(PresenceChange(channel.room, user, status, transition.count, transition.at))

    def _update(self, room: str, kind: str, user: str, frame: str) -> None:
        if (channel := self.channels.get(room)) is not None:
            channel.update(kind, user, frame)

    # ---- work beside ----------------------------------------------------------------------------------------

    def spawn(self, work: Awaitable[None]) -> None:
        """Run `work` beside; it is awaited by nobody but logged when it fails."""
        task: asyncio.Task[None] = asyncio.ensure_future(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def presence_frame(change: PresenceChange) -> str:
    """Somebody came or went. In a room of more than 200 only the number is told."""
    frame: dict[str, Any] = {"type": "presence_update", "room_id": change.room}
    if change.count <= MOST_NAMED:
        frame |= {"user_id": change.user, "status": change.status}
    return encode({**frame, "participant_count": change.count})


async def _nothing() -> None:
    """Where nobody asks for changes of access."""


async def _logged(work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except Exception:
        logger.exception("A background task of the hub failed")


def room_group(room: str) -> str:
    """The layer's group of processes with a socket in `room`."""
    return f"room.{room}"


def person_group(user: str) -> str:
    """The layer's group of processes with a socket of `user`."""
    return f"person.{user}"
