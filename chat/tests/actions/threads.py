"""Many at once, and what must be true of a room's clock afterwards."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, Self
from uuid import uuid4

from django.db import connection

from accounts.models import User
from campfire import events as registry
from chat.actions.posting import Post
from chat.events import MessageDeleted, MessagePosted, MessageUpdated, RoomUpdated
from chat.models import Message, Room

VERSIONED = (MessagePosted, MessageUpdated, MessageDeleted, RoomUpdated)


def at_once(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """What each call returned or raised, all begun at the same moment, each in a thread of its own."""
    work = list(calls)
    results: list[Any] = [RuntimeError("did not end")] * len(work)
    start = threading.Barrier(len(work))

    def run(number: int) -> None:
        try:
            start.wait(10)
            results[number] = work[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def post_of(user: User, room: Room, content: str = "Hello", **fields: object) -> Post:
    given: dict[str, object] = {"client_message_id": uuid4(), "html": f"<p>{content}</p>\n", **fields}
    return Post(user_id=user.pk, room=room.uuid, content=content, **given)  # type: ignore[arg-type]


class Told:
    """Everything that is published while it listens."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def __enter__(self) -> Self:
        registry._handlers.append((self._hear, (object,)))
        return self

    def __exit__(self, *_: object) -> None:
        registry._handlers.remove((self._hear, (object,)))

    def _hear(self, events: Iterable[object]) -> None:
        self.events.extend(events)

    def versions(self, room: Room) -> list[int]:
        """The versions of `room` that were published, sorted."""
        return sorted(
            event.version for event in self.events if isinstance(event, VERSIONED) and event.room == str(room.uuid)
        )


def check_clock(room: Room, told: Told | None = None, *, before: int = 0) -> None:
    """`seq` has no gaps, versions are one for each row and none above the room's, every version was told once."""
    fresh = Room.objects.get(pk=room.pk)
    messages = list(Message.objects.filter(room=room).order_by("seq"))
    assert [message.seq for message in messages] == list(range(1, fresh.seq + 1))
    created = [message.created_version for message in messages]
    assert created == sorted(set(created))
    versions = [message.version for message in messages] + ([fresh.changed_version] if fresh.changed_version else [])
    assert len(set(versions)) == len(versions)
    assert max(versions, default=0) == fresh.version
    assert all(message.version >= message.created_version for message in messages)
    if told is not None:
        assert told.versions(room) == list(range(before + 1, fresh.version + 1))
