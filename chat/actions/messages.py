"""Posting, editing and deleting messages."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from accounts.operators import Actor
from campfire.data.database import read_in_thread, release_connection
from campfire.errors import CampfireError, Forbidden, NotFound
from campfire.events import publish_on_commit
from chat.access import may_change, messages_of, rooms_seen_by
from chat.actions.batcher import batcher
from chat.actions.limits import charge_message
from chat.actions.locking import lock_room
from chat.actions.posting import Post, Posted, people_of, write
from chat.events import MessageDeleted, MessageUpdated
from chat.models import Mention, Message, Revision, Room
from chat.payloads import message_payload
from chat.queries.parts import parts_of
from chat.rules.content import check_content
from chat.rules.markdown import Rendered, render_markdown
from chat.rules.mentions import Person, candidates
from chat.rules.room_references import NamedRoom, names_rooms

RENDERED_AT_ONCE = 500


def post_message(
    *, user: User, room: UUID, content: str, client_message_id: UUID | None = None, origin: str | None = None
) -> Posted:
    """Store a message of `user` in `room` and tell everybody, or answer with the one that this repeats.

    `client_message_id` makes it idempotent for each room and sender; `origin` is the socket that sent it. Raises
    `ContentTooShort`, `ContentTooLong`, `InvalidFrame`, `RateLimited`, `NotFound`, `Forbidden`, `Unavailable`.
    """
    post = _prepare(user, room, content, client_message_id, origin)
    if not connection.in_atomic_block:
        # Held while waiting, the connections of a few posts would leave none for the batcher that they wait for.
        release_connection()
        return batcher.store(post)
    (outcome,) = write([post])
    if isinstance(outcome, CampfireError):
        raise outcome
    if outcome.event:
        publish_on_commit(outcome.event)
    return outcome


async def post_message_async(
    *, user: User, room: UUID, content: str, client_message_id: UUID | None = None, origin: str | None = None
) -> Posted:
    """`post_message` for event loops: only what needs the database or time leaves the loop."""
    if "@" in content or names_rooms(content) or len(content) > RENDERED_AT_ONCE:
        post = await read_in_thread(_prepare, user, room, content, client_message_id, origin)
    else:
        post = _prepare(user, room, content, client_message_id, origin)
    return await batcher.submit_async(post)


def _prepare(user: User, room: UUID, content: str, client_message_id: UUID | None, origin: str | None) -> Post:
    """All that can be refused or done without the room's lock."""
    check_content(content, settings.CONTENT_LENGTH)
    charge_message(user.pk)
    rendered = _render(content, room, user)
    return Post(
        user_id=user.pk,
        room=room,
        content=content,
        html=rendered.html,
        client_message_id=client_message_id or uuid4(),
        mentioned=_others(rendered.mentioned, user.pk),
        origin=origin,
    )


def _render(content: str, room: UUID, author: User) -> Rendered:
    """`content` as HTML. Whom and what it names is asked for only where a name may stand in it."""
    return render_markdown(content, _people_named(content, room), rooms_named(content, room, author))


def _people_named(content: str, room: UUID) -> tuple[Person, ...]:
    names = candidates(content) if "@" in content else set()
    if not names:
        return ()
    return people_of(list(User.objects.filter(name_key__in=names, is_active=True, memberships__room__uuid=room)))


def rooms_named(content: str, room: UUID, author: User) -> tuple[NamedRoom, ...]:
    """The rooms beside `room` that `author` sees and whose names stand in `content`.

    Of several with one name, those that the author is in come first, and the older before the newer.
    """
    if not names_rooms(content):
        return ()
    is_mine = Exists(author.memberships.filter(room=OuterRef("pk")))
    beside = rooms_seen_by(author).filter(workspace__rooms__uuid=room).order_by(is_mine.desc(), "pk")
    text = content.casefold()
    return tuple(
        NamedRoom(str(uuid), name) for uuid, name in beside.values_list("uuid", "name") if f"#{name.casefold()}" in text
    )


def _others(people: tuple[Person, ...], author: int) -> tuple[Person, ...]:
    """Who is named without the author: what they said themselves is never unread to them."""
    return tuple(person for person in people if person.id != author)


def edit_message(*, user: User, message: UUID, content: str, origin: str | None = None) -> dict[str, Any]:
    """Give a message a new text and return it as it is now. Its earlier wording is kept as a revision.

    For its author and admins of the workspace, while members of the room that is not archived. The same text again
    changes nothing. Raises `NotFound`, `Forbidden`, and what `check_content` raises.
    """
    check_content(content, settings.CONTENT_LENGTH)
    with transaction.atomic():
        row, room = _lock_message(user, message)
        if row.deleted_at is not None:
            raise NotFound("This message does not exist, or you cannot see it.")
        if room.archived_at is not None:
            raise Forbidden("This room is archived.")
        if row.content == content:
            return message_payload(row)
        Revision.objects.create(message=row, editor=user, content=row.content, html=row.html, created_at=timezone.now())
        rendered = _render(content, room.uuid, user)
        row.content, row.html, row.edited_at = content, rendered.html, timezone.now()
        _mention(row, [person.id for person in _others(rendered.mentioned, row.creator_id)])
        _save_as_next_version(row, room, "content", "html", "edited_at")
        payload = message_payload(Message.objects.for_payload().get(pk=row.pk))
        publish_on_commit(MessageUpdated(str(room.uuid), row.version, payload, origin))
    return payload


def delete_message(*, user: Actor, message: UUID, origin: str | None = None) -> dict[str, Any]:
    """Blank a message, its revisions and mentions, leaving a tombstone; returns what is left of it.

    For its author and admins of the workspace, while members of the room. Deleting again changes nothing. Raises
    `NotFound`, `Forbidden`.
    """
    with transaction.atomic():
        row, room = _lock_message(user, message)
        if row.deleted_at is not None:
            return message_payload(row)
        row.revisions.all().delete()
        row.mentions.all().delete()
        row.content, row.html, row.deleted_at = "", "", timezone.now()
        _save_as_next_version(row, room, "content", "html", "deleted_at")
        payload = message_payload(row, mentions=())
        publish_on_commit(MessageDeleted(str(room.uuid), row.version, payload, origin))
    return payload


def _lock_message(user: Actor, message: UUID) -> tuple[Message, Room]:
    """The message as it is under its room's lock, if `user` may change it."""
    found = messages_of(user).filter(uuid=message)
    room_id = found.values_list("room_id", flat=True).first()
    if room_id is None:
        raise NotFound("This message does not exist, or you cannot see it.")
    room = lock_room(room_id)
    row = found.for_payload().first()
    if row is None:
        raise NotFound("This message does not exist, or you cannot see it.")
    if not may_change(user, room, row.creator_id):
        raise Forbidden("Only its author or an admin can change this message.")
    return row, room


def _save_as_next_version(row: Message, room: Room, *fields: str) -> None:
    row.version = room.take_version()
    row.parts = parts_of(row)
    row.save(update_fields=[*fields, "version", "parts"])
    room.save(update_fields=["version"])


def _mention(row: Message, people: list[int]) -> None:
    row.mentions.exclude(user__in=people).delete()
    Mention.objects.bulk_create(
        [Mention(message=row, user_id=person, room_id=row.room_id, seq=row.seq) for person in people],
        ignore_conflicts=True,
    )
