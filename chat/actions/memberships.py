"""Coming into rooms and leaving them. Each change takes the room's lock, so it falls before or after any message."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.access import people_visible_to
from accounts.models import AccessChange, Member, User
from accounts.operators import Actor
from campfire.errors import Forbidden, InvalidFrame, NotFound
from campfire.events import publish_on_commit
from chat.access import NO_ROOM, joinable_room_for, may_change, membership_for
from chat.actions.locking import lock_room, lock_room_for
from chat.events import MembershipAdded, MembershipRemoved
from chat.models import Membership, Room
from chat.models.memberships import Involvement

LONGEST_MUTE = timedelta(days=366)
NO_SUCH_PERSON = "This person does not exist, or you cannot see them."


def join_room(*, user: User, room: UUID) -> Membership:
    """Make `user` a member of an open room, or return the membership there is. Raises `NotFound`."""
    with transaction.atomic():
        locked = lock_room(joinable_room_for(user, room).pk)
        # It may have been closed while the lock was waited for.
        joinable_room_for(user, room)
        return admit(locked, user)


def add_member(*, user: Actor, room: UUID, person: UUID) -> Membership:
    """Let `user` bring `person`, whom they see and who is of the same workspace, into a room; again changes nothing.

    Into an open room any member may, into a closed one its creator and admins. Directs never change. Raises
    `NotFound` (room or person), `Forbidden`.
    """
    with transaction.atomic():
        locked = lock_room_for(user, room)
        _check_may_manage(user, locked, unless_open=True)
        found = person_in(locked.workspace_id, person)
        if not people_visible_to(user).filter(pk=found.pk).exists():
            raise NotFound(NO_SUCH_PERSON)
        return admit(locked, found)


def remove_member(*, user: Actor, room: UUID, person: UUID) -> None:
    """Take `person` out of a room: its creator and admins may, and everybody themselves. See `leave_room`."""
    if isinstance(user, User) and person == user.uuid:
        leave_room(user=user, room=room)
        return
    with transaction.atomic():
        locked = lock_room_for(user, room)
        _check_may_manage(user, locked)
        membership = locked.memberships.filter(user__uuid=person).select_related("user").first()
        if membership is None:
            raise NotFound("This person is not in the room.")
        dismiss(locked, membership, "removed")


def leave_room(*, user: User, room: UUID) -> None:
    """Take oneself out of a room. Directs cannot be left: `Forbidden`; not being in it is `NotFound`."""
    with transaction.atomic():
        locked = lock_room_for(user, room)
        membership = membership_for(user, room)
        if locked.is_direct:
            raise Forbidden("You cannot leave a direct conversation.")
        dismiss(locked, membership, "left")


def update_membership(*, user: User, room: UUID, **wanted: Any) -> Membership:
    """Choose how a room stands to `user`: what is not named stays, the same again changes nothing.

    `involvement`: what it may tell them about. `starred`: whether it comes first. `muted_until`: a time until which it
    is as quiet as with `nothing`, or None. Raises `NotFound`, `InvalidFrame`.
    """
    _check_wanted(**wanted)
    with transaction.atomic():
        found = membership_for(user, room)
        membership = Membership.objects.select_for_update(no_key=True).filter(pk=found.pk).first()
        if membership is None:
            raise NotFound(NO_ROOM)
        changes = {field: value for field, value in wanted.items() if getattr(membership, field) != value}
        for field, value in wanted.items():
            setattr(found, field, value)
        if changes:
            found.save(update_fields=list(changes))
            AccessChange.objects.create(
                kind=AccessChange.Kind.MEMBERSHIP_UPDATED, user=user.uuid, room=room, membership=found.pk
            )
    return found


def _check_wanted(
    *, involvement: str = Involvement.NOTHING, muted_until: datetime | None = None, starred: bool = False
) -> None:
    errors: dict[str, list[str]] = {}
    if involvement not in Involvement.values:
        errors["involvement"] = [f"Must be one of {', '.join(Involvement.values)}."]
    if muted_until is not None and not timedelta() < muted_until - timezone.now() <= LONGEST_MUTE:
        errors["muted_until"] = ["Must be in the future, and within a year."]
    if errors:
        raise InvalidFrame(errors=errors)


def admit(room: Room, user: User) -> Membership:
    """Make `user` a member of `room`, whose lock the caller holds; what was said before counts as read.

    Raises `NotFound` for who is no longer of its workspace. Their place there is held until the commit, and comes after
    the room's lock, as in `remove_from_workspace`.
    """
    places = Member.objects.select_for_update(no_key=True).filter(workspace=room.workspace_id, user=user)
    if places.first() is None:
        raise NotFound(NO_SUCH_PERSON)
    default = Involvement.EVERYTHING if room.is_direct else Involvement.MENTIONS
    membership, created = Membership.objects.get_or_create(
        room=room, user=user, defaults={"involvement": default, "last_read_seq": room.seq}
    )
    if created:
        AccessChange.objects.create(
            kind=AccessChange.Kind.MEMBER_ADDED, user=user.uuid, room=room.uuid, membership=membership.pk
        )
        publish_on_commit(MembershipAdded(str(room.uuid), str(user.uuid), membership.pk))
    return membership


def dismiss(room: Room, membership: Membership, reason: str) -> None:
    """End a membership of `room`, whose lock the caller holds; `reason` is `removed` or `left`."""
    user, pk = membership.user, membership.pk
    membership.delete()
    AccessChange.objects.create(
        kind=AccessChange.Kind.MEMBER_REMOVED, user=user.uuid, room=room.uuid, membership=pk, reason=reason
    )
    publish_on_commit(MembershipRemoved(str(room.uuid), str(user.uuid), pk, reason))


def person_in(workspace_id: int, person: UUID) -> User:
    """An active person of a workspace by public id, or `NotFound`."""
    found = (
        Member.objects.filter(workspace_id=workspace_id, user__uuid=person, user__is_active=True)
        .select_related("user")
        .first()
    )
    if found is None:
        raise NotFound(NO_SUCH_PERSON)
    return found.user


def _check_may_manage(user: Actor, room: Room, *, unless_open: bool = False) -> None:
    if room.is_direct:
        raise Forbidden("The people in a direct conversation cannot be changed.")
    if unless_open and room.kind == Room.Kind.OPEN:
        return
    if not may_change(user, room, room.creator_id):
        raise Forbidden("Only the room's creator or an admin can do that.")
