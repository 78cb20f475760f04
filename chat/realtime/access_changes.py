"""What a change of access does to the sockets of this process. Applying it again does nothing more."""

from typing import TYPE_CHECKING

from chat.realtime.codes import Close
from chat.realtime.connection import Connection
from chat.realtime.frames import encode
from chat.realtime.room_channel import Subscription

if TYPE_CHECKING:
    from chat.realtime.hub import AccessChange, Hub


def apply(hub: "Hub", change: "AccessChange") -> None:
    """Apply `change` to every local socket it concerns."""
    if change.kind == "session_ended":
        for connection in list(hub.connections_of(change.user)):
            if connection.session == change.session:
                connection.close(Close.SESSION_ENDED)
    elif change.kind == "account_disabled":
        for connection in list(hub.connections_of(change.user)):
            connection.close(Close.ACCOUNT_DISABLED)
    elif change.kind == "member_added":
        for connection in list(hub.connections_of(change.user)):
            if change.room not in connection.subscriptions:
                hub.spawn(_admit(hub, connection, change.room))
    elif change.kind == "member_removed":
        for connection in list(hub.connections_of(change.user)):
            _remove(hub, connection, change)
    elif change.kind == "room_deleted" and (channel := hub.channels.get(change.room)) is not None:
        for subscription in list(channel.subscriptions):
            _expel(hub, subscription, "deleted", subscription.membership)


def _remove(hub: "Hub", connection: Connection, change: "AccessChange") -> None:
    """End exactly this membership; one that was made since stays."""
    subscription = connection.subscriptions.get(change.room)
    if subscription is not None and subscription.membership == change.membership:
        _expel(hub, subscription, change.reason or "removed", change.membership)
    elif not connection.is_revoked(change.room, change.membership):
        if subscription is None or subscription.membership < change.membership:
            connection.revoke(change.room, change.membership)


def _expel(hub: "Hub", subscription: Subscription, reason: str, membership: int) -> None:
    """Purge what is queued, say so once as the last frame that names the room, and let it go."""
    connection, channel = subscription.connection, subscription.channel
    connection.revoke(channel.room, membership)
    if connection.subscriptions.pop(channel.room, None) is not None:
        channel.subscriptions.discard(subscription)
        connection.put(encode({"type": "room_removed", "room_id": channel.room, "reason": reason}))
        hub.spawn(hub.drop(subscription))


async def _admit(hub: "Hub", connection: Connection, room: str) -> None:
    """Look up what a new member may see of a room, and begin to watch it."""
    subscription = hub.begin_join(connection, room)
    attempt = subscription.joining
    admission = await hub.sources.admission(connection.user, room)
    if connection.subscriptions.get(room) is not subscription or subscription.joining is not attempt:
        return
    if admission is None or connection.is_revoked(room, admission.membership):
        await hub.drop(subscription)
        return
    subscription.channel.start_at(admission.version)
    subscription.activate(admission.membership, admission.version, reading=False, first=admission.frame)
