"""`/api/workspaces` and its members."""

import pytest

from accounts.actions.users import deactivate
from accounts.models import Member, User
from accounts.roles import Role
from accounts.tests.factories import Cast, bearer, make_user
from campfire.errors import Conflict

JSON = "application/json"


def change(cast: Cast, actor: User, target: User, role: str):
    path = f"/api/workspaces/{cast.workspace.uuid}/members/{target.uuid}"
    return bearer(actor).patch(path, {"role": role}, content_type=JSON)


def role_of(cast: Cast, user: User) -> str:
    return Member.objects.get(workspace=cast.workspace, user=user).role


def test_your_workspaces(cast: Cast) -> None:
    assert bearer(cast.ben).get("/api/workspaces").json()["results"] == [
        {"id": str(cast.workspace.uuid), "name": cast.workspace.name, "role": "MEMBER"}
    ]


def test_whoever_makes_a_workspace_owns_it(cast: Cast) -> None:
    answer = bearer(cast.ben).post("/api/workspaces", {"name": " New  place "}, content_type=JSON)
    assert (answer.status_code, answer.json()["name"], answer.json()["role"]) == (201, "New place", "OWNER")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "\u200b"}, {"name": "x" * 101}, {"name": ["x"]}])
def test_a_workspace_needs_a_name(cast: Cast, body: dict[str, object]) -> None:
    assert bearer(cast.ben).post("/api/workspaces", body, content_type=JSON).status_code == 400


def test_guests_make_no_workspaces(cast: Cast) -> None:
    assert bearer(cast.cleo).post("/api/workspaces", {"name": "Mine"}, content_type=JSON).status_code == 403


def test_members_see_the_members_and_strangers_nothing(cast: Cast) -> None:
    path = f"/api/workspaces/{cast.workspace.uuid}/members"
    members = bearer(cast.ben).get(path).json()["results"]
    assert [(member["user"]["name"], member["role"]) for member in members] == [
        ("Ada", "OWNER"), ("Ben", "MEMBER"), ("Cleo", "GUEST"),
    ]  # fmt: skip
    assert bearer(cast.dan).get(path).status_code == 404
    guest = bearer(cast.cleo).get(path).json()["results"]
    assert [member["user"]["name"] for member in guest] == ["Cleo"]


def test_an_owner_gives_any_role(cast: Cast) -> None:
    for role in ("ADMIN", "OWNER", "GUEST", "MEMBER"):
        assert change(cast, cast.ada, cast.ben, role).json()["role"] == role
        assert role_of(cast, cast.ben) == role


@pytest.mark.parametrize("role", ["OWNER", "ADMIN", "GUEST"])
def test_a_member_changes_no_role_not_even_their_own(cast: Cast, role: str) -> None:
    assert change(cast, cast.ben, cast.ben, role).status_code == 403
    assert change(cast, cast.ben, cast.cleo, role).status_code == 403
    assert role_of(cast, cast.ben) == "MEMBER"


def test_an_admin_reaches_up_to_their_own_role(cast: Cast) -> None:
    eve = make_user("Eve", cast.workspace, Role.ADMIN)
    assert change(cast, eve, cast.ben, "OWNER").status_code == 403
    assert change(cast, eve, cast.ada, "MEMBER").status_code == 403
    assert change(cast, eve, cast.ben, "ADMIN").status_code == 200


def test_the_last_owner_stays_one(cast: Cast) -> None:
    answer = change(cast, cast.ada, cast.ada, "MEMBER")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert change(cast, cast.ada, cast.ben, "OWNER").status_code == 200
    assert change(cast, cast.ada, cast.ada, "MEMBER").status_code == 200


def test_the_last_owner_cannot_be_deactivated(cast: Cast) -> None:
    with pytest.raises(Conflict):
        deactivate(user=cast.ada)
    assert User.objects.get(pk=cast.ada.pk).is_active


def test_an_owner_who_is_deactivated_does_not_count(cast: Cast) -> None:
    eve = make_user("Eve", cast.workspace, Role.OWNER)
    deactivate(user=eve)
    assert change(cast, cast.ada, cast.ada, "MEMBER").status_code == 409


def test_who_is_not_there_cannot_be_changed(cast: Cast) -> None:
    assert change(cast, cast.ada, cast.dan, "MEMBER").status_code == 404
    assert change(cast, cast.dan, cast.ben, "GUEST").status_code == 404
    assert role_of(cast, cast.ben) == "MEMBER"


@pytest.mark.parametrize("role", ["KING", "", None, 7, ["OWNER"]])
def test_an_unknown_role_is_refused(cast: Cast, role: object) -> None:
    path = f"/api/workspaces/{cast.workspace.uuid}/members/{cast.ben.uuid}"
    assert bearer(cast.ada).patch(path, {"role": role}, content_type=JSON).status_code == 400
