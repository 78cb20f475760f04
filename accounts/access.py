"""Finding people and places: what you may not see is not there (architecture: laws)."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Invitation, Member, User, Workspace
from accounts.models.invitations import InvitationQuerySet
from accounts.models.users import NAME_LENGTH
from accounts.names import name_key
from accounts.operators import Actor, Operator
from accounts.roles import Role, is_admin, may_invite
from campfire.errors import Forbidden, InvalidFrame, NotFound


def member_for(user: Actor, workspace: UUID) -> Member:
    """`user` in a workspace, with `.workspace` and `.user` loaded. Raises `NotFound` for strangers.

    An operator stands in every workspace as its owner would, without a row of their own.
    """
    if isinstance(user, Operator):
        return Member(workspace=_workspace(workspace), user=user.user, role=Role.OWNER)
    member = (
        Member.objects.filter(user=user, user__is_active=True, workspace__uuid=workspace)
        .select_related("workspace", "user")
        .first()
    )
    if member is None:
        raise NotFound("This workspace does not exist, or you are not a member of it.")
    return member


def _workspace(workspace: UUID) -> Workspace:
    found = Workspace.objects.filter(uuid=workspace).first()
    if found is None:
        raise NotFound("This workspace does not exist.")
    return found


def people_visible_to(user: Actor) -> QuerySet[User]:
    """Everybody `user` shares a workspace with; where they are a guest: a room. Themselves, too."""
    if isinstance(user, Operator):
        return User.objects.all()
    # Asked of each person that is looked at, not of everybody there is.
    this = User.objects.filter(pk=OuterRef("pk"))
    workspaces = user.members.exclude(role=Role.GUEST).values("workspace")
    rooms = user.memberships.values("room")
    return User.objects.filter(
        Q(pk=user.pk)
        | Exists(Member.objects.filter(user=OuterRef("pk"), workspace__in=workspaces))
        | Exists(this.filter(memberships__room__in=rooms))
    )


def called(wanted: str, path: str = "") -> Q:
    """Whose name has a word that begins as `wanted`, typed in any way, and goes on like it; everybody for nothing.

    `path` leads to the person, as in `user__`. Raises `InvalidFrame` for more than any name has.
    """
    key = name_key(wanted.replace("\0", ""))
    if len(key) > NAME_LENGTH:
        raise InvalidFrame(errors={"q": [f"At most {NAME_LENGTH} characters."]})
    if not key:
        return Q()
    return Q(**{f"{path}name_key__startswith": key}) | Q(**{f"{path}name_key__contains": f" {key}"})


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


def person_for(user: Actor, person: UUID) -> User:
    """Somebody `user` may see. Raises `NotFound`."""
    found = people_visible_to(user).filter(uuid=person).first()
    if found is None:
        raise NotFound("This person does not exist, or you share no room with them.")
    return found


def account_for(operator: Operator, person: UUID) -> User:
    """Somebody whose account `operator` may change. Raises `NotFound`, and `Forbidden` for accounts of staff.

    Only superusers touch those: whoever sets a password or an email address can sign in with what it may do.
    """
    found = person_for(operator, person)
    if not is_open_to(operator, found):
        raise Forbidden("Only a superuser can change the account of a member of staff.")
    return found


def is_open_to(operator: Operator, account: User) -> bool:
    """Whether `operator` may change `account`."""
    return operator.user.is_superuser or not (account.is_staff or account.is_superuser)


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
        raise NotFound("This invitation does not exist or is no longer valid.")
    return invitation


def _may_still_invite(invitation: Invitation) -> bool:
    members = Member.objects.filter(workspace=invitation.workspace_id, user=invitation.inviter_id)
    role = members.filter(user__is_active=True).values_list("role", flat=True).first()
    return role is not None and may_invite(role, invitation.role)
