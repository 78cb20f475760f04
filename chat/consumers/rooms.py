"""`join_room`, `leave_room`: reading a room, or only watching it."""

from django.conf import settings

from accounts.models import User
from campfire.database import in_thread
from campfire.errors import Conflict, NotFound, NotJoined
from chat.access import membership_for
from chat.consumers.socket import Socket
from chat.models import Epoch
from chat.payloads import membership_payload
from chat.realtime.frames import JoinRoom, LeaveRoom, encode
from chat.realtime.hub import Admission
from chat.realtime.presence import named
from chat.realtime.room_channel import Subscription
from chat.unread import count

NOT_FOUND = "There is no such room, or you are not in it."


async def join_room(socket: Socket, frame: JoinRoom) -> None:
    """Register, then look up the membership, then answer and let go what was held (architecture: fan-out)."""
    room = str(frame.room_id)
    known = socket.connection.subscriptions.get(room)
    if not (known and known.reading) and _joined(socket) >= settings.JOINED_ROOMS:
        raise Conflict(f"At most {settings.JOINED_ROOMS} rooms can be joined at once.")
    subscription = socket.hub.begin_join(socket.connection, room)
    try:
        await socket.hub.settled(room)
        fields, admission = await in_thread(_look_up, socket.user, room)
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


def _look_up(user: User, room: str) -> tuple[dict[str, object], Admission]:
    found = count(membership_for(user, room))
    membership = found.membership
    fields: dict[str, object] = {
        "version": membership.room.version,
        "seq": membership.room.seq,
        "epoch": Epoch.current(),
        "membership": membership_payload(membership, unread=found.unread, mentions=found.mentions),
    }
    return fields, Admission(membership.pk, membership.room.version, "")
