"""Finding rooms and messages through membership: what you may not see is not there (architecture: laws)."""

from uuid import UUID

from accounts.models import Member, User
from accounts.roles import Role, is_admin
from campfire.errors import NotFound
from chat.models import Membership, Message, Room
from chat.models.messages import MessageQuerySet


def membership_for(user: User, room: UUID | str) -> Membership:
    """`user`'s membership of `room`, with `.room` and its workspace loaded, or `NotFound`."""
    membership = (
        Membership.objects.filter(room__uuid=room, user=user, user__is_active=True)
        .select_related("room__workspace", "user")
        .first()
    )
    if membership is None:
        raise NotFound("There is no such room, or you are not in it.")
    return membership


def room_for(user: User, room: UUID | str) -> Room:
    """The room, if `user` is a member of it, or `NotFound`."""
    return membership_for(user, room).room


def joinable_room_for(user: User, room: UUID | str) -> Room:
    """A room that `user` is in or could join, or `NotFound`."""
    found = Room.objects.joinable_by(user).filter(uuid=room).select_related("workspace").first()
    return found or room_for(user, room)


def message_for(user: User, message: UUID | str) -> Message:
    """The message, if it lives and `user` is in its room, or `NotFound`."""
    found = messages_of(user).live().filter(uuid=message).for_payload().first()
    if found is None:
        raise NotFound("There is no such message, or you may not see it.")
    return found


def messages_of(user: User) -> MessageQuerySet:
    """All messages of all rooms `user` is in, deleted ones included, as a queryset."""
    rooms = Membership.objects.filter(user=user, user__is_active=True).values("room")
    return Message.objects.filter(room__in=rooms)


def role_in(user: User, workspace_id: int) -> Role | None:
    """`user`'s role in a workspace, None for strangers."""
    role = Member.objects.filter(user=user, workspace_id=workspace_id).values_list("role", flat=True).first()
    return Role(role) if role else None


def is_admin_of(user: User, room: Room) -> bool:
    """Whether `user` looks after the workspace that `room` is in."""
    role = role_in(user, room.workspace_id)
    return role is not None and is_admin(role)
