"""Events to frames to hubs. Lost on the way they are healed by the room clock, so nothing here waits or retries."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from accounts.access import people_who_see
from accounts.events import MemberJoined, UserUpdated
from accounts.models import User
from chat.deliveries import Versioned, delivery_of
from chat.events import MembershipUpdated, ReadStateChanged
from chat.hubs import running_hubs
from chat.realtime.frames import encode
from chat.realtime.hub import Hub
from chat.realtime.room_channel import Delivery


def versions(events: Sequence[Versioned]) -> None:
    """New versions of rooms, those of one commit together."""
    hubs = running_hubs()
    if not hubs:
        return
    rooms: defaultdict[str, list[Delivery]] = defaultdict(list)
    for event in events:
        rooms[event.room].append(delivery_of(event))
    on_hubs(lambda hub: _deliver(hub, rooms))


def _deliver(hub: Hub, rooms: dict[str, list[Delivery]]) -> None:
    for room, deliveries in rooms.items():
        hub.deliver(room, deliveries)


def personal(events: Sequence[ReadStateChanged | MembershipUpdated]) -> None:
    """What only one person may see, for all their sockets but the one that asked."""
    for event in events:
        if isinstance(event, ReadStateChanged):
            _tell(event.user, encode({"type": "read_state", **event.payload}), event.room, event.origin)
        else:
            _tell(event.user, encode({"type": "membership_updated", **event.payload}), event.room, None)


def people(events: Sequence[UserUpdated | MemberJoined]) -> None:
    """A new name or a new face, for those who may see it and are connected, to whichever process."""
    for event in events if running_hubs() else ():
        seeing = people_who_see(User.objects.get(uuid=event.user))
        if isinstance(event, UserUpdated):
            frame = {"type": "user_updated", "user": event.payload}
        else:
            frame = {"type": "user_joined_workspace", "workspace_id": event.workspace, "user": event.payload}
            seeing = seeing.filter(members__workspace=event.workspace_id)
        _tell_all([str(uuid) for uuid in seeing.values_list("uuid", flat=True)], encode(frame))


def on_hubs(call: Callable[[Hub], object]) -> None:
    """Have every hub of this process do something, on its own loop, in the order of these calls."""
    for hub in running_hubs():
        try:
            hub.loop.call_soon_threadsafe(call, hub)
        except RuntimeError:
            # The loop has just closed; its sockets are gone with it.
            continue


def _tell(user: str, frame: str, room: str | None, origin: str | None) -> None:
    on_hubs(lambda hub: hub.tell(user, frame, room=room, origin=origin))


def _tell_all(users: Sequence[str], frame: str) -> None:
    on_hubs(lambda hub: hub.spawn(hub.tell_connected(users, frame)))
