"""The room's row lock, which every change of a room holds from before its checks until it commits."""

from uuid import UUID

from accounts.operators import Actor
from campfire.errors import NotFound
from chat.access import NO_ROOM, room_for
from chat.models import Room


def lock_room(pk: int) -> Room:
    """The room's row, locked until the surrounding transaction ends, or `NotFound` if it was deleted meanwhile.

    PostgreSQL: FOR NO KEY UPDATE, so that rows which refer to the room can still be inserted. SQLite: the
    transaction has been the only writer since its BEGIN IMMEDIATE.
    """
    room = Room.objects.select_for_update(no_key=True, of=("self",)).select_related("workspace").filter(pk=pk).first()
    if room is None:
        raise NotFound(NO_ROOM)
    return room


def lock_room_for(user: Actor, room: UUID) -> Room:
    """The row of a room that `user` is in, locked, and looked up again under the lock: who left meanwhile is out."""
    locked = lock_room(room_for(user, room).pk)
    room_for(user, room)
    return locked


def lock_rooms(uuids: list[UUID]) -> dict[UUID, Room]:
    """Several rooms by public id, locked in order of row id as everywhere, so that no two batches deadlock."""
    rooms = Room.objects.select_for_update(no_key=True).filter(uuid__in=uuids).order_by("pk")
    return {room.uuid: room for room in rooms}
