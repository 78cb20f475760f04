"""Who belongs to a workspace, and as what."""

from uuid import UUID

from django.db import transaction

from accounts.access import member_for, members_visible_to
from accounts.events import MemberJoined
from accounts.models import Member, User, Workspace
from accounts.payloads import user_payload
from accounts.roles import Role, may_change
from campfire.errors import Conflict, Forbidden, NotFound
from campfire.events import publish_on_commit


def add_member(*, workspace: Workspace, user: User, role: str) -> Member:
    """Put a person who is not there yet into a workspace, inside the caller's transaction, and tell everybody.

    For other actions, which have checked that it may be.
    """
    member = Member.objects.create(workspace=workspace, user=user, role=role)
    publish_on_commit(
        MemberJoined(
            workspace_id=workspace.pk,
            workspace=str(workspace.uuid),
            user_id=user.pk,
            user=str(user.uuid),
            role=role,
            payload=user_payload(user),
        )
    )
    return member


def change_role(*, actor: User, workspace: UUID, user: UUID, role: Role) -> Member:
    """Give somebody another role in a workspace; nobody above the actor, and never the last owner.

    Raises `NotFound`, `Forbidden`, `Conflict`.
    """
    with transaction.atomic():
        home = member_for(actor, workspace).workspace
        Workspace.objects.select_for_update().get(pk=home.pk)
        own = member_for(actor, workspace)
        member = members_visible_to(own).filter(user__uuid=user).first()
        if member is None:
            raise NotFound("There is no such person here.")
        if not may_change(own.role, member.role, role):
            raise Forbidden("Your role does not allow this change.")
        if role != Role.OWNER:
            keep_an_owner(member=member)
        member.role = role
        member.save(update_fields=["role"])
    return member


def keep_an_owner(*, member: Member) -> None:
    """Raise `Conflict` if the workspace would be left without its last owner. The caller holds the workspace's lock."""
    if member.role != Role.OWNER:
        return
    others = Member.objects.filter(workspace=member.workspace_id, role=Role.OWNER, user__is_active=True)
    if not others.exclude(pk=member.pk).exists():
        raise Conflict("A workspace needs an owner. Make somebody else an owner first.")
