"""What a socket needs to know when it opens, read after it has been registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from accounts.models import Session
from campfire.data.database import BatchedLookup
from campfire.data.prepared import Given, GivenList, PreparedRead
from campfire.times import iso
from chat.models import Epoch
from chat.queries.rooms import rooms_by_user
from chat.realtime.connection import Connection

HEARTBEAT_SECONDS = 25
PROTOCOL = 1
_living = PreparedRead(
    lambda: Session.objects.filter(
        pk__in=GivenList("keys", CharField()), user__is_active=True, expire_date__gt=Given("now", DateTimeField())
    ).values_list("pk", "user_id", Epoch.column())
)


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
    living = _living(keys=[session for session, _ in asked], now=timezone.now())
    epochs = {(session, user): epoch for session, user, epoch in living}
    alive = epochs.keys() & set(asked)
    rooms: dict[int, list[tuple[str, int, int]]] = {user: [] for _, user in alive}
    for user, room, membership, version in rooms_by_user(list(rooms)):
        rooms[user].append((room, membership, version))
    return {one: Arrival(str(epochs[one] or Epoch.current()), rooms[one[1]]) for one in alive}


arrive: BatchedLookup[tuple[str, int], Arrival] = BatchedLookup(arrivals)
