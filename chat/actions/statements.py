"""The SQL of posting: all that many posts need to know, and all that comes of them, in a few statements.

Rows travel as one JSON text in either direction. One text of SQL then serves any number of them, and a thread gives
the interpreter away once for a statement, not once for a row: beside a busy event loop it may wait 5 ms to get it back.
SQLite also brings the full-text index up to date once for a statement, which was half of the time of an INSERT.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from chat.rules.mentions import Person

_LOCK = """
    SELECT id FROM chat_room
    WHERE uuid = ANY(%s) AND deleted_at IS NULL
    ORDER BY id FOR NO KEY UPDATE
"""
_FIND = {
    "sqlite": """
        SELECT json_group_array(json_array(
            wanted.key, room.id, room.seq, room.version, room.archived_at IS NOT NULL,
            membership.id, person.uuid, person.name,
            (SELECT m.id FROM chat_message AS m
             WHERE m.room_id = room.id AND m.creator_id = person.id
             AND m.client_message_id = json_extract(wanted.value, '$[2]'))))
        FROM json_each(%s) AS wanted
        CROSS JOIN chat_room AS room
            ON room.uuid = json_extract(wanted.value, '$[0]') AND room.deleted_at IS NULL
        CROSS JOIN chat_membership AS membership
            ON membership.room_id = room.id AND membership.user_id = json_extract(wanted.value, '$[1]')
        CROSS JOIN accounts_user AS person ON person.id = membership.user_id AND person.is_active
    """,
    "postgresql": """
        SELECT json_agg(json_build_array(
            wanted.number - 1, room.id, room.seq, room.version, room.archived_at IS NOT NULL,
            membership.id, person.uuid, person.name,
            (SELECT m.id FROM chat_message AS m
             WHERE m.room_id = room.id AND m.creator_id = person.id
             AND m.client_message_id = (wanted.post->>2)::uuid)))::text
        FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS wanted(post, number)
        JOIN chat_room AS room ON room.uuid = (wanted.post->>0)::uuid AND room.deleted_at IS NULL
        JOIN chat_membership AS membership
            ON membership.room_id = room.id AND membership.user_id = (wanted.post->>1)::bigint
        JOIN accounts_user AS person ON person.id = membership.user_id AND person.is_active
    """,
}
_INSERT = {
    "sqlite": """
        INSERT INTO chat_message (uuid, room_id, creator_id, client_message_id,
            seq, created_version, version, content, html, created_at, parts)
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
            json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
            json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'),
            json_extract(value, '$[8]'), json_extract(value, '$[9]')
        FROM json_each(%s)
    """,
    "postgresql": """
        INSERT INTO chat_message (uuid, room_id, creator_id, client_message_id,
            seq, created_version, version, content, html, created_at, parts)
        SELECT (value->>0)::uuid, (value->>1)::bigint, (value->>2)::bigint, (value->>3)::uuid,
            (value->>4)::bigint, (value->>5)::bigint, (value->>5)::bigint, value->>6, value->>7,
            (value->>8)::timestamptz, NULLIF(value->9, 'null')
        FROM jsonb_array_elements(%s::jsonb) AS rows(value)
    """,
}
_ADVANCE = {
    "sqlite": """
        UPDATE chat_room SET seq = json_extract(clock.value, '$[1]'), version = json_extract(clock.value, '$[2]'),
            last_message_at = json_extract(clock.value, '$[3]')
        FROM json_each(%s) AS clock WHERE chat_room.id = json_extract(clock.value, '$[0]')
    """,
    "postgresql": """
        UPDATE chat_room SET seq = (clock.value->>1)::bigint, version = (clock.value->>2)::bigint,
            last_message_at = (clock.value->>3)::timestamptz
        FROM jsonb_array_elements(%s::jsonb) AS clock(value) WHERE chat_room.id = (clock.value->>0)::bigint
    """,
}


class PostContext(NamedTuple):
    """What the database holds about a post: its room and its clock, the sender's membership, the message it repeats."""

    room: int
    seq: int
    version: int
    is_archived: bool
    membership: int
    sender_uuid: str
    sender_name: str
    repeats: int | None


@dataclass(slots=True)
class NewMessage:
    """A message on its way into the database, with the names of `Message`."""

    uuid: UUID
    room_id: int
    creator_id: int
    client_message_id: UUID
    seq: int
    created_version: int
    content: str
    html: str
    created_at: datetime
    mentioned: tuple[Person, ...] = ()
    parts: Mapping[str, Any] | None = None
    edited_at: None = None
    deleted_at: None = None

    @property
    def version(self) -> int:
        return self.created_version


@dataclass(slots=True)
class Clock:
    """A room's counters (its logical clock), with the names of `Room`."""

    seq: int
    version: int
    last_message_at: datetime


def lock(rooms: Iterable[UUID]) -> None:
    """Lock rooms as `lock_rooms` does, in order of row id. SQLite's whole transaction is the lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [list(rooms)])


def find(wanted: Sequence[tuple[UUID, int, UUID]]) -> Mapping[int, PostContext]:
    """For (room, sender, client message id), by position in `wanted`: what is found of those who may speak there."""
    if is_sqlite := connection.vendor == "sqlite":
        text = _json([(room.hex, sender, sent.hex) for room, sender, sent in wanted])
    else:
        text = _json(wanted)
    with connection.cursor() as cursor:
        cursor.execute(_FIND[connection.vendor], [text])
        rows = orjson.loads(cursor.fetchone()[0] or "[]")
    if is_sqlite:
        for row in rows:
            row[6] = _with_hyphens(row[6])
    return {row[0]: PostContext(*row[1:]) for row in rows}


def insert(messages: Sequence[NewMessage]) -> None:
    """Store messages, in this order."""
    values = _sqlite_values if connection.vendor == "sqlite" else _values
    text = _json([values(message) for message in messages])
    with connection.cursor() as cursor:
        cursor.execute(_INSERT[connection.vendor], [text])


def advance(clocks: Mapping[int, Clock]) -> None:
    """Save where rooms (by row id) stand."""
    time = _sqlite_time if connection.vendor == "sqlite" else _time
    rows = [(room, clock.seq, clock.version, time(clock.last_message_at)) for room, clock in clocks.items()]
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE[connection.vendor], [_json(rows)])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _values(new: NewMessage) -> tuple[Any, ...]:
    return (
        new.uuid,
        new.room_id,
        new.creator_id,
        new.client_message_id,
        new.seq,
        new.created_version,
        new.content,
        new.html,
        new.created_at,
        new.parts,
    )


def _sqlite_values(new: NewMessage) -> tuple[Any, ...]:
    """The same as Django's fields keep it there."""
    uuid, room, creator, sent, *rest, at, parts = _values(new)
    return (uuid.hex, room, creator, sent.hex, *rest, _sqlite_time(at), parts)


def _time(at: datetime) -> datetime:
    return at


def _sqlite_time(at: datetime) -> str:
    return str(at.astimezone(UTC).replace(tzinfo=None))


def _with_hyphens(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
