"""A person's rooms with their counts: what `GET /api/rooms` and the sidebar show, in a fixed number of queries."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from chat.models import Epoch, Membership, Room
from chat.payloads import membership_payload, people_of_directs, room_payload
from chat.queries import unread
from chat.queries.unread import Counted


def rooms_of(user: User) -> list[dict[str, Any]]:
    """Every room `user` is in, on the wire with `membership`: named rooms by name, then directs by latest message.

    Without the archived ones.
    """
    return own_rooms(memberships_of(user))


def memberships_of(user: User, *, archived: bool = False) -> QuerySet[Membership]:
    """The memberships of `user` in rooms that are in use, or in the archived ones."""
    return Membership.objects.filter(user=user, user__is_active=True, room__archived_at__isnull=not archived)


def own_rooms(memberships: QuerySet[Membership]) -> list[dict[str, Any]]:
    """Rooms as their member sees them, in the order of `rooms_of`."""
    rows = unread.counted(memberships)
    people = people_of_directs([row.membership.room for row in rows])
    epoch = Epoch.current()
    payloads = [_payload(row, epoch, people.get(row.membership.room_id)) for row in rows]
    named = [payload for payload in payloads if payload["kind"] != Room.Kind.DIRECT]
    directs = [payload for payload in payloads if payload["kind"] == Room.Kind.DIRECT]
    return _by_name(named) + sorted(directs, key=lambda p: p["last_message_at"] or p["created_at"], reverse=True)


def room_of(membership: Membership) -> dict[str, Any]:
    """One room as its member sees it now. Raises `NotFound` if they are not in it any more."""
    return _payload(unread.count(membership), Epoch.current(), None)


def joinable_rooms(user: User) -> QuerySet[Room]:
    """Open rooms that `user` could join and has not."""
    mine = Membership.objects.filter(user=user).values("room")
    return Room.objects.joinable_by(user).exclude(pk__in=mine).select_related("workspace")


def open_rooms(rooms: Iterable[Room]) -> list[dict[str, Any]]:
    """Rooms as they are shown to those who are not in them, by name."""
    epoch = Epoch.current()
    return _by_name([room_payload(room, epoch=epoch) for room in rooms])


def _payload(row: Counted, epoch: str, people: list[User] | None) -> dict[str, Any]:
    payload = room_payload(row.membership.room, epoch=epoch, people=people)
    payload["membership"] = membership_payload(row.membership, unread=row.unread, mentions=row.mentions)
    return payload


def _by_name(payloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(payloads, key=lambda payload: (payload["name"].casefold(), payload["id"]))
