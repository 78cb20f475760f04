"""A `post_message_async` that stores only the first message of a room; see `unstored`.

All others are copies of it with their own text and the next number, handed to the hub at once.
"""

from typing import Any
from uuid import UUID

from accounts.models import User
from campfire.ids import new_id
from chat.actions import messages
from chat.actions.posting import Posted
from chat.deliveries import delivery_of
from chat.events import MessagePosted
from chat.hubs import current_hub

_store = messages.post_message_async
_latest: dict[UUID, Posted] = {}


async def _post(
    *, user: User, room: UUID, content: str, client_message_id: UUID | None = None, origin: str | None = None
) -> Posted:
    latest = _latest.get(room)
    if latest is None:
        _latest[room] = await _store(
            user=user, room=room, content=content, client_message_id=client_message_id, origin=origin
        )
        return _latest[room]
    payload: dict[str, Any] = {
        **latest.payload,
        "id": str(new_id()),
        "content": content,
        "html": f"<p>{content}</p>",
        "client_message_id": str(client_message_id),
        "seq": latest.payload["seq"] + 1,
    }
    payload["version"] = payload["created_version"] = latest.payload["version"] + 1
    event = MessagePosted(str(room), payload["version"], payload, origin)
    _latest[room] = Posted(payload, False, latest.membership, event)
    current_hub().deliver(str(room), [delivery_of(event)])
    return _latest[room]


def install() -> None:
    """Have the socket post like this."""
    messages.post_message_async = _post
