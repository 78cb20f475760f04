"""People and places as they go over the wire."""

from typing import Any, Protocol
from uuid import UUID

from django.conf import settings

from accounts.models import Invitation, Member, User, Workspace
from campfire.times import iso


class Named(Protocol):
    """A person as far as others see them: a `User`, or what is known of one without reading the row."""

    @property
    def uuid(self) -> UUID | str: ...
    @property
    def name(self) -> str: ...


def user_payload(user: Named) -> dict[str, Any]:
    """What everybody who sees a person may know of them."""
    return {"id": str(user.uuid), "name": user.name, "avatar_url": None}


def me_payload(user: User) -> dict[str, Any]:
    """What a person knows of themselves; one query."""
    members = user.members.select_related("workspace").order_by("pk")
    return {
        **user_payload(user),
        "email": user.email,
        "workspaces": [workspace_payload(member.workspace, role=member.role) for member in members],
    }


def workspace_payload(workspace: Workspace, *, role: str) -> dict[str, Any]:
    """A workspace as a person of `role` sees it."""
    return {"id": str(workspace.uuid), "name": workspace.name, "role": role}


def member_payload(member: Member) -> dict[str, Any]:
    """A person in a workspace. Reads `member.user`."""
    return {"user": user_payload(member.user), "role": member.role, "joined_at": iso(member.created_at)}


def invitation_payload(invitation: Invitation, *, origin: str) -> dict[str, Any]:
    """An invitation, for those who may hand it out; `origin` as of `invitation_url`."""
    return {
        "id": str(invitation.uuid),
        "code": invitation.code,
        "url": invitation_url(invitation, origin=origin),
        "role": invitation.role,
        "expires_at": iso(invitation.expires_at),
        "max_uses": invitation.max_uses,
        "uses": invitation.uses,
    }


def invitation_url(invitation: Invitation, *, origin: str) -> str:
    """The link to hand out: below `CAMPFIRE_URL`, or below `origin` (`https://host`) where that is not set."""
    return f"{settings.CAMPFIRE_URL or origin}/join/{invitation.code}"
