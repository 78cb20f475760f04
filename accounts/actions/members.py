"""Who belongs to a workspace, and as what."""

from uuid import UUID

from django.db import transaction

from accounts.access import member_for, members_visible_to, person_for
from accounts.events import MemberJoined
from accounts.models import AccessChange, Member, User, Workspace
from accounts.operators import Actor, Operator
from accounts.roles import Role, may_change
from campfire.errors import Conflict, Forbidden, NotFound
from campfire.events import publish_on_commit


def add_member(*, workspace: Workspace, user: User, role: str) -> Member:
    """Put a person who is not there yet into a workspace, inside the caller's transaction, and tell everybody.

    For other actions, which have checked that it may be.
    """
    member = Member.objects.create(workspace=workspace, user=user, role=role)
    tell_of_member(AccessChange.Kind.WORKSPACE_JOINED, member)
    publish_on_commit(
        MemberJoined(
            workspace_id=workspace.pk,
            workspace=str(workspace.uuid),
            user_id=user.pk,
            user=str(user.uuid),
            role=role,
        )
    )
    return member


def place_member(*, actor: Operator, workspace: UUID, user: UUID, role: Role) -> Member:
    """Put somebody into a workspace without an invitation. Raises `NotFound`, `Conflict` for who is there already."""
    with transaction.atomic():
        home = member_for(actor, workspace).workspace
        # The same person may be coming by an invitation.
        person = User.objects.select_for_update(no_key=True).get(pk=person_for(actor, user).pk)
        if home.members.filter(user=person).exists():
            raise Conflict("This person is already in the workspace.")
        return add_member(workspace=home, user=person, role=role)


def change_role(*, actor: Actor, workspace: UUID, user: UUID, role: Role) -> Member:
    """Give somebody another role in a workspace; nobody above the actor, and never the last owner.

    Raises `NotFound`, `Forbidden`, `Conflict`.
    """
    with transaction.atomic():
        lock_workspace(member_for(actor, workspace).workspace)
        own = member_for(actor, workspace)
        member = member_seen_by(own, user)
        if not may_change(own.role, member.role, role):
            raise Forbidden("Your role does not allow this change.")
        if role != Role.OWNER:
            keep_an_owner(member=member)
        if member.role != role:
            member.role = role
            member.save(update_fields=["role"])
            tell_of_member(AccessChange.Kind.ROLE_CHANGED, member)
    return member


def lock_workspace(workspace: Workspace) -> None:
    """Until the transaction ends nobody else changes who belongs to `workspace`, and as what."""
    # NO KEY: what refers to the workspace may be inserted meanwhile, whose check comes at its commit.
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)


def member_seen_by(own: Member, user: UUID) -> Member:
    """Somebody in the workspace of `own`, whom they see there. Raises `NotFound`."""
    member = members_visible_to(own).filter(user__uuid=user).first()
    if member is None:
        raise NotFound("This person is not in the workspace.")
    return member


def drop_member(*, member: Member) -> None:
    """Take a person out of a workspace, inside the caller's transaction, and tell everybody.

    For the action that has taken them out of its rooms. Raises `Conflict` for the last owner.
    """
    keep_an_owner(member=member)
    Member.objects.filter(pk=member.pk).delete()
    tell_of_member(AccessChange.Kind.WORKSPACE_LEFT, member)


def tell_of_member(kind: str, member: Member) -> None:
    """Have everybody hear of a change of `member`, in whose transaction this is called."""
    AccessChange.objects.create(kind=kind, user=member.user.uuid, workspace=member.workspace.uuid)


def keep_an_owner(*, member: Member) -> None:
    """Raise `Conflict` if the workspace would be left without its last owner. The caller holds the workspace's lock."""
    if member.role != Role.OWNER:
        return
    others = Member.objects.filter(workspace=member.workspace_id, role=Role.OWNER, user__is_active=True)
    if not others.exclude(pk=member.pk).exists():
        raise Conflict("A workspace needs an owner. Make someone else an owner first.")
