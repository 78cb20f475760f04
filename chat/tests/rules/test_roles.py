"""The four roles, as literal tables: (O)wner, (A)dmin, (M)ember, (G)uest."""

import pytest

from accounts.roles import Role, is_admin, may_change, may_grant, may_invite, sees_open_rooms

pytestmark = pytest.mark.sqlite

OF = {role.value[0]: role for role in Role}


def test_owners_and_admins_look_after_the_workspace() -> None:
    assert {role for role in Role if is_admin(role)} == {Role.OWNER, Role.ADMIN}


def test_guests_alone_do_not_see_open_rooms() -> None:
    assert {role for role in Role if not sees_open_rooms(role)} == {Role.GUEST}


@pytest.mark.parametrize(("granter", "roles"), [("O", "OAMG"), ("A", "AMG"), ("M", ""), ("G", "")])
def test_who_may_grant_what(granter: str, roles: str) -> None:
    assert {role for role in Role if may_grant(OF[granter], role)} == {OF[letter] for letter in roles}


@pytest.mark.parametrize(("inviter", "roles"), [("O", "OAMG"), ("A", "AMG"), ("M", "MG"), ("G", "")])
def test_who_may_invite_as_what(inviter: str, roles: str) -> None:
    assert {role for role in Role if may_invite(OF[inviter], role)} == {OF[letter] for letter in roles}


@pytest.mark.parametrize("changer", Role)
@pytest.mark.parametrize("current", Role)
@pytest.mark.parametrize("role", Role)
def test_nobody_touches_or_gives_a_role_above_their_own(changer: Role, current: Role, role: Role) -> None:
    order = "GMAO"
    ranks = [order.index(each.value[0]) for each in (changer, current, role)]

    assert may_change(changer, current, role) == (ranks[0] >= 2 and max(ranks[1:]) <= ranks[0])


def test_an_unknown_role_is_an_error_not_a_permission() -> None:
    with pytest.raises(ValueError, match="KING"):
        is_admin("KING")
