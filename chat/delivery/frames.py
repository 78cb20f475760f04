"""Events and changes as the hub passes them on: each frame encoded once, for readers and for watchers."""

from collections.abc import Iterable
from typing import Any

from chat.events import MessageDeleted, MessagePosted, MessageUpdated, RoomUpdated
from chat.payloads import deletion_payload
from chat.queries.catchup import Change
from chat.realtime.frames import encode
from chat.realtime.room_channel import Delivery

Versioned = MessagePosted | MessageUpdated | MessageDeleted | RoomUpdated


def delivery_of(event: Versioned) -> Delivery:
    """An event of the room clock, ready for the hub."""
    if isinstance(event, RoomUpdated):
        frame = {"type": "room_updated", "room_id": event.room, "version": event.version, "room": event.payload}
        activity = _activity(event.room, event.payload["seq"], event.version, "room", None, ())
        return Delivery(event.version, encode(frame), activity)
    message = event.message
    change, frame = _change_and_frame(event)
    activity = _activity(event.room, message["seq"], event.version, change, message["creator_id"], message["mentions"])
    return Delivery(event.version, encode(frame), activity, event.origin)


def delivery_of_change(room: str, change: Change) -> Delivery:
    """A frame of a catch-up, ready for the hub."""
    activity = _activity(room, change.seq, change.version, change.kind, change.creator, change.mentions)
    return Delivery(change.version, change.frame, activity)


def _change_and_frame(event: MessagePosted | MessageUpdated | MessageDeleted) -> tuple[str, dict[str, Any]]:
    if isinstance(event, MessagePosted):
        return "message", {"type": "new_message", "message": event.message}
    if isinstance(event, MessageUpdated):
        return "update", {"type": "message_updated", "message": event.message}
    return "delete", {"type": "message_deleted", **deletion_payload(event.message)}


def _activity(room: str, seq: int, version: int, change: str, creator: str | None, mentions: Iterable[str]) -> str:
    return encode(
        {
            "type": "room_activity",
            "room_id": room,
            "seq": seq,
            "version": version,
            "change": change,
            "creator_id": creator,
            "mentions": list(mentions),
        }
    )
