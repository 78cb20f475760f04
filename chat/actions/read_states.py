"""The read marker, which all devices of a person share."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.models import User
from campfire.errors import InvalidCursor, NotFound
from campfire.events import publish_on_commit
from chat.access import NO_ROOM, membership_for
from chat.events import ReadStateChanged
from chat.models import Membership
from chat.payloads import read_state_payload
from chat.queries.unread import Counted, count, counted


def mark_read(*, user: User, room: UUID, seq: int, origin: str | None = None) -> dict[str, Any]:
    """Move the marker forward to `seq`, never back; returns the read state. Raises `NotFound`, `InvalidCursor`."""
    return _move(user, room, seq, origin, forward_only=True)


def mark_unread(*, user: User, room: UUID, seq: int, origin: str | None = None) -> dict[str, Any]:
    """Have everything from `seq` on be unread; returns the read state. Raises `NotFound`, `InvalidCursor`."""
    return _move(user, room, seq, origin, forward_only=False)


def mark_all_read(*, user: User) -> list[dict[str, Any]]:
    """Move every marker of `user` to its room's end, quiet and archived rooms too; returns the states that changed."""
    with transaction.atomic():
        behind = Membership.objects.filter(user=user, user__is_active=True, last_read_seq__lt=F("room__seq"))
        memberships = list(
            behind.select_related("room").select_for_update(no_key=True, of=("self",)).order_by("room_id")
        )
        for membership in memberships:
            membership.last_read_seq = membership.room.seq
        Membership.objects.bulk_update(memberships, ["last_read_seq"])
        moved = counted(Membership.objects.filter(pk__in=[membership.pk for membership in memberships]))
        return [_tell(row, user, origin=None) for row in moved]


def _move(user: User, room: UUID, seq: int, origin: str | None, *, forward_only: bool) -> dict[str, Any]:
    with transaction.atomic():
        membership = membership_for(user, room)
        if not 0 <= seq <= membership.room.seq:
            raise InvalidCursor("There is no message with this number in the room yet.")
        locked = Membership.objects.select_for_update(no_key=True).filter(pk=membership.pk).first()
        if locked is None:
            raise NotFound(NO_ROOM)
        before = locked.last_read_seq
        membership.last_read_seq = max(before, seq) if forward_only else max(seq - 1, 0)
        if membership.last_read_seq != before:
            membership.save(update_fields=["last_read_seq"])
            return _tell(count(membership), user, origin)
        return _state(count(membership))


def _tell(row: Counted, user: User, origin: str | None) -> dict[str, Any]:
    state = _state(row)
    publish_on_commit(ReadStateChanged(state["room_id"], str(user.uuid), state, origin))
    return state


def _state(row: Counted) -> dict[str, Any]:
    return read_state_payload(row.membership, unread=row.unread, mentions=row.mentions)
