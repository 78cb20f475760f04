"""Which handler answers which frame: one file for each noun, joined here."""

from collections.abc import Awaitable, Callable
from typing import Any

from chat.consumers import catchup, heartbeat, messages, read_states, rooms, typing
from chat.realtime import frames

Handler = Callable[[Any, Any], Awaitable[None]]

HANDLERS: dict[type[frames.Frame], Handler] = {
    frames.Ping: heartbeat.ping,
    frames.JoinRoom: rooms.join_room,
    frames.LeaveRoom: rooms.leave_room,
    frames.SendMessage: messages.send_message,
    frames.EditMessage: messages.edit_message,
    frames.DeleteMessage: messages.delete_message,
    frames.CatchUp: catchup.catch_up,
    frames.Typing: typing.typing,
    frames.MarkRead: read_states.mark_read,
    frames.MarkUnread: read_states.mark_unread,
}
