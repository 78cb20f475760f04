"""Who is in which room: what joining and catching up look up first, for many who ask at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from accounts.models import User
from campfire.data.prepared import Given, Open, PreparedRead, as_json
from chat.models import Epoch, Membership
from chat.queries.unread import with_counts


class Asked(NamedTuple):
    """Who asks for which room."""

    user: User
    room: str


class _TheirRows(Given):
    """The row ids of the memberships that are `asked` for: each person's in the room they ask for, and in no other."""

    def __init__(self) -> None:
        super().__init__("asked", BigIntegerField())

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        if connection.vendor == "sqlite":
            asked, adapt = "json_each(%s)", _with_digits
            user, room = "json_extract(asked.value, '$[0]')", "json_extract(asked.value, '$[1]')"
        else:
            asked, adapt = "jsonb_array_elements(%s::jsonb)", _with_texts
            user, room = "(asked.value->>0)::bigint", "(asked.value->>1)::uuid"
        # In this order: from whoever asks to their room to their membership, along two unique indexes.
        sql = f"""(
            SELECT m.id FROM {asked} AS asked
            CROSS JOIN chat_room r CROSS JOIN chat_membership m
            WHERE r.uuid = {room} AND m.room_id = r.id AND m.user_id = {user}
        )"""  # noqa: S608
        return sql, [Open(self.name, adapt)]


def _with_digits(asked: Iterable[Asked]) -> str:
    return as_json([(user.pk, room.replace("-", "")) for user, room in asked])


def _with_texts(asked: Iterable[Asked]) -> str:
    return as_json([(user.pk, room) for user, room in asked])


def _asked_for() -> "QuerySet[Membership]":
    """The memberships that are `asked` for, if the person's account is not disabled."""
    return Membership.objects.filter(pk__in=_TheirRows(), user__is_active=True)


_read_ids = PreparedRead(lambda: _asked_for().values_list("user_id", "room__uuid", "pk"))


def membership_ids(asked: Sequence[Asked]) -> dict[Asked, int]:
    """The row ids of the memberships that are asked for; who is in no such room is left out."""
    found = {(user, str(room)): membership for user, room, membership in _read_ids(asked=asked)}
    return {one: found[key] for one in asked if (key := (one.user.pk, one.room)) in found}


class Joining(NamedTuple):
    """A membership in a room that somebody joins, with what is unread in it."""

    user: int
    room: UUID
    membership: int
    version: int
    seq: int
    involvement: str
    starred: bool
    muted_until: datetime | None
    last_read_seq: int
    unread: int
    mentions: int
    epoch: str


# As of `Joining`.
_COLUMNS = (
    *("user_id", "room__uuid", "pk", "room__version", "room__seq", "involvement", "starred", "muted_until"),
    *("last_read_seq", "unread", "mentions", Epoch.column()),
)
_read_joinings = PreparedRead(lambda: with_counts(_asked_for()).values_list(*_COLUMNS))


def joinings(asked: Sequence[Asked]) -> dict[Asked, Joining]:
    """The memberships that are asked for, as `membership_ids`."""
    rows = [Joining._make([*row, str(epoch or Epoch.current())]) for *row, epoch in _read_joinings(asked=asked)]
    found = {(row.user, str(row.room)): row for row in rows}
    return {one: found[key] for one in asked if (key := (one.user.pk, one.room)) in found}
