"""What changed in a room since a version: one answer for socket, REST and hub (protocol: the room clock)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from campfire.data.database import snapshot
from campfire.errors import InvalidCursor, NotFound
from chat.access import NO_ROOM
from chat.models import Epoch, Message, Room
from chat.payloads import deletion_payload, room_payload
from chat.queries.messages import StoredMessage, read

LARGEST = 500
LARGEST_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Change:
    """One frame of a catch-up, as encoded, and what watchers need of it."""

    version: int
    frame: str
    kind: str
    seq: int
    creator: str | None
    mentions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of changes in order of version. `version` is the cursor to go on from."""

    changes: list[Change]
    version: int
    has_more: bool
    epoch: str
    room_version: int


def changes_since(room: UUID | str, version: int, *, limit: int = LARGEST, epoch: str | None = None) -> Changes:
    """The rows whose version lies above `version`, in their current state, read in one snapshot.

    Ends at `limit` frames or 512 KiB. Raises `InvalidCursor` for a version that this room never had or another
    epoch, `NotFound` when the room is gone. Whether the reader is a member is the caller's to check.
    """
    with snapshot():
        row = Room.objects.select_related("workspace").filter(uuid=room).first()
        if row is None:
            raise NotFound(NO_ROOM)
        current = Epoch.current_value()
        if not 0 <= version <= row.version or epoch not in (None, current):
            raise InvalidCursor
        messages = read("m.room_id = %s AND m.version > %s", [row.pk, version], order="m.version", limit=limit + 1)
        changes = [_message_change(message, version) for message in messages]
        if row.changed_version > version:
            changes.append(_room_change(row, current))
            changes.sort(key=lambda change: change.version)
    page = _fitting(changes, limit)
    has_more = len(page) < len(changes)
    return Changes(page, page[-1].version if has_more else row.version, has_more, current, row.version)


def cursor_of(room: Room, message: UUID | str) -> int:
    """The version at which a message of `room` came to be, or `InvalidCursor`."""
    version = Message.objects.filter(room=room, uuid=message).values_list("created_version", flat=True).first()
    if version is None:
        raise InvalidCursor("This message is not in this room.")
    return version


def _fitting(changes: list[Change], limit: int) -> list[Change]:
    size = 0
    for count, change in enumerate(changes[:limit]):
        # In bytes as they travel: a character of text may be four.
        size += len(change.frame.encode())
        if count and size > LARGEST_BYTES:
            return changes[:count]
    return changes[:limit]


def _message_change(message: StoredMessage, cursor: int) -> Change:
    payload = message.payload()
    frame: dict[str, Any]
    if message.deleted_at is not None:
        kind, frame = "delete", {"type": "message_deleted", **deletion_payload(payload)}
    elif message.created_version > cursor:
        kind, frame = "message", {"type": "new_message", "message": payload}
    else:
        kind, frame = "update", {"type": "message_updated", "message": payload}
    encoded = orjson.dumps({**frame, "replay": True}).decode()
    return Change(message.version, encoded, kind, message.seq, payload["creator_id"], tuple(payload["mentions"]))


def _room_change(room: Room, epoch: str) -> Change:
    frame = {
        "type": "room_updated",
        "room_id": str(room.uuid),
        "version": room.changed_version,
        "room": room_payload(room, epoch=epoch),
        "replay": True,
    }
    return Change(room.changed_version, orjson.dumps(frame).decode(), "room", room.seq, None, ())
