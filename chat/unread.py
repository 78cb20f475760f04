"""Counting what is unread: live messages of others above the read marker, exactly."""

from django.db.models import Count, F

from accounts.models import User
from chat.models import Membership, Mention, Message


def counts(membership: Membership) -> tuple[int, int]:
    """(unread messages, unread mentions) in one room."""
    above = {"room_id": membership.room_id, "seq__gt": membership.last_read_seq}
    unread = Message.objects.live().filter(**above).exclude(creator_id=membership.user_id).count()
    mentions = Mention.objects.filter(user_id=membership.user_id, **above).count()
    return unread, mentions


def counts_of(user: User) -> dict[int, tuple[int, int]]:
    """(unread messages, unread mentions) by room row id, for all rooms of `user` that have any; two queries."""
    above = {"room__memberships__user": user, "seq__gt": F("room__memberships__last_read_seq")}
    live = Message.objects.live().filter(**above).exclude(creator=user)
    unread = dict(live.values("room").annotate(count=Count("*")).values_list("room", "count"))
    named = Mention.objects.filter(user=user, **above)
    mentions = dict(named.order_by().values("room").annotate(count=Count("*")).values_list("room", "count"))
    return {room: (unread.get(room, 0), mentions.get(room, 0)) for room in unread | mentions}
