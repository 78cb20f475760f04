"""Changes of access, at once in this process; everywhere else by the layer or, at the latest, the poll."""

from collections.abc import Sequence

from accounts.events import AccountDisabled, SessionEnded
from chat.events import MembershipAdded, MembershipRemoved, RoomDeleted
from chat.realtime.hub_queries import AccessChange
from chat.subscribers.broadcast import on_hubs

Event = MembershipAdded | MembershipRemoved | RoomDeleted | SessionEnded | AccountDisabled


def changes(events: Sequence[Event]) -> None:
    for event in events:
        change = _change(event)
        on_hubs(lambda hub, change=change: hub.change_access(change))  # type: ignore[misc]


def _change(event: Event) -> AccessChange:
    match event:
        case MembershipAdded(room, user, membership):
            return AccessChange("member_added", user=user, room=room, membership=membership)
        case MembershipRemoved(room, user, membership, reason):
            return AccessChange("member_removed", user=user, room=room, membership=membership, reason=reason)
        case RoomDeleted(room):
            return AccessChange("room_deleted", room=room)
        case SessionEnded(user, session):
            return AccessChange("session_ended", user=user, session=session)
        case AccountDisabled(user):
            return AccessChange("account_disabled", user=user)
