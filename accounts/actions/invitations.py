"""Invitations: writing, revoking and using them."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.access import invitation_by, invitations_visible_to, member_for
from accounts.actions.members import add_member
from accounts.models import Invitation, Member, User
from accounts.operators import Actor
from accounts.roles import Role, may_invite
from campfire.errors import Forbidden, InvalidFrame, NotFound

WEEK = 7 * 24 * 3600
LONGEST = 365 * 24 * 3600
MOST_USES = 100_000


def create_invitation(
    *, inviter: User, workspace: UUID, role: Role, expires_in: int | None = WEEK, max_uses: int | None = None
) -> Invitation:
    """A link into a workspace as `role`, for `expires_in` seconds and `max_uses` people; None: without end.

    Raises `NotFound`, `InvalidFrame`, and `Forbidden` for guests and for a role above the inviter's.
    """
    member = member_for(inviter, workspace)
    if not may_invite(member.role, role):
        raise Forbidden("You cannot invite people to a role above your own.")
    _check_range("expires_in", expires_in, LONGEST)
    _check_range("max_uses", max_uses, MOST_USES)
    return Invitation.objects.create(
        workspace=member.workspace,
        inviter=inviter,
        role=role,
        expires_at=None if expires_in is None else timezone.now() + timedelta(seconds=expires_in),
        max_uses=max_uses,
    )


def revoke_invitation(*, user: Actor, workspace: UUID, invitation: UUID) -> None:
    """End an invitation: for admins, and for who wrote it. Raises `NotFound`."""
    found = invitations_visible_to(member_for(user, workspace)).filter(uuid=invitation)
    if not found.update(revoked_at=timezone.now()):
        raise NotFound("This invitation does not exist.")


def accept_invitation(*, user: User, code: str) -> Member:
    """Bring somebody who is signed in into the invitation's workspace; who is there already keeps their role.

    Raises `NotFound`.
    """
    with transaction.atomic():
        return use_invitation(invitation=invitation_by(code), user=user)


def use_invitation(*, invitation: Invitation, user: User) -> Member:
    """Count one use and add `user`, inside the caller's transaction. Who is there already costs no use.

    Raises `NotFound` if it was used up or revoked in the meantime.
    """
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    invitation_by(locked.code)
    # The same person may come by two links at once.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    member = Member.objects.filter(workspace=invitation.workspace_id, user=user).first()
    if member is not None:
        return member
    invitation.uses = locked.uses + 1
    invitation.save(update_fields=["uses"])
    return add_member(workspace=invitation.workspace, user=user, role=invitation.role)


def _check_range(field: str, value: int | None, largest: int) -> None:
    if value is not None and not 1 <= value <= largest:
        raise InvalidFrame(errors={field: [f"Between 1 and {largest}."]})
