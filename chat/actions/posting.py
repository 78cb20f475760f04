"""Numbering and storing new messages: many at once, in one transaction, under the locks of their rooms.

The clock's promises are made here (protocol: the room clock): membership and repeats are checked under the lock,
`seq` and `version` are taken without gaps, nothing is spent on what is refused or repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from campfire.errors import CampfireError, Forbidden, NotFound
from campfire.ids import new_id
from chat.actions.locking import lock_rooms
from chat.events import MessagePosted
from chat.models import Membership, Mention, Message, Room
from chat.payloads import message_payload
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


def write(posts: Sequence[Post]) -> list[Outcome]:
    """Store `posts` in one transaction and answer each, in order; publishing the events is left to the caller."""
    with transaction.atomic():
        rooms = lock_rooms(sorted({post.room for post in posts}))
        memberships = _memberships(posts, rooms)
        batch = _Batch(rooms, memberships, _repeats(posts, rooms))
        outcomes = [batch.plan(post) for post in posts]
        batch.store()
    return [outcome if isinstance(outcome, CampfireError) else batch.answer(*outcome) for outcome in outcomes]


class _Batch:
    """One transaction's worth of posts: planned one by one in memory, then stored together."""

    def __init__(
        self,
        rooms: dict[UUID, Room],
        memberships: dict[tuple[int, int], Membership],
        known: dict[tuple[int, int, UUID], Message],
    ) -> None:
        self.rooms = rooms
        self.memberships = memberships
        self.known = known
        self.new: list[tuple[Message, Post]] = []
        self.mentions: dict[UUID, list[str]] = {}

    def plan(self, post: Post) -> tuple[Post, Message, Membership] | CampfireError:
        room = self.rooms.get(post.room)
        membership = self.memberships.get((room.pk, post.user_id)) if room else None
        if room is None or membership is None:
            return NotFound("There is no such room, or you are not in it.")
        key = (room.pk, post.user_id, post.client_message_id)
        message = self.known.get(key)
        if message is None:
            if room.archived_at is not None:
                return Forbidden("This room is archived.")
            message = self.known[key] = self._number(post, room)
        return post, message, membership

    def _number(self, post: Post, room: Room) -> Message:
        room.seq += 1
        version = room.take_version()
        room.last_message_at = post.created_at or timezone.now()
        message = Message(
            uuid=post.uuid,
            room=room,
            creator_id=post.user_id,
            client_message_id=post.client_message_id,
            seq=room.seq,
            created_version=version,
            version=version,
            content=post.content,
            html=post.html,
            created_at=room.last_message_at,
        )
        self.new.append((message, post))
        self.mentions[message.uuid] = [person.uuid for person in post.mentioned]
        return message

    def store(self) -> None:
        if not self.new:
            return
        messages = [message for message, _ in self.new]
        Message.objects.bulk_create(messages)
        Mention.objects.bulk_create(
            Mention(message=message, user_id=person.id, room=message.room, seq=message.seq)
            for message, post in self.new
            for person in post.mentioned
        )
        for room in {message.room for message in messages}:
            room.save(update_fields=["seq", "version", "last_message_at"])

    def answer(self, post: Post, message: Message, membership: Membership) -> Posted:
        """A row that bears this post's own uuid was stored by it, in an earlier attempt whose end was not known."""
        duplicate = message.uuid != post.uuid
        payload = message_payload(
            message,
            room=str(post.room),
            creator=membership.user,
            mentions=self.mentions.get(message.uuid),
        )
        event = None
        if not duplicate:
            event = MessagePosted(str(post.room), message.created_version, payload, post.origin)
        return Posted(payload, duplicate, membership.pk, event)


def _memberships(posts: Sequence[Post], rooms: dict[UUID, Room]) -> dict[tuple[int, int], Membership]:
    people = {post.user_id for post in posts}
    rows = Membership.objects.filter(room__in=[room.pk for room in rooms.values()], user__in=people)
    return {(row.room_id, row.user_id): row for row in rows.filter(user__is_active=True).select_related("user")}


def _repeats(posts: Sequence[Post], rooms: dict[UUID, Room]) -> dict[tuple[int, int, UUID], Message]:
    """What is stored already of these posts, by (room, sender, client message id)."""
    rows = (
        Message.objects.filter(
            room__in=[room.pk for room in rooms.values()],
            creator__in={post.user_id for post in posts},
            client_message_id__in={post.client_message_id for post in posts},
        )
        .prefetch_related("mentions__user")
        .order_by()
    )
    return {(row.room_id, row.creator_id, row.client_message_id): row for row in rows}


def people_of(users: Sequence[User]) -> tuple[Person, ...]:
    """Rows as the mention rules know them."""
    return tuple(Person(user.pk, str(user.uuid), user.name) for user in users)
