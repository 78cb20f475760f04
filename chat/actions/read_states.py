"""The read marker, which all devices of a person share."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from campfire.errors import InvalidCursor, NotFound
from campfire.events import publish_on_commit
from chat.access import membership_for
from chat.events import ReadStateChanged
from chat.models import Membership
from chat.payloads import read_state_payload
from chat.unread import counts


def mark_read(*, user: User, room: UUID, seq: int, origin: str | None = None) -> dict[str, Any]:
    """Move the marker forward to `seq`, never back; returns the read state. Raises `NotFound`, `InvalidCursor`."""
    return _move(user, room, seq, origin, forward_only=True)


def mark_unread(*, user: User, room: UUID, seq: int, origin: str | None = None) -> dict[str, Any]:
    """Have everything from `seq` on be unread; returns the read state. Raises `NotFound`, `InvalidCursor`."""
    return _move(user, room, seq, origin, forward_only=False)


def _move(user: User, room: UUID, seq: int, origin: str | None, *, forward_only: bool) -> dict[str, Any]:
    with transaction.atomic():
        membership = membership_for(user, room)
        if not 0 <= seq <= membership.room.seq:
            raise InvalidCursor("There is no such message in this room yet.")
        locked = Membership.objects.select_for_update(no_key=True).filter(pk=membership.pk).first()
        if locked is None:
            raise NotFound("There is no such room, or you are not in it.")
        before = locked.last_read_seq
        membership.last_read_seq = max(before, seq) if forward_only else max(seq - 1, 0)
        if membership.last_read_seq != before:
            membership.save(update_fields=["last_read_seq"])
        unread, mentions = counts(membership)
        payload = read_state_payload(membership, unread=unread, mentions=mentions)
        if membership.last_read_seq != before:
            publish_on_commit(ReadStateChanged(str(room), str(user.uuid), payload, origin))
    return payload
