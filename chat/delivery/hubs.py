"""The hubs of this process, one for each event loop, wired to the database and to the channel layer."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from channels.layers import get_channel_layer
from django.conf import settings
from django.db.models.functions import Now

from accounts.models import AccessChange as AccessChangeRow
from campfire.data.database import ask_in_thread, read_in_thread
from campfire.errors import InvalidCursor, NotFound, Unavailable
from chat.delivery.frames import delivery_of_change
from chat.delivery.notices import notice_of
from chat.models import Membership, Room
from chat.queries.catchup import LARGEST, changes_since
from chat.queries.rooms import room_of
from chat.realtime.draining import drain
from chat.realtime.frames import encode
from chat.realtime.hub import Hub
from chat.realtime.hub_queries import AccessChange, Admission, HubQueries, Notice
from chat.realtime.polls import Polls
from chat.realtime.presence import ANYWHERE, MemoryPresence, Presence, named
from chat.realtime.presence_redis import RedisPresence
from chat.realtime.room_channel import Replay

ANSWER_SECONDS = 3
Answer = TypeVar("Answer")

_hubs: dict[asyncio.AbstractEventLoop, tuple[Hub, Polls]] = {}


def current_hub() -> Hub:
    """The hub of the running event loop, made and started on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for closed in [loop for loop in _hubs if loop.is_closed()]:
            del _hubs[closed]
        hub = make_hub()
        polls = Polls(hub)
        polls.start()
        # What REST writes here is for others even while no socket is.
        hub.link.start()
        _hubs[loop] = (hub, polls)
    return _hubs[loop][0]


def make_hub(layer: Any = None, presence: Presence | None = None) -> Hub:
    """A hub on the running loop; `layer` and `presence` default to the configured ones.

    Without Redis nobody else is reached by a layer: the hubs of this process are told one by one.
    """
    process = uuid4().hex
    layer = layer or (get_channel_layer() if settings.REDIS_URL else None)
    return Hub(HUB_QUERIES, presence or _presence(process), layer, process=process)


async def drain_hub() -> None:
    """Send the sockets of the running loop away, if there are any."""
    if found := _hubs.get(asyncio.get_running_loop()):
        await drain(found[0])


async def stop_hub() -> None:
    """End the hub of the running loop, if there is one."""
    if found := _hubs.pop(asyncio.get_running_loop(), None):
        hub, polls = found
        await polls.stop()
        await hub.stop()


def running_hubs() -> list[Hub]:
    """The hubs of this process whose loops run."""
    return [hub for loop, (hub, _) in list(_hubs.items()) if loop.is_running()]


def participants_of(room: str) -> tuple[list[str], int]:
    """Who has `room` open and how many they are, asked from a thread; of more than 200 nobody is named."""
    return _ask(lambda presence: named(presence, room)) or ([], 0)


def connected() -> list[str]:
    """Everybody who is connected at all, asked from a thread; of more than 200 nobody is named."""
    return participants_of(ANYWHERE)[0]


def online_among(people: Sequence[str]) -> list[str]:
    """Those of `people` who are connected at all, asked from a thread."""
    return _ask(lambda presence: presence.online(people)) or []


def _ask(question: Callable[[Presence], Coroutine[Any, Any, Answer]]) -> Answer | None:
    """The answer of this process's presence; None, where no hub runs. Raises `Unavailable` if it does not come soon."""
    for hub in running_hubs()[:1]:
        answer = asyncio.run_coroutine_threadsafe(question(hub.presence), hub.loop)
        try:
            return answer.result(ANSWER_SECONDS)
        except TimeoutError:
            answer.cancel()
            raise Unavailable("The server is busy. Please try again.", retry_after=1.0) from None
    return None


def _presence(process: str) -> Presence:
    return RedisPresence(settings.REDIS_URL, process) if settings.REDIS_URL else MemoryPresence()


# ---- what a hub asks of the database -------------------------------------------------------------------------


def _replay(room: str, after: int) -> Replay | None:
    """A page of what came after `after`; over 500 versions are told as a jump, a room that is gone not at all."""
    try:
        page = changes_since(room, after)
    except (NotFound, InvalidCursor):
        return None
    if page.room_version - after > LARGEST:
        return Replay((), page.room_version, resync=True)
    deliveries = [delivery_of_change(room, change) for change in page.changes]
    return Replay(deliveries, page.version, has_more=page.has_more)


def _versions(rooms: Sequence[str]) -> dict[str, int]:
    rows = Room.objects.filter(uuid__in=rooms).values_list("uuid", "version")
    return {str(uuid): version for uuid, version in rows}


def _access_changes(seconds: float) -> list[AccessChange]:
    rows = AccessChangeRow.objects.filter(created_at__gte=Now() - timedelta(seconds=seconds)).order_by("id")
    return [
        AccessChange(
            kind=row.kind,
            user=str(row.user or ""),
            session=str(row.session or ""),
            room=str(row.room or ""),
            workspace=str(row.workspace or ""),
            membership=row.membership or 0,
            reason=row.reason,
            id=row.pk,
        )
        for row in rows
    ]


def _admission(user: str, room: str) -> Admission | None:
    membership = (
        Membership.objects.filter(user__uuid=user, user__is_active=True, room__uuid=room)
        .select_related("room__workspace", "user")
        .first()
    )
    if membership is None:
        return None
    try:
        room_payload = room_of(membership)
    except NotFound:
        return None
    return Admission(membership.pk, room_payload["version"], encode({"type": "room_added", "room": room_payload}))


async def _replay_async(room: str, after: int) -> Replay | None:
    return await read_in_thread(_replay, room, after)


async def _versions_async(rooms: Sequence[str]) -> dict[str, int]:
    return await read_in_thread(_versions, rooms)


async def _access_changes_async(seconds: float) -> list[AccessChange]:
    return await ask_in_thread(_access_changes, seconds)


async def _admission_async(user: str, room: str) -> Admission | None:
    return await read_in_thread(_admission, user, room)


async def _notice_async(change: AccessChange) -> Notice | None:
    return await read_in_thread(notice_of, change)


HUB_QUERIES = HubQueries(
    replay=_replay_async,
    versions=_versions_async,
    access_changes=_access_changes_async,
    admission=_admission_async,
    notice=_notice_async,
)
