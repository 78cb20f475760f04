"""The four roles and what each may do. Pure: no models, no requests."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"
    GUEST = "GUEST"


RANKS = {Role.OWNER: 3, Role.ADMIN: 2, Role.MEMBER: 1, Role.GUEST: 0}


def is_admin(role: str) -> bool:
    """Whether `role` looks after the workspace: its people, rooms and messages."""
    return RANKS[Role(role)] >= RANKS[Role.ADMIN]


def may_grant(granter: str, role: str) -> bool:
    """Whether somebody of role `granter` may give `role` to another: admins and owners, none above themselves."""
    return is_admin(granter) and RANKS[Role(role)] <= RANKS[Role(granter)]


def may_invite(inviter: str, role: str) -> bool:
    """Whether somebody of role `inviter` may invite as `role`: everybody but guests, none above themselves."""
    return RANKS[Role(inviter)] > RANKS[Role.GUEST] and RANKS[Role(role)] <= RANKS[Role(inviter)]


def may_change(changer: str, current: str, role: str) -> bool:
    """Whether `changer` may turn a person of role `current` into `role`: nobody touches a role above their own."""
    return may_grant(changer, role) and RANKS[Role(current)] <= RANKS[Role(changer)]


def sees_open_rooms(role: str) -> bool:
    """Whether open rooms are there for this role: for everybody but guests."""
    return RANKS[Role(role)] > RANKS[Role.GUEST]
