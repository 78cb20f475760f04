"""A person's rooms with their counts: what `GET /api/rooms` and the sidebar show, in a fixed number of queries.

Lists are read without a model instance for each row, which costs more than the database does.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, QuerySet
from django.db.models.functions import Cast

from accounts.models import User
from campfire.data.prepared import Given, GivenList, PreparedRead
from campfire.errors import NotFound
from chat.access import NO_ROOM
from chat.models import Epoch, Membership, Room
from chat.payloads import Person, membership_payload, people_of_directs, room_payload
from chat.queries import unread
from chat.queries.sqlite import known_uuid_text


def as_text(column: str) -> Cast:
    """A UUID as the database's own text, of which `known_uuid_text` makes ours: quicker than making a `UUID` first."""
    return Cast(column, CharField())


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
    *("id", "room_id", as_text("room__uuid"), as_text("room__workspace__uuid"), "room__kind", "room__name"),
    "room__topic",
    *("room__direct_people", "room__seq", "room__version", "room__last_message_at", "room__archived_at"),
    *("room__created_at", "involvement", "starred", "muted_until", "last_read_seq", "unread", "mentions"),
)
LARGEST_ID = 2**63 - 1


def rooms_of(user: User, *, archived: bool = False, first: int = 0, last: int = LARGEST_ID) -> list[dict[str, Any]]:
    """Every room `user` is in, on the wire with `membership`: named rooms by name, then directs by latest message.

    Those in use, or the archived ones; of the memberships with ids `first` to `last`.
    """
    return _rooms(user.pk, archived, first, last)


def memberships_of(user: User | Given, *, archived: bool = False) -> QuerySet[Membership]:
    """The memberships of `user` in rooms that are in use, or in the archived ones."""
    return Membership.objects.filter(user=user, user__is_active=True, room__archived_at__isnull=not archived)


def _read_rooms(archived: bool) -> PreparedRead:
    first, last = Given("first", BigIntegerField()), Given("last", BigIntegerField())
    return PreparedRead(
        lambda: unread.with_counts(
            memberships_of(Given("user", BigIntegerField()), archived=archived).filter(pk__gte=first, pk__lte=last)
        ).values_list(*COLUMNS)
    )


_read = {archived: _read_rooms(archived) for archived in (False, True)}


def _rooms(user: int, archived: bool, first: int, last: int) -> list[dict[str, Any]]:
    rows = [_own_room(row) for row in _read[archived](user=user, first=first, last=last)]
    people = people_of_directs(rows)
    epoch = Epoch.current()
    payloads = [_payload(row, epoch, people.get(row.pk)) for row in rows]
    named = [payload for payload in payloads if payload["kind"] != Room.Kind.DIRECT]
    directs = [payload for payload in payloads if payload["kind"] == Room.Kind.DIRECT]
    return _by_name(named) + sorted(directs, key=lambda p: p["last_message_at"] or p["created_at"], reverse=True)


def _own_room(row: tuple[Any, ...]) -> OwnRoom:
    membership, pk, uuid, workspace, *rest = row
    return OwnRoom(membership, pk, known_uuid_text(uuid), known_uuid_text(workspace), *rest)


def room_of(membership: Membership) -> dict[str, Any]:
    """One room as its member sees it now. Raises `NotFound` if they are not in it any more."""
    for archived in (False, True):
        found = _rooms(membership.user_id, archived, membership.pk, membership.pk)
        if found:
            return found[0]
    raise NotFound(NO_ROOM)


def rooms_by_user(users: Sequence[int]) -> list[tuple[int, str, int, int]]:
    """(user, room, membership, version) of every room of these people, by row ids but for the room's uuid."""
    rows = _by_user(users=users)
    return [(user, known_uuid_text(room), membership, version) for user, room, membership, version in rows]


_by_user = PreparedRead(
    lambda: Membership.objects.filter(user__in=GivenList("users", BigIntegerField())).values_list(
        "user_id", as_text("room__uuid"), "pk", "room__version"
    )
)


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
