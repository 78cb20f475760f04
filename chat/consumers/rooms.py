"""`join_room`, `leave_room`: reading a room, or only watching it; with a cursor, what was missed comes with joining."""

import logging
from uuid import UUID

from django.conf import settings

from campfire.data.database import BatchedLookup
from campfire.errors import CampfireError, Conflict, NotFound, NotJoined
from chat.access import NO_ROOM
from chat.consumers.catchup import Cursor, complete, page_after, tell
from chat.consumers.socket import Socket
from chat.payloads import membership_payload
from chat.queries.catchup import LARGEST, LARGEST_BYTES, Changes
from chat.queries.membership import Asked, Joining, joinings
from chat.realtime.codes import Close
from chat.realtime.frames import JoinRoom, LeaveRoom, encode
from chat.realtime.presence import named
from chat.realtime.room_channel import Subscription

logger = logging.getLogger(__name__)

# So many versions may wait while a socket is told what it missed; beyond, they are read from the database too.
MOST_HELD = 64
# So many characters are told in one answer; on a slow line more would take longer than a client waits.
MOST_TOLD = LARGEST_BYTES


async def join_room(socket: Socket, frame: JoinRoom) -> None:
    """Register, then look up the membership and what is missing, then answer and let go what was held.

    (protocol: the room clock: with a cursor, joining is catching up too.)
    """
    room = str(frame.room_id)
    known = socket.subscription(room)
    if not (known and known.reading) and _joined(socket) >= settings.JOINED_ROOMS:
        raise Conflict(f"At most {settings.JOINED_ROOMS} rooms can be joined at once.")
    subscription = socket.hub.begin_join(socket.connection, room)
    try:
        await socket.hub.settled(room)
        found = await _admitted(Asked(socket.user, room))
        added = await _room_added(socket, room)
        page = await _missing(frame)
    except Exception:
        await socket.hub.fail_join(subscription)
        raise
    if not await socket.hub.finish_join(subscription, found.membership, found.version):
        raise NotFound(NO_ROOM)
    participants, number = await named(socket.hub.presence, room)
    if socket.subscription(room) is not subscription:
        raise NotFound(NO_ROOM)
    presence = {"participants": participants, "participant_count": number}
    answer = _answer(subscription, {**_fields(found), **presence}, frame.ref)
    if added:
        socket.connection.return_to(room, added)
    if page is None:
        subscription.activate(found.membership, found.version, reading=True, first=answer)
    else:
        socket.connection.put(answer, room)
        await _tell_missing(socket, subscription, found.membership, page, frame.ref)


async def _room_added(socket: Socket, room: str) -> str:
    """`room_added`, which whoever has heard the last of a room is told before anything else of it.

    They asked while they were being brought back: the change that says so found them asking, and left it to the answer.
    """
    if not socket.connection.has_parted(room):
        return ""
    admission = await socket.hub.queries.admission(socket.connection.user, room)
    return admission.frame if admission else ""


async def _missing(frame: JoinRoom) -> Changes | None:
    """The first page above the cursor of whoever names one."""
    if frame.last_seen_version is None:
        return None
    return await page_after(Cursor(frame.room_id, frame.last_seen_version, None, frame.epoch))


async def _tell_missing(
    socket: Socket, subscription: Subscription, membership: int, page: Changes, ref: str | None
) -> None:
    """Everything that is missing, then where that leads, then what has come meanwhile; a jump where it is too much."""
    room = subscription.channel.room
    try:
        version, count = await _tell_pages(socket, subscription, membership, page)
    except CampfireError:
        raise
    except Exception:
        # It has been told a part. Whoever comes back is told the rest.
        logger.exception("A client could not be sent what it missed")
        socket.connection.close(Close.RESTARTING)
        return
    if socket.subscription(room) is not subscription:
        raise NotFound(NO_ROOM)
    if count is None:
        socket.connection.put(encode({"type": "resync", "room_id": room, "version": version}), room)
    subscription.activate(membership, version, reading=True, first=complete(room, count or 0, version, ref=ref))


async def _tell_pages(
    socket: Socket, subscription: Subscription, membership: int, page: Changes
) -> tuple[int, int | None]:
    """The version up to which all has been told, in how many frames; without a number where they are too many.

    What is said meanwhile is held, and read with the next page where it is too much to be held.
    """
    room, count, size = subscription.channel.room, 0, 0
    subscription.most = MOST_HELD
    while True:
        size += sum(len(change.frame) for change in page.changes)
        if page.has_more and (count + len(page.changes) >= LARGEST or size >= MOST_TOLD):
            await socket.connection.space()
            return page.room_version, None
        await tell(socket, page, room, membership)
        await socket.connection.space()
        count += len(page.changes)
        if not page.has_more and not subscription.overflowed:
            return page.version, count
        subscription.hold_anew(MOST_HELD)
        page = await page_after(Cursor(UUID(room), page.version, None, None))


async def _admitted(asked: Asked) -> Joining:
    if found := await look_up(asked):
        return found
    raise NotFound(NO_ROOM)


def _fields(found: Joining) -> dict[str, object]:
    """What somebody who joins is told of the room and of themselves in it."""
    return {
        "version": found.version,
        "seq": found.seq,
        "epoch": found.epoch,
        "membership": membership_payload(found, unread=found.unread, mentions=found.mentions),
    }


def _answer(subscription: Subscription, fields: dict[str, object], ref: str | None) -> str:
    answer: dict[str, object] = {"type": "room_joined", "room_id": subscription.channel.room, **fields}
    return encode(answer if ref is None else {**answer, "ref": ref})


async def leave_room(socket: Socket, frame: LeaveRoom) -> None:
    """Back to watching."""
    room = str(frame.room_id)
    subscription = socket.subscription(room)
    if subscription is None:
        raise NotFound(NO_ROOM)
    if not subscription.reading:
        raise NotJoined
    await socket.hub.leave(subscription)
    if socket.subscription(room) is not subscription:
        raise NotFound(NO_ROOM)
    socket.put({"type": "room_left", "room_id": room}, frame.ref, room=room)


def _joined(socket: Socket) -> int:
    return sum(subscription.reading for subscription in socket.hub.subscriptions_of(socket.connection))


look_up: BatchedLookup[Asked, Joining] = BatchedLookup(joinings)
