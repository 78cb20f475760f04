"""A `post_message_async` that stores only the first message of a room; see `unstored`.

All others are copies of it with their own text and the next number, handed to the hub at once.
"""

from asyncio import Lock, sleep
from typing import Any
from uuid import UUID

from accounts.models import User
from campfire.ids import new_id
from chat.actions import messages
from chat.actions.posting import Posted
from chat.delivery.frames import delivery_of
from chat.delivery.hubs import current_hub
from chat.events import MessagePosted
from chat.realtime.room_channel import Delivery

_store = messages.post_message_async
_stored: dict[UUID, Posted] = {}
# Whoever comes while the first is stored waits for it: a second one stored would be given the number of a copy.
_storing = Lock()
# What goes out at the end of this turn of the loop, together, as a commit's messages do.
_gathered: dict[str, list[Delivery]] = {}


async def _post(
    *, user: User, room: UUID, content: str, client_message_id: UUID | None = None, origin: str | None = None
) -> Posted:
    if room not in _stored:
        async with _storing:
            if room not in _stored:
                _stored[room] = await _store(
                    user=user, room=room, content=content, client_message_id=client_message_id, origin=origin
                )
                await _told(str(room), _stored[room].payload["version"])
                return _stored[room]
    first, waiting = _stored[room], _gather(str(room))
    # Where this process left off; from the start again, as the database says, when everybody had left.
    version = current_hub().channels[str(room)].version + len(waiting) + 1
    payload: dict[str, Any] = {
        **first.payload,
        "id": str(new_id()),
        "content": content,
        "html": f"<p>{content}</p>",
        "client_message_id": str(client_message_id),
        "seq": first.payload["seq"] + version - first.payload["version"],
        "created_version": version,
        "version": version,
    }
    event = MessagePosted(str(room), version, payload, origin)
    waiting.append(delivery_of(event))
    return Posted(payload, False, first.membership, event)


async def _told(room: str, version: int) -> None:
    """Wait until the hub has heard of it, which may be later than the one who wrote it."""
    while current_hub().channels[room].version < version:  # noqa: ASYNC110 - it has no event for this
        await sleep(0.001)


def _gather(room: str) -> list[Delivery]:
    if room not in _gathered:
        _gathered[room] = []
        current_hub().loop.call_soon(lambda: current_hub().deliver(room, _gathered.pop(room)))
    return _gathered[room]


def install() -> None:
    """Have the socket post like this."""
    messages.post_message_async = _post
