"""`join_room`, `leave_room`: reading a room, or only watching it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import User
from campfire.database import Together
from campfire.errors import Conflict, NotFound, NotJoined
from chat.consumers.socket import Socket
from chat.models import Epoch, Membership
from chat.payloads import membership_payload
from chat.realtime.frames import JoinRoom, LeaveRoom, encode
from chat.realtime.hub import Admission
from chat.realtime.presence import named
from chat.realtime.room_channel import Subscription
from chat.unread import Counted, counted

NOT_FOUND = "There is no such room, or you are not in it."


class Asked(NamedTuple):
    """Who asks for which room."""

    user: User
    room: str


async def join_room(socket: Socket, frame: JoinRoom) -> None:
    """Register, then look up the membership, then answer and let go what was held (architecture: fan-out)."""
    room = str(frame.room_id)
    known = socket.connection.subscriptions.get(room)
    if not (known and known.reading) and _joined(socket) >= settings.JOINED_ROOMS:
        raise Conflict(f"At most {settings.JOINED_ROOMS} rooms can be joined at once.")
    subscription = socket.hub.begin_join(socket.connection, room)
    try:
        await socket.hub.settled(room)
        fields, admission = await _admitted(Asked(socket.user, room))
    except Exception:
        await socket.hub.fail_join(subscription)
        raise
    if not await socket.hub.finish_join(subscription, admission.membership, admission.version):
        raise NotFound(NOT_FOUND)
    participants, number = await named(socket.hub.presence, room)
    if socket.connection.subscriptions.get(room) is not subscription:
        raise NotFound(NOT_FOUND)
    company = {"participants": participants, "participant_count": number}
    _begin_reading(subscription, {**fields, **company}, admission, frame.ref)
    if frame.last_seen_version is not None:
        from chat.consumers.catchup import catch_up
        from chat.realtime.frames import CatchUp
        await catch_up(socket, CatchUp(room_id=frame.room_id, last_seen_version=frame.last_seen_version, epoch=frame.epoch, ref=frame.ref))


async def _admitted(asked: Asked) -> tuple[dict[str, Any], Admission]:
    if found := await look_up(asked):
        return found
    raise NotFound(NOT_FOUND)


def _begin_reading(
    subscription: Subscription, fields: dict[str, object], admission: Admission, ref: str | None
) -> None:
    answer: dict[str, object] = {"type": "room_joined", "room_id": subscription.channel.room, **fields}
    if ref is not None:
        answer["ref"] = ref
    subscription.activate(admission.membership, admission.version, reading=True, first=encode(answer))


async def leave_room(socket: Socket, frame: LeaveRoom) -> None:
    """Back to watching."""
    room = str(frame.room_id)
    subscription = socket.connection.subscriptions.get(room)
    if subscription is None:
        raise NotFound(NOT_FOUND)
    if not subscription.reading:
        raise NotJoined
    await socket.hub.leave(subscription)
    if socket.connection.subscriptions.get(room) is not subscription:
        raise NotFound(NOT_FOUND)
    socket.put({"type": "room_left", "room_id": room}, frame.ref, room=room)


def _joined(socket: Socket) -> int:
    return sum(subscription.reading for subscription in socket.connection.subscriptions.values())


def _look_up(asked: Sequence[Asked]) -> dict[Asked, tuple[dict[str, Any], Admission]]:
    """What is said of their membership to those who are in the room they ask for."""
    epoch = Epoch.current()
    rows = {(row.membership.user_id, str(row.membership.room.uuid)): row for row in counted(memberships_of(asked))}
    return {one: _found(rows[key], epoch) for one in asked if (key := (one.user.pk, one.room)) in rows}


def memberships_of(asked: Sequence[Asked]) -> "QuerySet[Membership]":
    """The memberships that are asked for, if the person's account is not disabled."""
    people: defaultdict[str, list[int]] = defaultdict(list)
    for user, room in asked:
        people[room].append(user.pk)
    exactly = Q()
    for room, users in people.items():
        exactly |= Q(room__uuid=room, user__in=users)
    # Who may be meant at all is said too: SQLite finds no index for an OR that spans two tables.
    everybody = {user.pk for user, _ in asked}
    return Membership.objects.filter(exactly, room__uuid__in=people, user__in=everybody, user__is_active=True)


def _found(row: Counted, epoch: str) -> tuple[dict[str, Any], Admission]:
    membership, room = row.membership, row.membership.room
    fields: dict[str, Any] = {
        "version": room.version,
        "seq": room.seq,
        "epoch": epoch,
        "membership": membership_payload(membership, unread=row.unread, mentions=row.mentions),
    }
    return fields, Admission(membership.pk, room.version, "")


look_up: Together[Asked, tuple[dict[str, Any], Admission]] = Together(_look_up)
