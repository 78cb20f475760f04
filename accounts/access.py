"""Finding people and places: what you may not see is not there (architecture: laws)."""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Invitation, Member, User
from accounts.models.invitations import InvitationQuerySet
from accounts.roles import Role, is_admin, may_invite
from campfire.errors import NotFound


def member_for(user: User, workspace: UUID) -> Member:
    """`user` in a workspace, with `.workspace` and `.user` loaded. Raises `NotFound` for strangers."""
    member = (
        Member.objects.filter(user=user, user__is_active=True, workspace__uuid=workspace)
        .select_related("workspace", "user")
        .first()
    )
    if member is None:
        raise NotFound("There is no such workspace, or you are not in it.")
    return member


def people_visible_to(user: User) -> QuerySet[User]:
    """Everybody `user` shares a workspace with; where they are a guest: a room. Themselves, too."""
    workspaces = user.members.exclude(role=Role.GUEST).values("workspace")
    rooms = user.memberships.values("room")
    return User.objects.filter(
        Q(pk=user.pk)
        | Q(pk__in=Member.objects.filter(workspace__in=workspaces).values("user"))
        | Q(pk__in=User.objects.filter(memberships__room__in=rooms).values("pk"))
    )


def people_who_see(user: User) -> QuerySet[User]:
    """Everybody active to whom `user` is visible, themselves among them."""
    members = Member.objects.filter(workspace__in=user.members.values("workspace")).exclude(role=Role.GUEST)
    rooms = user.memberships.values("room")
    return User.objects.filter(
        Q(pk=user.pk)
        | Q(pk__in=members.values("user"))
        | Q(pk__in=User.objects.filter(memberships__room__in=rooms).values("pk")),
        is_active=True,
    )


def person_for(user: User, person: UUID) -> User:
    """Somebody `user` may see. Raises `NotFound`."""
    found = people_visible_to(user).filter(uuid=person).first()
    if found is None:
        raise NotFound("There is no such person, or you share no room with them.")
    return found


def members_visible_to(member: Member) -> QuerySet[Member]:
    """The people of a workspace whom `member` may see there, in the order they came."""
    members = Member.objects.filter(workspace=member.workspace_id).select_related("user").order_by("pk")
    return members.filter(user__in=people_visible_to(member.user)) if member.role == Role.GUEST else members


def invitations_visible_to(member: Member) -> InvitationQuerySet:
    """The invitations that `member` may see and revoke: all to admins, else their own; not the revoked ones."""
    invitations = Invitation.objects.filter(workspace=member.workspace_id, revoked_at=None).order_by("-pk")
    return invitations if is_admin(member.role) else invitations.filter(inviter=member.user_id)


def invitation_by(code: str) -> Invitation:
    """The invitation of a code, with `.workspace` and `.inviter`.

    Raises `NotFound`, the same for one that is wrong, expired, revoked, used up, or of somebody who could no longer
    write it.
    """
    # PostgreSQL cannot even look for a null byte.
    known = Invitation.objects.usable().filter(code=code.replace("\0", "\ufffd"))
    invitation = known.select_related("workspace", "inviter").first()
    if invitation is None or not _may_still_invite(invitation):
        raise NotFound("This invitation does not exist, or it is over.")
    return invitation


def _may_still_invite(invitation: Invitation) -> bool:
    members = Member.objects.filter(workspace=invitation.workspace_id, user=invitation.inviter_id)
    role = members.filter(user__is_active=True).values_list("role", flat=True).first()
    return role is not None and may_invite(role, invitation.role)
