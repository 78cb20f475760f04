"""Making workspaces."""

from django.db import transaction

from accounts.actions.members import add_member
from accounts.models import Member, User, Workspace
from accounts.names import LENGTH, clean_name
from accounts.roles import Role
from campfire.errors import Forbidden, InvalidFrame


def create_workspace(*, user: User, name: str) -> Member:
    """Make a workspace with `user` as its owner; returns them as its member. Raises `InvalidFrame`, `Forbidden`.

    Those who are only guests were asked in for some rooms, not to make places of their own.
    """
    roles = set(user.members.values_list("role", flat=True))
    if roles == {Role.GUEST}:
        raise Forbidden("Guests cannot make workspaces.")
    with transaction.atomic():
        workspace = Workspace.objects.create(name=workspace_name(name))
        return add_member(workspace=workspace, user=user, role=Role.OWNER)


def workspace_name(name: str) -> str:
    """A workspace's name as it is kept. Raises `InvalidFrame`."""
    name = clean_name(name)
    if not 1 <= len(name) <= LENGTH:
        raise InvalidFrame(errors={"name": [f"Between 1 and {LENGTH} characters."]})
    return name
