"""What follows from an event. Every subscriber is registered here and nowhere else."""

from accounts import events as people
from campfire.events import subscribe
from chat import events


def register() -> None:
    """Connect the subscribers to the events; called once, when the app is ready."""
    from chat.subscribers import access, broadcast, newcomers

    subscribe(
        broadcast.versions,
        events.MessagePosted,
        events.MessageUpdated,
        events.MessageDeleted,
        events.RoomUpdated,
    )
    subscribe(broadcast.read_states, events.ReadStateChanged)
    subscribe(
        access.changes,
        events.MembershipAdded,
        events.MembershipRemoved,
        events.RoomDeleted,
        people.SessionEnded,
        people.AccountDisabled,
    )
    subscribe(newcomers.welcome, people.MemberJoined)
