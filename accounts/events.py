"""What happened to people: frozen dataclasses of ids and ready payloads, no rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session's row is gone: signed out, ended by hand, or replaced at a change of password."""

    user: str
    session: str


@dataclass(frozen=True, slots=True)
class AccountDisabled:
    user: str


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """A person came into a workspace. `user_id`, `workspace_id` are row ids."""

    workspace_id: int
    workspace: str
    user_id: int
    user: str
    role: str
