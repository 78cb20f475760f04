"""A person's rooms with their counts: what `GET /api/rooms` and the sidebar show, in a fixed number of queries.

Lists are read without a model instance for each row, which costs more than the database does.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from campfire.errors import NotFound
from chat.access import NO_ROOM
from chat.models import Epoch, Membership, Room
from chat.payloads import Person, membership_payload, people_of_directs, room_payload
from chat.queries import unread
from chat.queries.sqlite import aware, known_uuid_text


class OwnRoom(NamedTuple):
    """A room with how one of its members stands to it; `membership_id` is the row's."""

    membership_id: int
    pk: int
    uuid: str
    workspace_uuid: str
    kind: str
    name: str
    topic: str
    direct_people: list[int] | None
    seq: int
    version: int
    last_message_at: datetime | None
    archived_at: datetime | None
    created_at: datetime
    involvement: str
    starred: bool
    muted_until: datetime | None
    last_read_seq: int
    unread: int
    mentions: int

    @property
    def is_direct(self) -> bool:
        return self.kind == Room.Kind.DIRECT


# As of `OwnRoom`.
COLUMNS = (
    *("id", "room_id", "room__uuid", "room__workspace__uuid", "room__kind", "room__name", "room__topic"),
    *("room__direct_people", "room__seq", "room__version", "room__last_message_at", "room__archived_at"),
    *("room__created_at", "involvement", "starred", "muted_until", "last_read_seq", "unread", "mentions"),
)
# In the statement, for what differs from one reading to the next.
USER, FIRST, LAST = -1, -2, -3
LARGEST_ID = 2**63 - 1


def rooms_of(user: User, *, archived: bool = False, first: int = 0, last: int = LARGEST_ID) -> list[dict[str, Any]]:
    """Every room `user` is in, on the wire with `membership`: named rooms by name, then directs by latest message.

    Those in use, or the archived ones; of the memberships with ids `first` to `last`.
    """
    return _rooms(user.pk, archived, first, last)


def memberships_of(user: User | int, *, archived: bool = False) -> QuerySet[Membership]:
    """The memberships of `user` in rooms that are in use, or in the archived ones."""
    return Membership.objects.filter(user=user, user__is_active=True, room__archived_at__isnull=not archived)


def _rooms(user: int, archived: bool, first: int, last: int) -> list[dict[str, Any]]:
    rows = _read(user, archived, first, last)
    people = people_of_directs(rows)
    epoch = Epoch.current()
    payloads = [_payload(row, epoch, people.get(row.pk)) for row in rows]
    named = [payload for payload in payloads if payload["kind"] != Room.Kind.DIRECT]
    directs = [payload for payload in payloads if payload["kind"] == Room.Kind.DIRECT]
    return _by_name(named) + sorted(directs, key=lambda p: p["last_message_at"] or p["created_at"], reverse=True)


def _read(user: int, archived: bool, first: int, last: int) -> list[OwnRoom]:
    sql, parameters = _statement(connection.vendor, archived)
    values = {USER: user, FIRST: first, LAST: last}
    make = _of_sqlite if connection.vendor == "sqlite" else _of_postgresql
    with connection.cursor() as cursor:
        cursor.execute(sql, [values.get(parameter, parameter) for parameter in parameters])
        return [make(row) for row in cursor.fetchall()]


@cache
def _statement(vendor: str, archived: bool) -> tuple[str, tuple[Any, ...]]:
    """The SQL, which Django takes longer to make than the database to answer, and its parameters with marks in them."""
    memberships = memberships_of(USER, archived=archived).filter(pk__gte=FIRST, pk__lte=LAST)
    rows = unread.with_counts(memberships).values_list(*COLUMNS)
    sql, parameters = rows.query.sql_with_params()
    return sql, parameters


def _of_postgresql(row: tuple[Any, ...]) -> OwnRoom:
    found = OwnRoom._make(row)
    people = row[COLUMNS.index("room__direct_people")]
    return found._replace(direct_people=people and orjson.loads(people))


def _of_sqlite(row: tuple[Any, ...]) -> OwnRoom:
    membership, pk, uuid, workspace, kind, name, topic, people, seq, version, spoken, archived, created, *rest = row
    involvement, starred, muted, *counts = rest
    return OwnRoom(
        *(membership, pk, known_uuid_text(uuid), known_uuid_text(workspace), kind, name, topic),
        people and orjson.loads(people),
        *(seq, version, aware(spoken), aware(archived), created.replace(tzinfo=UTC)),
        *(involvement, bool(starred), aware(muted), *counts),
    )


def room_of(membership: Membership) -> dict[str, Any]:
    """One room as its member sees it now. Raises `NotFound` if they are not in it any more."""
    for archived in (False, True):
        found = _rooms(membership.user_id, archived, membership.pk, membership.pk)
        if found:
            return found[0]
    raise NotFound(NO_ROOM)


def rooms_by_user(users: Sequence[int]) -> list[tuple[int, str, int, int]]:
    """(user, room, membership, version) of every room of these people, by row ids but for the room's uuid."""
    if not users:
        return []
    marks = ", ".join(["%s"] * len(users))
    source = f"chat_membership m JOIN chat_room r ON r.id = m.room_id WHERE m.user_id IN ({marks})"
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute(f"SELECT m.user_id, r.uuid::text, m.id, r.version FROM {source}", users)  # noqa: S608
            return cursor.fetchall()
        # One row for all: SQLite's module gives Python's lock away for each row, and then waits behind all else.
        row = "json_array(m.user_id, r.uuid, m.id, r.version)"
        cursor.execute(f"SELECT json_group_array({row}) FROM {source}", users)  # noqa: S608
        found = orjson.loads(cursor.fetchone()[0])
    return [(user, known_uuid_text(room), membership, version) for user, room, membership, version in found]


def joinable_rooms(user: User) -> QuerySet[Room]:
    """Open rooms that `user` could join and has not."""
    mine = Membership.objects.filter(user=user).values("room")
    return Room.objects.joinable_by(user).exclude(pk__in=mine).select_related("workspace")


def open_rooms(rooms: Iterable[Room]) -> list[dict[str, Any]]:
    """Rooms as they are shown to those who are not in them, by name."""
    epoch = Epoch.current()
    return _by_name([room_payload(room, epoch=epoch) for room in rooms])


def _payload(row: OwnRoom, epoch: str, people: list[Person] | None) -> dict[str, Any]:
    payload = room_payload(row, epoch=epoch, people=people)
    payload["membership"] = membership_payload(row, unread=row.unread, mentions=row.mentions)
    return payload


def _by_name(payloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(payloads, key=lambda payload: (payload["name"].casefold(), payload["id"]))
