"""What a change of access does to the sockets of this process. Applying it again does nothing more."""

from collections.abc import Callable

from chat.realtime.codes import Close
from chat.realtime.connection import Connection
from chat.realtime.frames import encode
from chat.realtime.hub_queries import AccessChange
from chat.realtime.registry import Registry
from chat.realtime.room_channel import Subscription


def apply_access_change(hub: Registry, change: AccessChange) -> None:
    """Apply `change` to every local socket it concerns."""
    if change.kind == "room_deleted":
        _delete_room(hub, change.room)
        return
    effect = _ON_CONNECTION.get(change.kind)
    if effect is None:
        hub.spawn(_give_notice(hub, change))
        return
    for connection in list(hub.connections_of(change.user)):
        effect(hub, connection, change)


async def _give_notice(hub: Registry, change: AccessChange) -> None:
    """Nobody's access changed, only what some of the people connected here are shown; told in the order it happened."""
    async with hub.giving_notice:
        notice = await hub.queries.notice(change)
    if notice is None:
        return
    for user in notice.people & hub.people.keys():
        for connection in list(hub.connections_of(user)):
            if not notice.room or notice.room in connection.rooms:
                connection.put(notice.frame, notice.room or None)


def _end_session(_hub: Registry, connection: Connection, change: AccessChange) -> None:
    if connection.session == change.session:
        connection.close(Close.SESSION_ENDED)


def _disable_account(_hub: Registry, connection: Connection, _change: AccessChange) -> None:
    connection.close(Close.ACCOUNT_DISABLED)


def _add_member(hub: Registry, connection: Connection, change: AccessChange) -> None:
    subscription = hub.subscription(connection, change.room)
    if subscription is None:
        hub.spawn(hub.admit(connection, change.room))
    else:
        subscription.called = True


def _remove_member(hub: Registry, connection: Connection, change: AccessChange) -> None:
    """End exactly this membership; one that was made since stays."""
    subscription = hub.subscription(connection, change.room)
    if subscription is not None and subscription.membership == change.membership:
        _expel(hub, subscription, change.reason or "removed", change.membership)
    elif subscription is None or subscription.membership < change.membership:
        connection.revoke(change.room, change.membership)


def _delete_room(hub: Registry, room: str) -> None:
    if (channel := hub.channels.get(room)) is not None:
        for subscription in list(channel.subscriptions.values()):
            if subscription.membership:
                _expel(hub, subscription, "deleted", subscription.membership)
            else:
                # Its look-up is under way, and may be a stranger's, who must not learn that there was a room.
                hub.spawn(hub.drop(subscription))


def _expel(hub: Registry, subscription: Subscription, reason: str, membership: int) -> None:
    """Purge what is queued, say so once as the last frame that names the room, and let it go."""
    connection, channel = subscription.connection, subscription.channel
    connection.revoke(channel.room, membership)
    if channel.room in connection.rooms:
        connection.rooms.discard(channel.room)
        channel.discard(subscription)
        connection.part(channel.room, encode({"type": "room_removed", "room_id": channel.room, "reason": reason}))
        hub.spawn(hub.drop(subscription))


_ON_CONNECTION: dict[str, Callable[[Registry, Connection, AccessChange], None]] = {
    "session_ended": _end_session,
    "account_disabled": _disable_account,
    "member_added": _add_member,
    "member_removed": _remove_member,
}
