"""Who may do what to whom: checked for every combination."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import RANKS, Role, is_admin, may_change, may_grant, may_invite

roles = st.sampled_from(list(Role))


@given(roles, roles)
def test_nobody_grants_or_invites_above_themselves(own: Role, other: Role) -> None:
    if RANKS[other] > RANKS[own]:
        assert not may_grant(own, other)
        assert not may_invite(own, other)


@given(roles, roles, roles)
def test_only_admins_change_roles_and_none_above_their_own(own: Role, current: Role, new: Role) -> None:
    allowed = is_admin(own) and RANKS[current] <= RANKS[own] and RANKS[new] <= RANKS[own]
    assert may_change(own, current, new) == allowed


@given(roles)
def test_guests_invite_nobody(other: Role) -> None:
    assert not may_invite(Role.GUEST, other)
