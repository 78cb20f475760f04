"""What a change of access does to the sockets of this process. Applying it again does nothing more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.realtime.codes import Close
from chat.realtime.connection import Connection
from chat.realtime.frames import encode
from chat.realtime.room_channel import Subscription

if TYPE_CHECKING:
    from chat.realtime.hub import Admission, Hub

RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Somebody gained or lost something; what does not apply is empty. `id` is 0 where there is no row yet."""

    kind: str
    user: str = ""
    session: str = ""
    room: str = ""
    workspace: str = ""
    membership: int = 0
    reason: str = ""
    id: int = 0


def apply_access_change(hub: "Hub", change: AccessChange) -> None:
    """Apply `change` to every local socket it concerns."""
    if change.kind == "room_deleted":
        _delete_room(hub, change.room)
        return
    effect = _ON_CONNECTION.get(change.kind)
    if effect is None:
        hub.spawn(_tell_news(hub, change))
        return
    for connection in list(hub.connections_of(change.user)):
        effect(hub, connection, change)


async def _tell_news(hub: "Hub", change: AccessChange) -> None:
    """Nobody's access changed, only what some of the people connected here are shown; told in the order it happened."""
    async with hub.telling:
        news = await hub.sources.news(change)
    if news is None:
        return
    for user in news.people & hub.people.keys():
        for connection in list(hub.connections_of(user)):
            if not news.room or news.room in connection.subscriptions:
                connection.put(news.frame, news.room or None)


def _end_session(_hub: "Hub", connection: Connection, change: AccessChange) -> None:
    if connection.session == change.session:
        connection.close(Close.SESSION_ENDED)


def _disable_account(_hub: "Hub", connection: Connection, _change: AccessChange) -> None:
    connection.close(Close.ACCOUNT_DISABLED)


def _add_member(hub: "Hub", connection: Connection, change: AccessChange) -> None:
    subscription = connection.subscriptions.get(change.room)
    if subscription is None:
        hub.spawn(admit(hub, connection, change.room))
    else:
        subscription.called = True


def _remove_member(hub: "Hub", connection: Connection, change: AccessChange) -> None:
    """End exactly this membership; one that was made since stays."""
    subscription = connection.subscriptions.get(change.room)
    if subscription is not None and subscription.membership == change.membership:
        _expel(hub, subscription, change.reason or "removed", change.membership)
    elif subscription is None or subscription.membership < change.membership:
        connection.revoke(change.room, change.membership)


def _delete_room(hub: "Hub", room: str) -> None:
    if (channel := hub.channels.get(room)) is not None:
        for subscription in list(channel.subscriptions.values()):
            if subscription.membership:
                _expel(hub, subscription, "deleted", subscription.membership)
            else:
                # Its look-up is under way, and may be a stranger's, who must not learn that there was a room.
                hub.spawn(hub.drop(subscription))


def _expel(hub: "Hub", subscription: Subscription, reason: str, membership: int) -> None:
    """Purge what is queued, say so once as the last frame that names the room, and let it go."""
    connection, channel = subscription.connection, subscription.channel
    connection.revoke(channel.room, membership)
    if connection.subscriptions.pop(channel.room, None) is not None:
        channel.discard(subscription)
        connection.part(channel.room, encode({"type": "room_removed", "room_id": channel.room, "reason": reason}))
        hub.spawn(hub.drop(subscription))


async def admit(hub: "Hub", connection: Connection, room: str) -> None:
    """Look up what a new member may see of a room, and begin to watch it, unless that has happened meanwhile."""
    if connection.opened is not None:
        await connection.opened.wait()
    if connection.closed or room in connection.subscriptions:
        return
    subscription = hub.begin_join(connection, room)
    attempt = subscription.joining
    try:
        admission = await _current_admission(hub, connection, room)
    except Exception:
        # The poll applies each change once, so nobody else would try again.
        if subscription.joining is attempt:
            await hub.fail_join(subscription)
        hub.loop.call_later(RETRY_SECONDS, lambda: hub.spawn(admit(hub, connection, room)))
        raise
    if connection.subscriptions.get(room) is not subscription or subscription.joining is not attempt:
        return
    if admission is None or connection.is_revoked(room, admission.membership):
        await hub.drop(subscription)
        return
    subscription.channel.start_at(admission.version)
    connection.return_to(room, admission.frame)
    subscription.activate(admission.membership, admission.version, reading=False)


async def _current_admission(hub: "Hub", connection: Connection, room: str) -> "Admission | None":
    admission = await hub.sources.admission(connection.user, room)
    if admission is not None and connection.is_revoked(room, admission.membership):
        # That membership ended during the look-up; a newer one shows now.
        admission = await hub.sources.admission(connection.user, room)
    return admission


_ON_CONNECTION: dict[str, Callable[["Hub", Connection, AccessChange], None]] = {
    "session_ended": _end_session,
    "account_disabled": _disable_account,
    "member_added": _add_member,
    "member_removed": _remove_member,
}
