"""Messages as lists of them are read: whole rows by one statement of ours, without a model instance for each.

Through the ORM a page of 50 costs ten times what the database takes for it: compiling the query, three objects for
each row, a second query for the mentions. Pages, search and catch-up read here; who needs one message, or changes it,
has `Message`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import orjson
from django.db import connection

from chat.payloads import row_payload
from chat.queries.sqlite import aware, known_uuid_text, uuid_text


class Author(NamedTuple):
    """Who wrote a message, as far as others see them."""

    uuid: str
    name: str


class StoredMessage(NamedTuple):
    """The row of a message with its room, its author and whom it names (ids, in the order of their naming)."""

    pk: int
    uuid: str
    room_uuid: str
    creator_id: int
    creator_uuid: str
    creator_name: str
    client_message_id: str
    seq: int
    created_version: int
    version: int
    content: str
    html: str
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    parts: dict[str, Any] | None
    mentions: tuple[str, ...]

    def payload(self) -> dict[str, Any]:
        """The message on the wire; no query."""
        author = Author(self.creator_uuid, self.creator_name)
        return row_payload(self, room=self.room_uuid, creator=author, mentions=self.mentions)


def read(condition: str, parameters: Sequence[Any], *, order: str, limit: int) -> list[StoredMessage]:
    """At most `limit` messages for which the SQL `condition` on `m` holds, in the SQL `order`; one statement.

    Both are texts of this program; what comes from outside goes into `parameters`.
    """
    make = _of_sqlite if connection.vendor == "sqlite" else _of_postgresql
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, condition, order), [*parameters, limit])
        return [make(row) for row in cursor.fetchall()]


def read_by_ids(ids: Sequence[int]) -> list[StoredMessage]:
    """The live ones among the messages of these row ids, newest first."""
    marks = ", ".join(["%s"] * len(ids))
    condition = f"m.id IN ({marks}) AND m.deleted_at IS NULL"
    return read(condition, ids, order="m.id DESC", limit=len(ids)) if ids else []


@cache
def columns(vendor: str) -> str:
    """What a `StoredMessage` is made of, as SQL on the message `m`, its room `r` and its author `u`."""
    identifier = "{}" if vendor == "sqlite" else "{}::text"
    message, client, room, author, named = (
        identifier.format(column) for column in ("m.uuid", "m.client_message_id", "r.uuid", "u.uuid", "p.uuid")
    )
    parts = "m.parts" if vendor == "sqlite" else "m.parts::text"
    # SQLite takes no order inside of an aggregate before 3.44, and aggregates in the order of the rows it is given.
    join = "string_agg(p.uuid, ' ')" if vendor != "sqlite" else "group_concat(p.uuid, ' ')"
    return f"""
        m.id, {message}, {room}, m.creator_id, {author}, u.name, {client}, m.seq, m.created_version, m.version,
        m.content, m.html, m.created_at, m.edited_at, m.deleted_at, {parts},
        (SELECT {join} FROM (
            SELECT {named} AS uuid FROM chat_mention n JOIN accounts_user p ON p.id = n.user_id
            WHERE n.message_id = m.id ORDER BY n.id) p)
    """  # noqa: S608


@cache
def _statement(vendor: str, condition: str, order: str) -> str:
    return f"""
        SELECT {columns(vendor)}
        FROM chat_message m JOIN chat_room r ON r.id = m.room_id JOIN accounts_user u ON u.id = m.creator_id
        WHERE {condition} ORDER BY {order} LIMIT %s
    """  # noqa: S608


def _of_postgresql(row: tuple[Any, ...]) -> StoredMessage:
    *columns, parts, mentions = row
    return StoredMessage._make([*columns, parts and orjson.loads(parts), tuple(mentions.split()) if mentions else ()])


def _of_sqlite(row: tuple[Any, ...]) -> StoredMessage:
    pk, uuid, room, creator, author, name, client, seq, created_version, version, content, html, *rest = row
    created, edited, deleted, parts, mentions = rest
    return StoredMessage(
        *(pk, uuid_text(uuid), known_uuid_text(room), creator, known_uuid_text(author), name, uuid_text(client)),
        *(seq, created_version, version, content, html, created.replace(tzinfo=UTC)),
        aware(edited),
        aware(deleted),
        parts and orjson.loads(parts),
        tuple(map(known_uuid_text, mentions.split())) if mentions else (),
    )
