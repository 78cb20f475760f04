"""`ping`."""

from datetime import UTC, datetime

from campfire.times import iso
from chat.consumers.socket import Socket
from chat.realtime.frames import Ping


async def ping(socket: Socket, frame: Ping) -> None:
    """Answer with the versions of the joined rooms, as the last poll or delivery knew them."""
    socket.connection.has_pinged = True
    joined = [item.channel for item in socket.hub.subscriptions_of(socket.connection) if item.reading]
    socket.put(
        {
            "type": "pong",
            "timestamp": frame.timestamp,
            "server_time": iso(datetime.now(UTC)),
            "rooms": {channel.room: channel.version for channel in joined},
        },
        frame.ref,
    )
