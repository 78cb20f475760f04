"""A person's rooms with their counts: what `GET /api/rooms` and the sidebar show, in a fixed number of queries."""

from collections import defaultdict
from typing import Any

from accounts.models import User
from chat import unread
from chat.models import Epoch, Membership, Room
from chat.payloads import membership_payload, room_payload


def rooms_of(user: User) -> list[dict[str, Any]]:
    """Every room `user` is in, on the wire with `membership`: named rooms by name, then directs by latest message."""
    memberships = list(
        Membership.objects.filter(user=user, user__is_active=True, room__archived_at=None).select_related(
            "room__workspace"
        )
    )
    counts = unread.counts_of(user)
    people = _people([membership.room for membership in memberships if membership.room.is_direct])
    epoch = Epoch.current()
    payloads = [
        _payload(membership, counts.get(membership.room_id, (0, 0)), epoch, people[membership.room_id])
        for membership in memberships
    ]
    named = sorted(
        (p for p in payloads if p["kind"] != Room.Kind.DIRECT), key=lambda p: (p["name"].casefold(), p["id"])
    )
    directs = [p for p in payloads if p["kind"] == Room.Kind.DIRECT]
    return named + sorted(directs, key=lambda p: p["last_message_at"] or p["created_at"], reverse=True)


def room_of(membership: Membership) -> dict[str, Any]:
    """One room as its member sees it."""
    return _payload(membership, unread.counts(membership), Epoch.current(), None)


def _payload(membership: Membership, counts: tuple[int, int], epoch: str, people: list[User] | None) -> dict[str, Any]:
    payload = room_payload(membership.room, epoch=epoch, people=people)
    payload["membership"] = membership_payload(membership, unread=counts[0], mentions=counts[1])
    return payload


def _people(rooms: list[Room]) -> defaultdict[int, list[User]]:
    """The people of each direct room, by row id."""
    found: defaultdict[int, list[User]] = defaultdict(list)
    for membership in Membership.objects.filter(room__in=rooms).select_related("user").order_by("user_id"):
        found[membership.room_id].append(membership.user)
    return found


def joinable_rooms(user: User) -> list[dict[str, Any]]:
    """Open rooms that `user` could join and has not, by name."""
    mine = Membership.objects.filter(user=user).values("room")
    rooms = Room.objects.joinable_by(user).exclude(pk__in=mine).select_related("workspace")
    epoch = Epoch.current()
    return [room_payload(room, epoch=epoch) for room in rooms.order_by("name", "pk")]
