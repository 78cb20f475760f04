"""What a socket needs to know when it opens, read after it has been registered."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Session
from campfire.times import iso
from chat.models import Epoch, Membership
from chat.realtime.connection import Connection

HEARTBEAT_SECONDS = 25
PROTOCOL = 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """The epoch, and (room, membership, version) of every room the person is in."""

    epoch: str
    rooms: list[tuple[str, int, int]]

    def welcome(self, connection: Connection) -> dict[str, Any]:
        """The first frame of every socket."""
        return {
            "type": "welcome",
            "user_id": connection.user,
            "session_id": connection.session,
            "protocol": PROTOCOL,
            "epoch": self.epoch,
            "heartbeat_interval": HEARTBEAT_SECONDS,
            "server_time": iso(datetime.now(UTC)),
            "limits": {
                "content": settings.CONTENT_LENGTH,
                "frame": settings.FRAME_BYTES,
                "rooms": settings.JOINED_ROOMS,
                "sockets": settings.SOCKETS_PER_PERSON,
            },
        }


def arrive(session_key: str, user_id: int) -> Arrival | None:
    """None if the session has ended or the account was disabled since the handshake."""
    alive = Session.objects.filter(
        pk=session_key, user_id=user_id, user__is_active=True, expire_date__gt=timezone.now()
    )
    if not alive.exists():
        return None
    rows = Membership.objects.filter(user_id=user_id).values_list("room__uuid", "pk", "room__version")
    return Arrival(Epoch.current(), [(str(room), membership, version) for room, membership, version in rows])
