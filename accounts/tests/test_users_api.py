"""`/api/users…`."""

import pytest
from django.test import Client

from accounts.models import AccessChange, User
from accounts.tests.factories import Cast, bearer, make_user

JSON = "application/json"
EVERYBODY = {"Ada", "Ben", "Cleo"}


def names(answer) -> set[str]:
    return {person["name"] for person in answer.json()["results"]}


def share_a_room(cast: Cast, *people: User) -> None:
    room = cast.workspace.rooms.create(kind="closed", name="Shared")
    for person in people:
        room.memberships.create(user=person)


def test_me(cast: Cast) -> None:
    assert bearer(cast.ada).get("/api/users/me").json() == {
        "id": str(cast.ada.uuid),
        "name": "Ada",
        "avatar_url": None,
        "email": cast.ada.email,
        "workspaces": [{"id": str(cast.workspace.uuid), "name": cast.workspace.name, "role": "OWNER"}],
    }


def test_signed_out_is_401(db: None) -> None:
    for path in ("/api/users/me", "/api/users", "/api/workspaces"):
        answer = Client().get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_renaming_tells_everybody(cast: Cast) -> None:
    for _ in range(2):
        answer = bearer(cast.ben).patch("/api/users/me", {"name": " Benja\u202emin "}, content_type=JSON)
        assert answer.json()["name"] == "Benjamin"
    told = AccessChange.objects.filter(kind=AccessChange.Kind.USER_UPDATED)
    assert [change.user for change in told] == [cast.ben.uuid], "The same name again is no news"
    assert User.objects.get(pk=cast.ben.pk).name_key == "benjamin"


def test_a_name_is_changed_ten_times_an_hour(cast: Cast) -> None:
    client = bearer(cast.ben)
    answers = [client.patch("/api/users/me", {"name": f"Ben {turn}"}, content_type=JSON) for turn in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert (answers[-1].json()["code"], answers[-1]["Retry-After"]) == ("rate_limited", "3600")
    assert User.objects.get(pk=cast.ben.pk).name == "Ben 9"


def test_only_the_name_can_be_changed(cast: Cast) -> None:
    fields = {"email": "x@example.com", "is_staff": True, "is_superuser": True, "is_active": False, "role": "OWNER"}
    answer = bearer(cast.ben).patch("/api/users/me", {**fields, "password": "x"}, content_type=JSON)
    assert answer.status_code == 200
    ben = User.objects.get(pk=cast.ben.pk)
    assert (ben.email, ben.is_staff, ben.is_superuser, ben.is_active) == (cast.ben.email, False, False, True)
    assert ben.password == cast.ben.password
    assert ben.members.get().role == "MEMBER"


def test_members_see_their_workspace_and_nobody_else(cast: Cast) -> None:
    assert names(bearer(cast.ben).get("/api/users")) == EVERYBODY
    assert names(bearer(cast.dan).get("/api/users")) == {"Dan"}


def test_a_guest_sees_the_people_of_their_rooms(cast: Cast) -> None:
    guest = bearer(cast.cleo)
    assert names(guest.get("/api/users")) == {"Cleo"}
    share_a_room(cast, cast.cleo, cast.ben)
    assert names(guest.get("/api/users")) == {"Cleo", "Ben"}
    assert guest.get(f"/api/users/{cast.ben.uuid}").status_code == 200
    assert guest.get(f"/api/users/{cast.ada.uuid}").status_code == 404


def test_whom_you_may_not_see_is_not_there(cast: Cast) -> None:
    client = bearer(cast.dan)
    hidden = client.get(f"/api/users/{cast.ben.uuid}")
    absent = client.get("/api/users/00000000-0000-7000-8000-000000000000")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    assert bearer(cast.ada).get(f"/api/users/{cast.ben.uuid}").json()["name"] == "Ben", "Ben is there"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("be", {"Ben"}),
        ("BEN", {"Ben"}),
        ("", EVERYBODY),
        ("%", set()),
        ("_", set()),
        ("\0", EVERYBODY),
    ],
)
def test_people_are_found_by_part_of_their_name(cast: Cast, wanted: str, found: set[str]) -> None:
    assert names(bearer(cast.ada).get("/api/users", {"q": wanted})) == found


def test_pages(cast: Cast) -> None:
    for number in range(5):
        make_user(f"Extra {number}", cast.workspace)
    client = bearer(cast.ada)
    first = client.get("/api/users", {"limit": 3}).json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert [len(page["results"]) for page in (first, second, third)] == [3, 3, 2]
    assert (first["previous"], third["next"]) == (None, None)
    seen = [person["id"] for page in (first, second, third) for person in page["results"]]
    assert len(set(seen)) == 8
    assert client.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize("limit", ["0", "-1", "501", "1e9", "x", "", "９", "9" * 5000, "000000001999"])
def test_a_limit_out_of_range_is_refused(cast: Cast, limit: str) -> None:
    answer = bearer(cast.ada).get("/api/users", {"limit": limit})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")


def test_a_cursor_of_another_collection_is_refused(cast: Cast) -> None:
    client = bearer(cast.ada)
    cursor = client.get("/api/users", {"limit": 1}).json()["next"].partition("?")[2]
    assert client.get(f"/api/users?{cursor}").status_code == 200
    answer = client.get(f"/api/workspaces?{cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    "cursor", ["x", "cD0xMDA=x", "cD14", "bz05OTk5OTk5", "ü", "\0", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk="]
)
def test_a_bad_cursor_is_refused(cast: Cast, cursor: str) -> None:
    answer = bearer(cast.ada).get("/api/users", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
