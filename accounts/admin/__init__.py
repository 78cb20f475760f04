"""Django admin for people and places. One file for each noun; `base.py` has what all share."""

from accounts.admin import invitations, members, sessions, users, workspaces

__all__ = ["invitations", "members", "sessions", "users", "workspaces"]
