"""Who is in which room: what joining and catching up look up first, for many sockets at once."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from accounts.models import User
from campfire.data.database import BatchedLookup
from campfire.data.prepared import Given, Open, PreparedRead, as_json
from chat.models import Membership


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


def memberships_asked_for() -> "QuerySet[Membership]":
    """The memberships that are `asked` for, if the person's account is not disabled: for a `PreparedRead`."""
    return Membership.objects.filter(pk__in=_TheirRows(), user__is_active=True)


_read = PreparedRead(lambda: memberships_asked_for().values_list("user_id", "room__uuid", "pk"))


def _memberships(asked: Sequence[Asked]) -> dict[Asked, int]:
    found = {(user, str(room)): membership for user, room, membership in _read(asked=asked)}
    return {one: found[key] for one in asked if (key := (one.user.pk, one.room)) in found}


look_up_membership: BatchedLookup[Asked, int] = BatchedLookup(_memberships)
