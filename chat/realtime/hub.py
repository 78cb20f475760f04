"""The hub of a process: its sockets, the rooms they are in, and what reaches them.

Everything here runs on one event loop. What the hub needs to know of the database it is given as `Sources`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from chat.realtime.access_changes import AccessChange, admit, apply_access_change
from chat.realtime.connection import Connection
from chat.realtime.frames import encode
from chat.realtime.layer import EVERYBODY, LayerLink
from chat.realtime.presence import ANYWHERE, MOST_NAMED, Presence, Transition
from chat.realtime.room_channel import Delivery, Replay, RoomChannel, Subscription
from chat.realtime.tasks import end

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """What a membership look-up found: the row, the room's version at that moment, the `room_added` frame."""

    membership: int
    version: int
    frame: str


@dataclass(frozen=True, slots=True)
class News:
    """A frame for all sockets of some people; `room` if it names one, which they must be in."""

    frame: str
    people: frozenset[str]
    room: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the hub asks of the database; `access_changes` those of the last so many seconds."""

    replay: Callable[[str, int], Awaitable[Replay | None]]
    versions: Callable[[Sequence[str]], Awaitable[dict[str, int]]]
    access_changes: Callable[[float], Awaitable[list[AccessChange]]]
    admission: Callable[[str, str], Awaitable[Admission | None]]
    news: Callable[[AccessChange], Awaitable[News | None]]


class Hub:
    """See the module. `presence` and `layer` are shared with other processes; without others there is no `layer`."""

    def __init__(self, sources: Sources, presence: Presence, layer: Any, *, process: str = "") -> None:
        self.process = process or uuid4().hex
        self.sources = sources
        self.presence = presence
        self.loop = asyncio.get_running_loop()
        self.link = LayerLink(layer, self.process, self._receive)
        self.people: dict[str, set[Connection]] = {}
        self.channels: dict[str, RoomChannel] = {}
        self.telling = asyncio.Lock()
        # Asks for changes of access that were committed until now, and applies them (realtime/polls.py).
        self.check_access: Callable[[], Awaitable[None]] = _nothing
        self._tasks: set[asyncio.Task[None]] = set()

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
            self.link.hold(_person(connection.user))
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
            self.link.release(_person(connection.user))
        if not self.people:
            self.link.release(EVERYBODY)
        for subscription in list(connection.subscriptions.values()):
            await self.drop(subscription)
        await self.presence.leave(ANYWHERE, connection.user)

    # ---- rooms -----------------------------------------------------------------------------------------

    def watch(self, connection: Connection, room: str, membership: int, version: int) -> None:
        """Have a socket hear that something happens in a room it has not joined."""
        if connection.closed or connection.is_revoked(room, membership) or room in connection.subscriptions:
            return
        subscription = self._subscribe(connection, room)
        subscription.channel.start_at(version)
        subscription.activate(membership, version, reading=False)

    def begin_join(self, connection: Connection, room: str) -> Subscription:
        """Register before looking up: from here on the room's versions are held for this socket.

        `joining` is this attempt's own mark, by which a look-up that was overtaken by another knows it.
        """
        subscription = connection.subscriptions.get(room) or self._subscribe(connection, room)
        if subscription.pending is None:
            subscription.pending = []
        subscription.joining = object()
        return subscription

    async def finish_join(self, subscription: Subscription, membership: int, version: int) -> bool:
        """The look-up admitted the socket: count it in. False if that membership has been revoked meanwhile.

        The caller then queues `room_joined` through `Subscription.activate`.
        """
        connection, channel = subscription.connection, subscription.channel
        overtaken = connection.subscriptions.get(channel.room) is not subscription
        if overtaken or connection.is_revoked(channel.room, membership):
            await self.drop(subscription)
            return False
        channel.start_at(version)
        if not subscription.reading:
            subscription.reading, subscription.told = True, channel.update_count
            self._announce(channel, connection.user, await self.presence.enter(channel.room, connection.user), "online")
        return connection.subscriptions.get(channel.room) is subscription

    async def fail_join(self, subscription: Subscription) -> None:
        """The look-up refused: back to watching what was watched, or out. What was held is not for somebody removed."""
        connection, room = subscription.connection, subscription.channel.room
        subscription.joining = None
        if subscription.membership and connection.subscriptions.get(room) is subscription:
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
        if connection.subscriptions.get(channel.room) is subscription:
            del connection.subscriptions[channel.room]
        channel.discard(subscription)
        if not channel.subscriptions and self.channels.get(channel.room) is channel:
            del self.channels[channel.room]
            channel.close()
            self.link.release(_room(channel.room))
        if subscription.called:
            # The change that said so found them asking. Nobody says it again.
            subscription.called = False
            self.spawn(admit(self, connection, channel.room))
        if subscription.reading:
            await self.leave(subscription)

    def _subscribe(self, connection: Connection, room: str) -> Subscription:
        channel = self.channels.get(room)
        if channel is None:
            channel = self.channels[room] = RoomChannel(room, self._replay)
            self.link.hold(_room(room))
        subscription = Subscription(connection, channel, pending=[])
        connection.subscriptions[room] = subscription
        channel.add(subscription)
        return subscription

    async def _replay(self, room: str, after: int) -> Replay | None:
        """What nobody broadcast, for those who may still hear it: whoever took somebody out was not heard either."""
        found = await self.sources.replay(room, after)
        await self.check_access()
        return found

    async def breath(self, room: str) -> None:
        """Wait, but not for long, while the crowd in `room` cannot keep up with what is said there."""
        if (channel := self.channels.get(room)) is not None:
            await channel.breath()

    async def settled(self, room: str) -> None:
        """Wait until other processes reach this one about `room`."""
        await self.link.settled(_room(room))

    # ---- what reaches them -----------------------------------------------------------------------------

    def deliver(self, room: str, deliveries: Sequence[Delivery]) -> None:
        """Versions of a room that were committed here: to local sockets and to other processes, as one message."""
        self.link.publish(_room(room), {"kind": "deliver", "room": room, "items": list(deliveries)})
        self._deliver(room, deliveries)

    def update(self, room: str, kind: str, user: str, frame: str) -> None:
        """A latest value about `user` for all others who read `room`, everywhere."""
        self.link.publish(_room(room), {"kind": "update", "room": room, "about": [kind, user], "frame": frame})
        self._update(room, kind, user, frame)

    def tell_presence(self, room: str, user: str, status: str, count: int) -> None:
        """Somebody came into `room` or went, and now `count` people are there: for all others who read it."""
        # A crowd is told numbers only, so there the latest number replaces all before it.
        about = user if count <= MOST_NAMED else ""
        self.update(room, "presence", about, presence_frame(room, user, status, count))

    def tell(self, user: str, frame: str, *, room: str | None = None, origin: str | None = None) -> None:
        """A frame for all sockets of a person, everywhere, but the one called `origin`; `room` if it names one."""
        message = {"kind": "tell", "user": user, "frame": frame, "room": room, "origin_socket": origin}
        self.link.publish(_person(user), message)
        self._tell(user, frame, room, origin)

    def change_access(self, change: AccessChange) -> None:
        """Apply a change of access here and everywhere."""
        self.link.publish(EVERYBODY, {"kind": "access", "change": asdict(change)})
        self.apply(change)

    def apply(self, change: AccessChange) -> None:
        """Apply a change of access to local sockets; any number of times."""
        apply_access_change(self, change)

    def spawn(self, work: Awaitable[None]) -> None:
        """Run `work` beside; it is awaited by nobody but logged when it fails."""
        task: asyncio.Task[None] = asyncio.ensure_future(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End everything this hub started."""
        await end(self._tasks)
        for channel in self.channels.values():
            channel.close()
        await self.link.stop()
        await self.presence.close()

    def _announce(self, channel: RoomChannel, user: str, transition: Transition, status: str) -> None:
        if transition.changed:
            self.tell_presence(channel.room, user, status, transition.count)

    def _deliver(self, room: str, deliveries: Sequence[Delivery]) -> None:
        if (channel := self.channels.get(room)) is not None:
            channel.receive(deliveries)

    def _update(self, room: str, kind: str, user: str, frame: str) -> None:
        if (channel := self.channels.get(room)) is not None:
            channel.update(kind, user, frame)

    def _tell(self, user: str, frame: str, room: str | None, origin: str | None) -> None:
        for connection in self.connections_of(user):
            if connection.id != origin and (room is None or room in connection.subscriptions):
                connection.put(frame, room)

    def _receive(self, message: dict[str, Any]) -> None:
        """Something another process published."""
        kind = message["kind"]
        if kind == "deliver":
            self._deliver(message["room"], [Delivery(*item) for item in message["items"]])
        elif kind == "update":
            about, user = message["about"]
            self._update(message["room"], about, user, message["frame"])
        elif kind == "tell":
            self._tell(message["user"], message["frame"], message["room"], message["origin_socket"])
        elif kind == "access":
            self.apply(AccessChange(**message["change"]))


def presence_frame(room: str, user: str, status: str, count: int) -> str:
    """Somebody came or went. In a room of more than 200 only the number is told."""
    frame: dict[str, Any] = {"type": "presence_update", "room_id": room}
    if count <= MOST_NAMED:
        frame |= {"user_id": user, "status": status}
    return encode({**frame, "participant_count": count})


async def _nothing() -> None:
    """Where nobody asks for changes of access."""


async def _logged(work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except Exception:
        logger.exception("Work beside the hub failed")


def _room(room: str) -> str:
    return f"room.{room}"


def _person(user: str) -> str:
    return f"person.{user}"
