"""The hub: a process's publish/subscribe broker, which delivers to its sockets what happens here and elsewhere."""

from collections.abc import Sequence
from dataclasses import asdict

from chat.realtime.access_changes import apply_access_change
from chat.realtime.hub_queries import AccessChange
from chat.realtime.layer import EVERYBODY, Message
from chat.realtime.presence import PresenceChange
from chat.realtime.registry import Registry, person_group, room_group
from chat.realtime.room_channel import Delivery
from chat.realtime.tasks import end


class Hub(Registry):
    """Publishes committed changes to rooms and people, in this process and in the others; applies changes of access."""

    def deliver(self, room: str, deliveries: Sequence[Delivery]) -> None:
        """Versions of a room that were committed here: to local sockets and to other processes, as one message."""
        self.link.publish(room_group(room), {"kind": "deliver", "room": room, "items": list(deliveries)})
        self._deliver(room, deliveries)

    def tell(self, user: str, frame: str, *, room: str | None = None, origin: str | None = None) -> None:
        """A frame for all sockets of a person, everywhere, but the one called `origin`; `room` if it names one."""
        message = {"kind": "tell", "user": user, "frame": frame, "room": room, "origin_socket": origin}
        self.link.publish(person_group(user), message)
        self._tell(user, frame, room, origin)

    def change_access(self, change: AccessChange) -> None:
        """Apply a change of access here and everywhere."""
        self.link.publish(EVERYBODY, {"kind": "access", "change": asdict(change)})
        self.apply(change)

    def apply(self, change: AccessChange) -> None:
        """Apply a change of access to local sockets; any number of times."""
        apply_access_change(self, change)

    async def stop(self) -> None:
        """End everything this hub started."""
        await end(self._tasks)
        for channel in self.channels.values():
            channel.close()
        await self.link.stop()
        await self.presence.close()

    def _deliver(self, room: str, deliveries: Sequence[Delivery]) -> None:
        if (channel := self.channels.get(room)) is not None:
            channel.receive(deliveries)

    def _tell(self, user: str, frame: str, room: str | None, origin: str | None) -> None:
        for connection in self.connections_of(user):
            if connection.id != origin and (room is None or room in connection.rooms):
                connection.put(frame, room)

    def receive(self, message: Message) -> None:
        """Something another process published."""
        kind = message["kind"]
        if kind == "deliver":
            self._deliver(message["room"], [Delivery(*item) for item in message["items"]])
        elif kind == "update":
            about, user = message["about"]
            self._update(message["room"], about, user, message["frame"])
        elif kind == "presence":
            self._tell_presence(PresenceChange(**message["change"]))
        elif kind == "tell":
            self._tell(message["user"], message["frame"], message["room"], message["origin_socket"])
        elif kind == "access":
            self.apply(AccessChange(**message["change"]))
