"""Rows as they go over the wire: REST, socket and pages all speak through here (the API's schema)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from accounts.models import User
from accounts.payloads import Named, user_payload
from campfire.times import iso
from chat.models import Membership, Message, Revision


class MessageRow(Protocol):
    """What the row of a message says by itself: a `Message`, or one on its way into the database."""

    @property
    def uuid(self) -> UUID | str: ...
    @property
    def client_message_id(self) -> UUID | str: ...
    @property
    def seq(self) -> int: ...
    @property
    def created_version(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def content(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def edited_at(self) -> datetime | None: ...
    @property
    def deleted_at(self) -> datetime | None: ...
    @property
    def parts(self) -> Mapping[str, Any] | None: ...


def message_payload(
    message: Message, *, room: str | None = None, mentions: Iterable[str] | None = None
) -> dict[str, Any]:
    """The message on the wire. Read it with `MessageQuerySet.for_payload`, or hand in what is known already."""
    if mentions is None:
        mentions = [str(mention.user.uuid) for mention in message.mentions.all()]
    return row_payload(message, room=room or str(message.room.uuid), creator=message.creator, mentions=mentions)


def row_payload(message: MessageRow, *, room: str, creator: Named, mentions: Iterable[str]) -> dict[str, Any]:
    """`message_payload` where everything around the row is known; no query."""
    author = user_payload(creator)
    live = message.deleted_at is None
    payload: dict[str, Any] = {
        "id": str(message.uuid),
        "room_id": room,
        "creator_id": author["id"],
        "creator": author,
        "content": message.content if live else "",
        "html": message.html if live else "",
        "client_message_id": str(message.client_message_id),
        "seq": message.seq,
        "created_version": message.created_version,
        "version": message.version,
        "kind": "text",
        "thread_id": None,
        "reply_count": 0,
        "reactions": [],
        "attachments": [],
        "mentions": list(mentions) if live else [],
        "pinned": False,
        "created_at": iso(message.created_at),
        "edited_at": iso(message.edited_at),
        "deleted_at": iso(message.deleted_at),
    }
    if message.parts:
        payload.update(message.parts)
    return payload


def deletion_payload(message: Mapping[str, Any]) -> dict[str, Any]:
    """What is left to say of a deleted message, from its payload."""
    return {
        "room_id": message["room_id"],
        "message_id": message["id"],
        "seq": message["seq"],
        "version": message["version"],
    }


class RoomRow(Protocol):
    """What the row of a room says: a `Room`, or what was read of one without an instance."""

    @property
    def pk(self) -> int: ...
    @property
    def uuid(self) -> UUID | str: ...
    @property
    def workspace_uuid(self) -> UUID | str: ...
    @property
    def kind(self) -> str: ...
    @property
    def is_direct(self) -> bool: ...
    @property
    def direct_people(self) -> list[int] | None: ...
    @property
    def name(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def last_message_at(self) -> datetime | None: ...
    @property
    def archived_at(self) -> datetime | None: ...
    @property
    def created_at(self) -> datetime: ...


class MembershipRow(Protocol):
    """What the row of a membership says of its room's reader."""

    @property
    def involvement(self) -> str: ...
    @property
    def starred(self) -> bool: ...
    @property
    def muted_until(self) -> datetime | None: ...
    @property
    def last_read_seq(self) -> int: ...


class Person(NamedTuple):
    """Somebody as far as others see them."""

    uuid: UUID
    name: str


def people_of_directs(rooms: Iterable[RoomRow]) -> dict[int, list[Person]]:
    """The people of each direct room among `rooms`, by row id; one query. Who has left the workspace is still named."""
    directs = {room.pk: room.direct_people or [] for room in rooms if room.is_direct}
    everybody = {pk for people in directs.values() for pk in people}
    rows = User.objects.filter(pk__in=everybody).values_list("pk", "uuid", "name") if everybody else ()
    found = {pk: Person(uuid, name) for pk, uuid, name in rows}
    return {room: [found[pk] for pk in people if pk in found] for room, people in directs.items()}


def room_payload(room: RoomRow, *, epoch: str, people: Iterable[Named] | None = None) -> dict[str, Any]:
    """What everybody in the room may know of it; `people` are named in directs, which have no name of their own."""
    payload = {
        "id": str(room.uuid),
        "workspace_id": str(room.workspace_uuid),
        "name": room.name,
        "kind": room.kind,
        "topic": room.topic,
        "seq": room.seq,
        "version": room.version,
        "epoch": epoch,
        "last_message_at": iso(room.last_message_at),
        "archived_at": iso(room.archived_at),
        "created_at": iso(room.created_at),
    }
    if room.is_direct:
        payload["people"] = [
            user_payload(user) for user in (people_of_directs([room])[room.pk] if people is None else people)
        ]
    return payload


def membership_payload(membership: MembershipRow, *, unread: int, mentions: int) -> dict[str, Any]:
    """How one person stands to one room."""
    return {
        "involvement": membership.involvement,
        "starred": membership.starred,
        "muted_until": iso(membership.muted_until),
        "last_read_seq": membership.last_read_seq,
        "unread_count": unread,
        "mention_count": mentions,
    }


def read_state_payload(membership: Membership, *, unread: int, mentions: int) -> dict[str, Any]:
    """A person's read marker in a room, with what is unread above it at the room's `version`."""
    return {
        "room_id": str(membership.room.uuid),
        "seq": membership.room.seq,
        "version": membership.room.version,
        "last_read_seq": membership.last_read_seq,
        "unread_count": unread,
        "mention_count": mentions,
    }


def revision_payload(revision: Revision) -> dict[str, Any]:
    """An earlier wording of a message, and when and by whom it was replaced."""
    return {
        "id": revision.pk,
        "content": revision.content,
        "html": revision.html,
        "editor": user_payload(revision.editor) if revision.editor else None,
        "created_at": iso(revision.created_at),
    }
