"""`catch_up`: the frames after a cursor, then where that leads."""

from accounts.models import User
from campfire.database import in_thread
from campfire.errors import InvalidCursor, InvalidFrame, NotFound
from chat.access import membership_for
from chat.catchup import Changes, changes_since, cursor_of
from chat.consumers.socket import Socket
from chat.realtime.frames import CatchUp, encode


async def catch_up(socket: Socket, frame: CatchUp) -> None:
    """One page; waits while the socket's queue is more than half full, and ends unspoken after a removal."""
    if (frame.last_seen_version is None) == (frame.last_seen_message_id is None):
        raise InvalidFrame("Give either last_seen_version or last_seen_message_id.")
    page, membership = await in_thread(_read, socket.user, frame)
    room = str(frame.room_id)
    for change in page.changes:
        if not await socket.connection.put_patiently(change.frame, room, membership):
            raise NotFound("There is no such room, or you are not in it.")
    answer = {
        "type": "catch_up_complete",
        "room_id": room,
        "message_count": len(page.changes),
        "version": page.version,
        "has_more": page.has_more,
    }
    if frame.ref is not None:
        answer["ref"] = frame.ref
    if not await socket.connection.put_patiently(encode(answer), room, membership):
        raise NotFound("There is no such room, or you are not in it.")


def _read(user: User, frame: CatchUp) -> tuple[Changes, int]:
    membership = membership_for(user, frame.room_id)
    if frame.last_seen_message_id is not None:
        version = cursor_of(membership.room, frame.last_seen_message_id)
    else:
        version = frame.last_seen_version or 0
    if version < 0:
        raise InvalidCursor
    return changes_since(frame.room_id, version, epoch=frame.epoch), membership.pk
