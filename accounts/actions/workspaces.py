"""Making and naming workspaces."""

from uuid import UUID

from django.db import transaction

from accounts.access import member_for
from accounts.actions.members import add_member
from accounts.models import AccessChange, Member, User, Workspace
from accounts.names import LENGTH, clean_name
from accounts.operators import Actor
from accounts.roles import Role, is_admin
from campfire.errors import Forbidden, InvalidFrame


def create_workspace(*, user: User, name: str) -> Member:
    """Make a workspace with `user` as its owner; returns them as its member. Raises `InvalidFrame`, `Forbidden`.

    Those who are only guests were asked in for some rooms, not to make places of their own.
    """
    roles = set(user.members.values_list("role", flat=True))
    if roles == {Role.GUEST}:
        raise Forbidden("Guests cannot create workspaces.")
    with transaction.atomic():
        workspace = Workspace.objects.create(name=workspace_name(name))
        return add_member(workspace=workspace, user=user, role=Role.OWNER)


def rename_workspace(*, actor: Actor, workspace: UUID, name: str) -> Workspace:
    """Give a workspace another name, for its admins. The same name again changes nothing.

    Raises `NotFound`, `Forbidden`, `InvalidFrame`.
    """
    name = workspace_name(name)
    member = member_for(actor, workspace)
    if not is_admin(member.role):
        raise Forbidden("Only an admin can rename a workspace.")
    home = member.workspace
    if home.name != name:
        home.name = name
        with transaction.atomic():
            home.save(update_fields=["name"])
            AccessChange.objects.create(kind=AccessChange.Kind.WORKSPACE_UPDATED, workspace=home.uuid)
    return home


def workspace_name(name: str) -> str:
    """A workspace's name as it is kept. Raises `InvalidFrame`."""
    name = clean_name(name)
    if not 1 <= len(name) <= LENGTH:
        raise InvalidFrame(errors={"name": [f"Between 1 and {LENGTH} characters."]})
    return name
