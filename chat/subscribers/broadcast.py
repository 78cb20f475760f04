"""Events to frames to hubs. Lost on the way they are healed by the room clock, so nothing here waits or retries."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from chat.delivery.frames import Versioned, delivery_of
from chat.delivery.hubs import running_hubs
from chat.events import ReadStateChanged
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


def read_states(events: Sequence[ReadStateChanged]) -> None:
    """A marker moved: for that person's other sockets."""
    for event in events:
        frame = encode({"type": "read_state", **event.payload})
        on_hubs(lambda hub, event=event, frame=frame: hub.tell(event.user, frame, room=event.room, origin=event.origin))  # type: ignore[misc]


def on_hubs(call: Callable[[Hub], object]) -> None:
    """Have every hub of this process do something, on its own loop, in the order of these calls."""
    for hub in running_hubs():
        try:
            hub.loop.call_soon_threadsafe(call, hub)
        except RuntimeError:
            # The loop has just closed; its sockets are gone with it.
            continue
