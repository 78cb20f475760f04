"""What operators may do through the actions, wherever they belong themselves."""

from uuid import uuid4

import pytest

from accounts.access import account_for, member_for, members_visible_to, people_visible_to
from accounts.actions.members import change_role, place_member
from accounts.actions.privileges import set_privileges
from accounts.actions.users import change_email, deactivate, reactivate
from accounts.actions.workspaces import rename_workspace
from accounts.models import AccessChange, Member, User
from accounts.operators import Operator
from accounts.roles import Role
from accounts.tests.factories import Cast, make_user
from campfire.errors import Conflict, Forbidden, InvalidFrame, NotFound


@pytest.fixture
def operator(cast: Cast) -> Operator:
    """Olga, a superuser who belongs to no workspace."""
    olga = make_user("Olga")
    olga.is_staff = olga.is_superuser = True
    olga.save()
    return Operator(olga)


def test_an_operator_stands_in_every_workspace_as_its_owner_and_is_in_none(operator: Operator, cast: Cast) -> None:
    member = member_for(operator, cast.workspace.uuid)

    assert member.role == Role.OWNER
    assert members_visible_to(member).count() == 3
    assert people_visible_to(operator).count() == User.objects.count()
    assert not Member.objects.filter(user=operator.user).exists()
    with pytest.raises(NotFound):
        member_for(operator, uuid4())


def test_the_same_person_is_nobody_there_as_a_person(operator: Operator, cast: Cast) -> None:
    with pytest.raises(NotFound):
        member_for(operator.user, cast.workspace.uuid)
    assert list(people_visible_to(operator.user)) == [operator.user]


def test_roles_change_by_an_operators_word_but_for_the_last_owners(operator: Operator, cast: Cast) -> None:
    change_role(actor=operator, workspace=cast.workspace.uuid, user=cast.ben.uuid, role=Role.ADMIN)
    assert Member.objects.get(user=cast.ben).role == "ADMIN"
    with pytest.raises(Conflict):
        change_role(actor=operator, workspace=cast.workspace.uuid, user=cast.ada.uuid, role=Role.ADMIN)


def test_somebody_is_put_into_a_workspace_once(operator: Operator, cast: Cast) -> None:
    home = cast.workspace.uuid
    assert place_member(actor=operator, workspace=home, user=cast.dan.uuid, role=Role.GUEST).role == "GUEST"
    with pytest.raises(Conflict):
        place_member(actor=operator, workspace=home, user=cast.dan.uuid, role=Role.OWNER)
    with pytest.raises(NotFound):
        place_member(actor=operator, workspace=home, user=uuid4(), role=Role.GUEST)


def test_workspaces_are_renamed_by_their_admins(operator: Operator, cast: Cast) -> None:
    rename = {"workspace": cast.workspace.uuid}
    assert rename_workspace(actor=cast.ada, name=" New \n name ", **rename).name == "New name"
    assert rename_workspace(actor=operator, name="New name", **rename).name == "New name"
    assert AccessChange.objects.filter(kind="workspace_updated").count() == 1
    for stranger, error in ((cast.ben, Forbidden), (cast.dan, NotFound)):
        with pytest.raises(error):
            rename_workspace(actor=stranger, name="Mine", **rename)
    with pytest.raises(InvalidFrame):
        rename_workspace(actor=operator, name="", **rename)


def test_accounts_of_staff_are_superusers_business(operator: Operator, cast: Cast) -> None:
    User.objects.filter(pk=cast.ben.pk).update(is_staff=True)
    cast.ben.refresh_from_db()
    assert account_for(operator, cast.ben.uuid) == cast.ben
    assert account_for(Operator(cast.ben), cast.cleo.uuid) == cast.cleo
    for colleague in (cast.ben, operator.user):
        with pytest.raises(Forbidden):
            account_for(Operator(cast.ben), colleague.uuid)


def test_privileges_are_superusers_business(operator: Operator, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        set_privileges(operator=Operator(cast.ben), user=cast.ben.uuid, is_staff=True)
    assert set_privileges(operator=operator, user=cast.ben.uuid, is_staff=True).is_staff
    assert not set_privileges(operator=operator, user=cast.ben.uuid, is_superuser=False).is_superuser
    cast.ben.refresh_from_db()
    assert cast.ben.is_staff, "What is not named stays"


def test_there_is_always_a_superuser(operator: Operator, cast: Cast) -> None:
    with pytest.raises(Conflict):
        set_privileges(operator=operator, user=operator.user.uuid, is_superuser=False)
    with pytest.raises(Conflict):
        deactivate(user=operator.user)
    set_privileges(operator=operator, user=cast.ben.uuid, is_superuser=True)
    deactivate(user=cast.ben)
    with pytest.raises(Conflict):
        deactivate(user=operator.user)


def test_who_was_let_in_again_is_not_shut_out_by_what_was_said_before(cast: Cast) -> None:
    deactivate(user=cast.ben)
    deactivate(user=cast.cleo)
    reactivate(user=cast.ben)
    reactivate(user=cast.ben)

    assert cast.ben.is_active
    assert User.objects.get(pk=cast.ben.pk).is_active
    disabled = AccessChange.objects.filter(kind="account_disabled").values_list("user", flat=True)
    assert list(disabled) == [cast.cleo.uuid]
    assert AccessChange.objects.filter(kind="user_updated", user=cast.ben.uuid).count() == 1


def test_an_address_belongs_to_one_person(cast: Cast) -> None:
    with pytest.raises(Conflict):
        change_email(user=cast.ben, email=str(cast.ada.email).upper())
    change_email(user=cast.ben, email=" Ben@Example.org ")
    assert User.objects.get(pk=cast.ben.pk).email == "ben@example.org"
