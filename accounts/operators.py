"""Who acts: a person within their own rooms and workspaces, or an operator, who administers the whole server."""

from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Operator:
    """A person at work in Django admin: every workspace is open to them as to its owner, every room as to its admin.

    Only admin makes one (import-linter: `operators`); what an operator may do at all is Django's permissions. In
    pages, REST and sockets the same person is a `User` like everybody.
    """

    user: User


Actor = User | Operator
