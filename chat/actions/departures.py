"""Taking people out of workspaces: out of every room there, directs too, in one transaction."""

from uuid import UUID

from django.db import transaction

from accounts.access import member_for
from accounts.actions.members import drop_member, lock_workspace, member_seen_by
from accounts.models import Member
from accounts.operators import Actor
from accounts.roles import may_change
from campfire.errors import Forbidden
from chat.actions.locking import lock_rooms
from chat.actions.memberships import dismiss
from chat.models import Membership


class _CameInMeanwhile(Exception):
    """Somebody brought the person into one more room while their place in the workspace was waited for."""


def remove_from_workspace(*, actor: Actor, workspace: UUID, user: UUID) -> None:
    """Take somebody out of a workspace and all its rooms. What they wrote stays; nobody above the actor is removed.

    Raises `NotFound`, `Forbidden`, and `Conflict` for the last owner.
    """
    while True:
        try:
            with transaction.atomic():
                return _remove(actor, workspace, user)
        except _CameInMeanwhile:
            continue


def _remove(actor: Actor, workspace: UUID, user: UUID) -> None:
    lock_workspace(member_for(actor, workspace).workspace)
    own = member_for(actor, workspace)
    member = member_seen_by(own, user)
    if not may_change(own.role, member.role, member.role):
        raise Forbidden("Your role does not allow this change.")
    memberships = Membership.objects.filter(room__workspace=member.workspace_id, user=member.user_id)
    rooms = lock_rooms(list(memberships.values_list("room__uuid", flat=True)))
    # From here on nobody lets them in anywhere (`admit`). Rooms are locked before, as everywhere.
    Member.objects.select_for_update().get(pk=member.pk)
    found = list(memberships.select_related("user", "room").order_by("room_id"))
    if any(membership.room.uuid not in rooms for membership in found):
        raise _CameInMeanwhile
    drop_member(member=member)
    for membership in found:
        dismiss(membership.room, membership, "removed")
