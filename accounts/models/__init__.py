from accounts.models.access_changes import AccessChange
from accounts.models.invitations import Invitation
from accounts.models.members import Member
from accounts.models.sessions import Session
from accounts.models.users import User
from accounts.models.workspaces import Workspace

__all__ = ["AccessChange", "Invitation", "Member", "Session", "User", "Workspace"]
