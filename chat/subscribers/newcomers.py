"""Whoever comes into a workspace finds themselves in its first room, so that nobody arrives in an empty place."""

from collections.abc import Sequence

from accounts.events import MemberJoined
from accounts.models import User
from accounts.roles import Role, sees_open_rooms
from chat.actions.memberships import join_room
from chat.models import Room


def welcome(events: Sequence[MemberJoined]) -> None:
    """Have newcomers, but not guests, join the workspace's oldest open room."""
    for event in events:
        if not sees_open_rooms(Role(event.role)):
            continue
        rooms = Room.objects.filter(workspace_id=event.workspace_id, kind=Room.Kind.OPEN, archived_at=None)
        room = rooms.order_by("pk").first()
        if room is not None:
            join_room(user=User.objects.get(pk=event.user_id), room=room.uuid)
