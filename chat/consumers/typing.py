"""`typing`: for those who read the room, from those who do."""

from campfire.errors import NotFound, NotJoined
from chat.access import NO_ROOM
from chat.consumers.socket import Socket
from chat.realtime.frames import Typing, encode


async def typing(socket: Socket, frame: Typing) -> None:
    room, user = str(frame.room_id), socket.connection.user
    subscription = socket.subscription(room)
    if subscription is None:
        raise NotFound(NO_ROOM)
    if not subscription.reading:
        raise NotJoined
    indicator = {"type": "typing_indicator", "room_id": room, "user_id": user, "is_typing": frame.is_typing}
    socket.hub.update(room, "typing", user, encode(indicator))
