"""Counting what is unread: live messages of others above the read marker, exactly."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from chat.models import Membership, Mention, Message


def counts(membership: Membership) -> tuple[int, int]:
    """(unread messages, unread mentions) in one room."""
    above = {"room_id": membership.room_id, "seq__gt": membership.last_read_seq}
    unread = Message.objects.live().filter(**above).exclude(creator_id=membership.user_id).count()
    mentions = Mention.objects.filter(user_id=membership.user_id, **above).count()
    return unread, mentions


def counts_of(user: User) -> dict[int, tuple[int, int]]:
    """(unread messages, unread mentions) by room row id, for all rooms of `user` that have any; one query.

    A subquery for each membership, so that only what lies above its marker is read: joined, a planner may prefer to
    walk through every message there is.
    """
    above = {"room": OuterRef("room"), "seq__gt": OuterRef("last_read_seq")}
    unread = _count(Message.objects.live().filter(**above).exclude(creator=user))
    mentions = _count(Mention.objects.filter(user=user, **above))
    rows = Membership.objects.filter(user=user).values_list("room", unread, mentions)
    return {room: (messages, named) for room, messages, named in rows if messages or named}


def _count(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("room").annotate(count=Count("*")).values("count")), 0)
