"""`send_message`, `edit_message`, `delete_message`."""

from typing import Any

from campfire.data.database import in_thread
from campfire.errors import NotFound
from chat.access import NO_ROOM
from chat.actions import messages as actions
from chat.consumers.socket import Socket
from chat.payloads import deletion_payload
from chat.realtime.frames import DeleteMessage, EditMessage, SendMessage, encode


async def send_message(socket: Socket, frame: SendMessage) -> None:
    """Acknowledge what has been committed; the sending socket is told by `message_sent` alone."""
    if frame.thread_id is not None or frame.attachment_ids:
        raise NotFound("This thread or attachment does not exist.")
    await socket.hub.wait_for_readers(str(frame.room_id))
    if socket.connection.closed:
        return
    posted = await actions.post_message_async(
        user=socket.user,
        room=frame.room_id,
        content=frame.content,
        client_message_id=frame.client_message_id,
        origin=socket.connection.id,
    )
    message = posted.payload
    answer = {
        "type": "message_sent",
        "room_id": message["room_id"],
        "message_id": message["id"],
        "client_message_id": message["client_message_id"],
        "seq": message["seq"],
        "version": message["version"],
        "duplicate": posted.duplicate,
        "message": message,
    }
    encoded = encode(answer if frame.ref is None else {**answer, "ref": frame.ref})
    if not socket.connection.put_answer(encoded, message["room_id"], posted.membership):
        raise NotFound(NO_ROOM)


async def edit_message(socket: Socket, frame: EditMessage) -> None:
    message = await in_thread(
        actions.edit_message,
        user=socket.user,
        message=frame.message_id,
        content=frame.content,
        origin=socket.connection.id,
    )
    _answer(socket, {"type": "message_updated", "message": message}, message["room_id"], frame.ref)


async def delete_message(socket: Socket, frame: DeleteMessage) -> None:
    message = await in_thread(
        actions.delete_message, user=socket.user, message=frame.message_id, origin=socket.connection.id
    )
    _answer(socket, {"type": "message_deleted", **deletion_payload(message)}, message["room_id"], frame.ref)


def _answer(socket: Socket, frame: dict[str, Any], room: str, ref: str | None) -> None:
    """Answer about a room, unless the socket has been put out of it: then its name is not spoken again."""
    if socket.connection.has_lost(room):
        raise NotFound("This message does not exist, or you cannot see it.")
    socket.put(frame, ref, room=room)
