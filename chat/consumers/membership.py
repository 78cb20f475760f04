"""Who is in which room: what joining and catching up look up first, for many sockets at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import User
from campfire.data.database import BatchedLookup
from chat.models import Membership


class Asked(NamedTuple):
    """Who asks for which room."""

    user: User
    room: str


def memberships_of(asked: Sequence[Asked]) -> "QuerySet[Membership]":
    """The memberships that are asked for, if the person's account is not disabled."""
    people: defaultdict[str, list[int]] = defaultdict(list)
    for user, room in asked:
        people[room].append(user.pk)
    exactly = Q()
    for room, users in people.items():
        exactly |= Q(room__uuid=room, user__in=users)
    # Who may be meant at all is said too: SQLite finds no index for an OR that spans two tables.
    everybody = {user.pk for user, _ in asked}
    return Membership.objects.filter(exactly, room__uuid__in=people, user__in=everybody, user__is_active=True)


def _memberships(asked: Sequence[Asked]) -> dict[Asked, int]:
    rows = memberships_of(asked).values_list("user_id", "room__uuid", "pk")
    found = {(user, str(room)): membership for user, room, membership in rows}
    return {one: found[key] for one in asked if (key := (one.user.pk, one.room)) in found}


look_up_membership: BatchedLookup[Asked, int] = BatchedLookup(_memberships)
