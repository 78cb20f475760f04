"""What a handler may use of the consumer."""

from typing import Any, Protocol

from accounts.models import User
from chat.realtime.connection import Connection
from chat.realtime.hub import Hub
from chat.realtime.room_channel import Subscription


class Socket(Protocol):
    connection: Connection
    hub: Hub
    user: User

    def subscription(self, room: str) -> Subscription | None: ...

    def put(self, frame: dict[str, Any], ref: str | None = None, *, room: str | None = None) -> None: ...
