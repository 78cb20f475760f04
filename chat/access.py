"""Finding rooms and messages through membership: what you may not see is not there (architecture: laws)."""

from uuid import UUID

from django.db.models import Q

from accounts.models import Member, User
from accounts.operators import Actor, Operator
from accounts.roles import Role, is_admin
from campfire.errors import NotFound
from chat.models import Membership, Message, Room
from chat.models.messages import MessageQuerySet
from chat.models.rooms import RoomQuerySet

# One sentence, whatever one asks for in a room.
NO_ROOM = "This room does not exist, or you are not in it."


def membership_for(user: User, room: UUID | str) -> Membership:
    """`user`'s membership of `room`, with `.room` and its workspace loaded, or `NotFound`."""
    membership = (
        Membership.objects.filter(room__uuid=room, user=user, user__is_active=True)
        .select_related("room__workspace", "user")
        .first()
    )
    if membership is None:
        raise NotFound(NO_ROOM)
    return membership


def room_for(user: Actor, room: UUID | str) -> Room:
    """The room, if `user` is a member of it, or `NotFound`. To an operator every room is open."""
    return _any_room(room) if isinstance(user, Operator) else membership_for(user, room).room


def _any_room(room: UUID | str) -> Room:
    found = Room.objects.filter(uuid=room).select_related("workspace").first()
    if found is None:
        raise NotFound("This room does not exist.")
    return found


def joinable_room_for(user: User, room: UUID | str) -> Room:
    """A room that `user` is in or could join, or `NotFound`."""
    found = Room.objects.joinable_by(user).filter(uuid=room).select_related("workspace").first()
    return found or room_for(user, room)


def rooms_seen_by(user: User) -> RoomQuerySet:
    """The rooms with a name that `user` is in or could join."""
    mine = Membership.objects.filter(user=user, user__is_active=True).values("room")
    joinable = Room.objects.joinable_by(user).values("pk")
    return Room.objects.filter(Q(pk__in=mine) | Q(pk__in=joinable)).exclude(kind=Room.Kind.DIRECT)


def message_for(user: User, message: UUID | str) -> Message:
    """The message, if it lives and `user` is in its room, or `NotFound`."""
    found = messages_of(user).live().filter(uuid=message).for_payload().first()
    if found is None:
        raise NotFound("This message does not exist, or you cannot see it.")
    return found


def messages_of(user: Actor) -> MessageQuerySet:
    """All messages of all rooms `user` is in, deleted ones included, as a queryset. To an operator: all there are."""
    if isinstance(user, Operator):
        return Message.objects.filter(room__deleted_at=None)
    rooms = Membership.objects.filter(user=user, user__is_active=True).values("room")
    return Message.objects.filter(room__in=rooms)


def role_in(user: User, workspace_id: int) -> Role | None:
    """`user`'s role in a workspace, None for strangers."""
    role = Member.objects.filter(user=user, workspace_id=workspace_id).values_list("role", flat=True).first()
    return Role(role) if role else None


def is_admin_of(user: Actor, room: Room) -> bool:
    """Whether `user` looks after the workspace that `room` is in."""
    if isinstance(user, Operator):
        return True
    role = role_in(user, room.workspace_id)
    return role is not None and is_admin(role)


def may_change(user: Actor, room: Room, creator_id: int | None) -> bool:
    """Whether `user` may change what `creator_id` made in `room`: they made it, or look after the place."""
    is_creator = isinstance(user, User) and creator_id == user.pk
    return is_creator or is_admin_of(user, room)
