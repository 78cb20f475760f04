"""`mark_read`, `mark_unread`."""

from collections.abc import Callable
from typing import Any

from campfire.data.database import in_thread
from campfire.errors import NotFound
from chat.access import NO_ROOM
from chat.actions import read_states as actions
from chat.consumers.socket import Socket
from chat.realtime.frames import MarkRead, MarkUnread


async def mark_read(socket: Socket, frame: MarkRead) -> None:
    await _move(socket, frame, actions.mark_read)


async def mark_unread(socket: Socket, frame: MarkUnread) -> None:
    await _move(socket, frame, actions.mark_unread)


async def _move(socket: Socket, frame: MarkRead | MarkUnread, action: Callable[..., dict[str, Any]]) -> None:
    state = await in_thread(action, user=socket.user, room=frame.room_id, seq=frame.seq, origin=socket.connection.id)
    room = str(frame.room_id)
    if socket.connection.has_lost(room):
        raise NotFound(NO_ROOM)
    socket.put({"type": "read_state", **state}, frame.ref, room=room)
