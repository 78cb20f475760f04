"""`/api/auth/…`."""

import time
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.test import Client

from accounts.actions.users import deactivate
from accounts.models import Session, User
from accounts.tests.factories import PASSWORD, Cast, bearer, browser, make_invitation, sign_in
from accounts.tokens import session_of

LOGIN = "/api/auth/login"
JSON = "application/json"


def login(client: Client, email: str | None, password: str = PASSWORD, **extra: Any):
    return client.post(LOGIN, {"email": email, "password": password}, content_type=JSON, **extra)


def test_login_answers_the_person_and_a_token_which_is_the_cookie_too(cast: Cast) -> None:
    client = Client()
    answer = login(client, cast.ben.email)
    body = answer.json()
    assert answer.status_code == 200
    assert body["user"]["id"] == str(cast.ben.uuid)
    assert len(body["session_token"]) >= 32
    assert client.cookies["session_token"].value == body["session_token"]
    assert client.cookies["session_token"]["httponly"]
    assert client.get("/api/users/me").status_code == 200
    by_bearer = Client(headers={"Authorization": f"Bearer {body['session_token']}"})
    assert by_bearer.get("/api/users/me").json()["email"] == cast.ben.email


def test_the_email_is_read_in_any_case(cast: Cast) -> None:
    assert cast.ben.email is not None
    assert login(Client(), f" {cast.ben.email.upper()} ").status_code == 200


def test_signing_in_again_gives_another_session_and_leaves_the_first(cast: Cast) -> None:
    client = Client()
    first = login(client, cast.ben.email).json()["session_token"]
    second = login(client, cast.ada.email).json()["session_token"]
    third = login(client, cast.ada.email).json()["session_token"]
    assert len({first, second, third}) == 3
    assert [session_of(token) is not None for token in (first, second, third)] == [True] * 3


def test_known_and_unknown_accounts_fail_alike(cast: Cast) -> None:
    deactivate(user=cast.cleo)
    answers = [
        login(Client(), email, "wrong password") for email in (cast.ben.email, "nobody@example.com", cast.cleo.email)
    ]
    deactivated = login(Client(), cast.cleo.email)
    assert {answer.status_code for answer in [*answers, deactivated]} == {401}
    assert len({answer.content for answer in [*answers, deactivated]}) == 1


def test_known_and_unknown_accounts_take_the_same_time(cast: Cast, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    algorithm = type(hashers.get_hasher())
    encode = algorithm.encode

    def counting(self, password, *args, **kwargs):
        hashed.append(password)
        return encode(self, password, *args, **kwargs)

    monkeypatch.setattr(algorithm, "encode", counting)
    login(Client(), cast.ben.email, "wrong password")
    known = len(hashed)
    login(Client(), "nobody@example.com", "wrong password")
    assert known >= 1
    assert len(hashed) == 2 * known


def test_ten_failures_for_an_account_and_address_are_enough(cast: Cast) -> None:
    for _ in range(10):
        assert login(Client(), cast.ben.email, "wrong password").status_code == 401
    limited = login(Client(), cast.ben.email)
    assert limited.status_code == 429
    assert limited.json()["code"] == "rate_limited"
    assert int(limited["Retry-After"]) > 0
    assert login(Client(), cast.ada.email).status_code == 200, "another account is not limited"
    assert login(Client(), cast.ben.email, REMOTE_ADDR="203.0.113.9").status_code == 200, "nor another address"


def test_unknown_accounts_are_limited_alike(cast: Cast) -> None:
    statuses = [login(Client(), "nobody@example.com", "wrong").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_successes_do_not_count(cast: Cast) -> None:
    assert {login(Client(), cast.ben.email).status_code for _ in range(12)} == {200}


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@b.c"}, {"email": {"a": 1}, "password": "x"}, {"email": "x", "password": ["y"]}, [], '"x"']
)
def test_a_login_of_the_wrong_shape_says_what_is_wrong(db: None, body: object) -> None:
    answer = Client().post(LOGIN, body, content_type=JSON)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_frame"
    assert answer.json()["errors"]


def register(client: Client, code: str, **fields: str):
    body = {"name": "Eve", "email": "eve@example.com", "password": PASSWORD, "invitation": code, **fields}
    return client.post("/api/auth/register", body, content_type=JSON)


def test_registering_by_invitation(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    client = Client()
    answer = register(client, invitation.code)
    assert answer.status_code == 201
    assert answer.json()["user"]["workspaces"] == [
        {"id": str(cast.workspace.uuid), "name": cast.workspace.name, "role": "MEMBER"}
    ]
    assert client.get("/api/users/me").json()["name"] == "Eve"
    invitation.refresh_from_db()
    assert invitation.uses == 1


def test_registering_grants_nothing_that_was_not_invited(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    fields = {"role": "OWNER", "is_staff": "true", "is_superuser": "true", "id": "7", "created_at": "1999-01-01"}
    assert register(Client(), invitation.code, **fields).status_code == 201
    eve = User.objects.get(email="eve@example.com")
    assert (eve.is_staff, eve.is_superuser, eve.members.get().role) == (False, False, "MEMBER")
    assert eve.created_at.year > 2000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "short"),
        ("password", "password"),
        ("email", "no address"),
        ("name", " \u200b "),
        ("name", "x" * 101),
        ("name", "a\0b"),
    ],
)
def test_what_is_wrong_with_a_registration_is_said(cast: Cast, field: str, value: str) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    answer = register(Client(), invitation.code, **{field: value})
    assert answer.status_code == 400
    invitation.refresh_from_db()
    assert invitation.uses == 0
    assert not User.objects.filter(name="Eve").exists()


def test_an_email_belongs_to_one_person(cast: Cast) -> None:
    invitation = make_invitation(cast.ada, cast.workspace)
    assert cast.ben.email is not None
    answer = register(Client(), invitation.code, email=cast.ben.email.upper())
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    invitation.refresh_from_db()
    assert invitation.uses == 0


def test_a_cookie_needs_a_csrf_token_to_change_anything(cast: Cast) -> None:
    client = browser(cast.ben, csrf=True)
    assert client.get("/api/users/me").status_code == 200
    for answer in (
        client.post("/api/auth/logout"),
        client.patch("/api/users/me", {"name": "Mallory"}, content_type=JSON),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert Session.objects.filter(user=cast.ben).exists()
    page = client.get("/sign-out")
    assert page.status_code == 405


def test_a_cookie_with_its_csrf_token_may(cast: Cast) -> None:
    client = browser(cast.ben, csrf=True)
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post("/api/auth/logout", headers={"X-CSRFToken": "a" * 32})
    assert answer.status_code == 200
    assert not Session.objects.filter(user=cast.ben).exists()


def test_a_bearer_needs_none(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {sign_in(cast.ben)}"})
    assert client.patch("/api/users/me", {"name": "Benjamin"}, content_type=JSON).status_code == 200


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Bearer a b", "bearer \xff"])
def test_a_bad_bearer_is_refused_even_beside_a_good_cookie(cast: Cast, header: str) -> None:
    client = browser(cast.ben)
    answer = client.get("/api/users/me", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_logout_leaves_other_sessions(cast: Cast) -> None:
    other = bearer(cast.ben)
    assert bearer(cast.ben).post("/api/auth/logout").status_code == 200
    assert other.get("/api/users/me").status_code == 200


def test_guessing_invitations_is_slowed_down(cast: Cast) -> None:
    started = time.monotonic()
    statuses = [register(Client(), f"guess-{number}").status_code for number in range(11)]
    assert statuses == [404] * 10 + [429]
    assert time.monotonic() - started < 60, "the premise: all within three minutes"
