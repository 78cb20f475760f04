"""`catch_up`: the frames after a cursor, then where that leads."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from campfire.data.database import BatchedLookup
from campfire.errors import CampfireError, InvalidCursor, InvalidFrame, NotFound
from chat.access import NO_ROOM
from chat.consumers.socket import Socket
from chat.models import Room
from chat.queries.catchup import Changes, changes_since, cursor_of
from chat.queries.membership import Asked, membership_ids
from chat.realtime.frames import CatchUp, encode

# How many cursors one look-up serves: each page may be 500 messages long, and others wait for theirs.
CURSORS_AT_ONCE = 8


class Cursor(NamedTuple):
    """From where on a room is told: a version, or the message that came to be with it."""

    room: UUID
    version: int | None
    message: UUID | None
    epoch: str | None


async def catch_up(socket: Socket, frame: CatchUp) -> None:
    """One page; waits while the socket's queue is more than half full, and ends unspoken after a removal."""
    if (frame.last_seen_version is None) == (frame.last_seen_message_id is None):
        raise InvalidFrame("Give either last_seen_version or last_seen_message_id.")
    room = str(frame.room_id)
    membership = await look_up_membership(Asked(socket.user, room))
    if membership is None:
        raise NotFound(NO_ROOM)
    page = await page_after(
        Cursor(frame.room_id, frame.last_seen_version, frame.last_seen_message_id, frame.epoch),
    )
    await tell(socket, page, room, membership)
    end = complete(room, len(page.changes), page.version, has_more=page.has_more, ref=frame.ref)
    if not await socket.connection.put_patiently(end, room, membership):
        raise NotFound(NO_ROOM)


async def page_after(cursor: Cursor) -> Changes:
    """The page that a cursor asks for. Raises `InvalidCursor` or `NotFound`."""
    page = await look_up_page(cursor)
    if isinstance(page, Changes):
        return page
    raise page or NotFound(NO_ROOM)


async def tell(socket: Socket, page: Changes, room: str, membership: int) -> None:
    """The frames of `page`, as fast as they are read. Raises `NotFound` once the membership has been revoked."""
    for change in page.changes:
        if not await socket.connection.put_patiently(change.frame, room, membership):
            raise NotFound(NO_ROOM)


def complete(room: str, count: int, version: int, *, has_more: bool = False, ref: str | None = None) -> str:
    """The frame that ends a catch-up of `count` frames: where it led, and whether to ask again from there."""
    end: dict[str, object] = {
        "type": "catch_up_complete",
        "room_id": room,
        "message_count": count,
        "version": version,
        "has_more": has_more,
    }
    return encode(end if ref is None else {**end, "ref": ref})


def _pages(cursors: Sequence[Cursor]) -> dict[Cursor, Changes | CampfireError]:
    return {cursor: _page(cursor) for cursor in cursors}


def _page(cursor: Cursor) -> Changes | CampfireError:
    """A page, or why there is none: one wrong cursor is no other one's trouble."""
    try:
        return changes_since(cursor.room, _version(cursor), epoch=cursor.epoch)
    except CampfireError as error:
        return error


def _version(cursor: Cursor) -> int:
    if cursor.message is None:
        version = cursor.version or 0
    elif room := Room.objects.filter(uuid=cursor.room).first():
        version = cursor_of(room, cursor.message)
    else:
        raise NotFound(NO_ROOM)
    if version < 0:
        raise InvalidCursor
    return version


# After an outage everybody comes back to where all were: the same page, read and encoded once for those who wait.
look_up_page: BatchedLookup[Cursor, Changes | CampfireError] = BatchedLookup(_pages, most=CURSORS_AT_ONCE)
look_up_membership: BatchedLookup[Asked, int] = BatchedLookup(membership_ids)
