"""Numbering and storing new messages: many at once, in one transaction, under the locks of their rooms.

The clock's promises are made here (protocol: the room clock): membership and repeats are checked under the lock,
`seq` and `version` are taken without gaps, nothing is spent on what is refused or repeated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from campfire.errors import CampfireError, Forbidden, NotFound
from campfire.ids import new_id
from chat.access import NO_ROOM
from chat.actions import statements
from chat.actions.statements import Clock, NewMessage, PostContext
from chat.events import MessagePosted
from chat.models import Mention, Message
from chat.payloads import message_payload, row_payload
from chat.rules.mentions import Person


@dataclass(frozen=True, slots=True)
class Post:
    """A checked and rendered message on its way in. `uuid` is chosen here once, so that a retry of ours is known."""

    user_id: int
    room: UUID
    content: str
    html: str
    client_message_id: UUID
    mentioned: tuple[Person, ...] = ()
    origin: str | None = None
    # What hangs on it from the start (queries/parts.py).
    parts: Mapping[str, Any] | None = None
    uuid: UUID = field(default_factory=new_id)
    created_at: datetime | None = None

    @property
    def key(self) -> tuple[UUID, int, UUID]:
        return self.room, self.user_id, self.client_message_id


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to a post: the message on the wire, and the membership under which it was accepted."""

    payload: Mapping[str, Any]
    duplicate: bool
    membership: int
    event: MessagePosted | None = None


Outcome = Posted | CampfireError
Planned = tuple[Post, PostContext, NewMessage | Message]


def write(posts: Sequence[Post]) -> list[Outcome]:
    """Store `posts` in one transaction and answer each, in order; publishing the events is left to the caller."""
    with transaction.atomic():
        statements.lock({post.room for post in posts})
        found = statements.find([post.key for post in posts])
        known = _stored(found.values())
        batch = _Batch(known, timezone.now())
        planned = [batch.plan(post, found.get(number)) for number, post in enumerate(posts)]
        batch.store()
    return [outcome if isinstance(outcome, CampfireError) else batch.answer(*outcome) for outcome in planned]


class _Batch:
    """One transaction's worth of posts: planned one by one in memory, then stored together."""

    def __init__(self, stored: Mapping[int, Message], now: datetime) -> None:
        self.stored = stored
        self.now = now
        self.clocks: dict[int, Clock] = {}
        self.new: dict[tuple[int, int, int], NewMessage] = {}
        self.naming: list[NewMessage] = []

    def plan(self, post: Post, found: PostContext | None) -> Planned | CampfireError:
        if found is None:
            return NotFound(NO_ROOM)
        if found.repeats is not None:
            return post, found, self.stored[found.repeats]
        key = found.room, post.user_id, post.client_message_id.int
        message = self.new.get(key)
        if message is None:
            if found.is_archived:
                return Forbidden("This room is archived.")
            message = self.new[key] = self._number(post, found)
        return post, found, message

    def _number(self, post: Post, found: PostContext) -> NewMessage:
        at = post.created_at or self.now
        clock = self.clocks.get(found.room)
        if clock is None:
            clock = self.clocks[found.room] = Clock(found.seq, found.version, at)
        clock.seq += 1
        clock.version += 1
        clock.last_message_at = at
        new = NewMessage(
            post.uuid,
            found.room,
            post.user_id,
            post.client_message_id,
            clock.seq,
            clock.version,
            post.content,
            post.html,
            at,
            post.mentioned,
            post.parts,
        )
        if post.mentioned:
            self.naming.append(new)
        return new

    def store(self) -> None:
        if not self.new:
            return
        statements.insert(list(self.new.values()))
        statements.advance(self.clocks)
        if self.naming:
            self._mention()

    def _mention(self) -> None:
        rows = Message.objects.filter(uuid__in=[new.uuid for new in self.naming]).values_list("uuid", "pk")
        ids = dict(rows)
        Mention.objects.bulk_create(
            Mention(message_id=ids[new.uuid], user_id=person.id, room_id=new.room_id, seq=new.seq)
            for new in self.naming
            for person in new.mentioned
        )

    def answer(self, post: Post, found: PostContext, message: NewMessage | Message) -> Posted:
        """A row that bears this post's own uuid was stored by it, in an earlier attempt whose end was not known."""
        duplicate = message.uuid is not post.uuid and message.uuid != post.uuid
        room = str(post.room)
        if isinstance(message, NewMessage):
            sender = Person(post.user_id, found.sender_uuid, found.sender_name)
            mentions = [person.uuid for person in message.mentioned]
            payload = row_payload(message, room=room, creator=sender, mentions=mentions)
        else:
            payload = message_payload(message, room=room)
        event = None if duplicate else MessagePosted(room, message.created_version, payload, post.origin)
        return Posted(payload, duplicate, found.membership, event)


def _stored(found: Iterable[PostContext]) -> Mapping[int, Message]:
    """The rows that posts repeat, by row id."""
    repeated = [one.repeats for one in found if one.repeats is not None]
    return Message.objects.for_payload().order_by().in_bulk(repeated) if repeated else {}


def people_of(users: Sequence[User]) -> tuple[Person, ...]:
    """Rows as the mention rules know them."""
    return tuple(Person(user.pk, str(user.uuid), user.name) for user in users)
