"""Counting what is unread: live messages of others above the read marker, exactly."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campfire.errors import NotFound
from chat.access import NO_ROOM
from chat.models import Membership, Mention, Message


@dataclass(frozen=True, slots=True)
class Counted:
    """A membership, with `.room` and its workspace, and how many messages and mentions are unread in it."""

    membership: Membership
    unread: int
    mentions: int


def counted(memberships: QuerySet[Membership]) -> list[Counted]:
    """`memberships` with their counts, in one statement, which sees one moment.

    So the counts are those at the room's version and at the marker that are shown with them: whoever counts on from
    there by frames neither misses a message nor takes one twice.

    """
    rows = with_counts(memberships).select_related("room__workspace")
    return [Counted(row, row.unread, row.mentions) for row in rows]


def with_counts(memberships: QuerySet[Membership]) -> QuerySet[Any]:
    """`memberships` annotated with `unread` and `mentions`.

    A subquery for each membership, so that only what lies above its marker is read: joined, a planner may prefer to
    walk through every message there is.
    """
    above = {"room": OuterRef("room"), "seq__gt": OuterRef("last_read_seq")}
    unread = _count(Message.objects.live().filter(**above).exclude(creator=OuterRef("user")))
    mentions = _count(Mention.objects.filter(user=OuterRef("user"), **above))
    return memberships.annotate(unread=unread, mentions=mentions)


def count(membership: Membership) -> Counted:
    """The membership as it is now, with its counts. Raises `NotFound` if it has ended."""
    for found in counted(Membership.objects.filter(pk=membership.pk)):
        return found
    raise NotFound(NO_ROOM)


def _count(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("room").annotate(count=Count("*")).values("count")), 0)
