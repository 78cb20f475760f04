"""What a room in which nobody has spoken offers to those who may invite: the way in for their team."""

from typing import Any

from accounts.access import invitations_visible_to
from accounts.forms import InvitationForm
from accounts.models import Member, User
from accounts.roles import Role, may_invite
from accounts.views.invite_link import invite_link
from chat.models import Room
from chat.views.pages import PersonalRequest


def inviter_in(user: User, room: Room) -> Member | None:
    """`user` in the room's workspace, if they may invite people to it."""
    member = user.members.filter(workspace=room.workspace_id).select_related("workspace", "user").first()
    return member if member and may_invite(member.role, Role.MEMBER) else None


def welcome(request: PersonalRequest, member: Member | None, room: Room) -> dict[str, Any] | None:
    """The newest link of `member` that lets members in (`url`, `qr`), or the `form` that makes one.

    None where a link would not lead: into a closed room or a direct one, or from somebody who may not invite.
    """
    if member is None or room.kind != Room.Kind.OPEN:
        return None
    own = invitations_visible_to(member).usable().filter(inviter=member.user, role=Role.MEMBER)
    invitation = own.select_related("workspace").first()
    return invite_link(request, invitation) if invitation else {"form": InvitationForm(own_role=member.role)}
