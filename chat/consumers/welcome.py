"""What a socket needs to know when it opens, read after it has been registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Session
from campfire.data.database import BatchedLookup
from campfire.times import iso
from chat.models import Epoch
from chat.queries.rooms import rooms_by_user
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


def arrivals(asked: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Arrival]:
    """What the sockets of (session key, row id of the person) arrive to.

    None for one whose session has ended or whose account was disabled since the handshake.
    """
    living = Session.objects.filter(
        pk__in=[session for session, _ in asked], user__is_active=True, expire_date__gt=timezone.now()
    )
    alive = set(living.values_list("pk", "user_id")) & set(asked)
    rooms: dict[int, list[tuple[str, int, int]]] = {user: [] for _, user in alive}
    for user, room, membership, version in rooms_by_user(list(rooms)):
        rooms[user].append((room, membership, version))
    epoch = Epoch.current()
    return {(session, user): Arrival(epoch, rooms[user]) for session, user in alive}


arrive: BatchedLookup[tuple[str, int], Arrival] = BatchedLookup(arrivals)
