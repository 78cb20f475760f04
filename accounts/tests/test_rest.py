"""The frame of the REST API: what goes in, and one shape for whatever goes wrong."""

import logging
import uuid
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import exceptions

from accounts.api.users import MeView
from accounts.tests.factories import Cast, bearer, browser
from accounts.views import invitations
from campfire import wire
from campfire.errors import CampfireError, InvalidFrame, InvalidJSON, RateLimited
from campfire.http.rest import error_response

ME = "/api/users/me"
JSON = "application/json"


def patch(client: Client, body: bytes | str):
    return client.generic("PATCH", ME, body, content_type=JSON)


@pytest.mark.parametrize("body", ["{", "nope", '{"name": NaN}', '{"name": Infinity}', "[1,]", b"\xff", "9" * 5000])
def test_what_is_no_json_is_refused(cast: Cast, body: bytes | str) -> None:
    answer = patch(bearer(cast.ben), body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


def test_no_body_is_an_empty_one(cast: Cast) -> None:
    assert patch(bearer(cast.ben), "").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "a\\u0000b"}',
        '{"a\\u0000": 1}',
        '{"name": "\\ud800"}',
        "[" * 65 + "]" * 65,
        "[" * 100_000,
        '"x"',
        "[]",
        "7",
    ],
)
def test_json_of_the_wrong_shape_is_refused(cast: Cast, body: str) -> None:
    answer = patch(bearer(cast.ben), body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")
    assert answer.json()["message"]


def test_deep_but_not_too_deep() -> None:
    wire.decode("[" * 64 + "]" * 64)
    with pytest.raises(InvalidFrame):
        wire.decode("[" * 65 + "]" * 65)


texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
def test_what_is_encoded_is_decoded(value: object) -> None:
    assert wire.decode(wire.encode(value)) == value


@given(st.binary())
def test_any_bytes_are_json_or_a_clear_no(data: bytes) -> None:
    with suppress(InvalidJSON, InvalidFrame):
        assert wire.decode(wire.encode(wire.decode(data))) == wire.decode(data)


def test_a_body_over_the_limit_is_413(cast: Cast, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    client = bearer(cast.ben)
    answer = patch(client, '{"name": "%s"}' % ("x" * 200))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert patch(client, '{"name": "Benny"}').status_code == 200


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=é", b"x"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 2000)),
    ],
)
def test_a_broken_form_in_which_csrf_looks_for_its_token_is_400(cast: Cast, content_type: str, body: bytes) -> None:
    client = browser(cast.ben, csrf=True)
    client.cookies["csrftoken"] = "a" * 32
    answer = client.generic("POST", "/api/workspaces", body, content_type)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")


def test_another_content_type_is_415(cast: Cast) -> None:
    answer = bearer(cast.ben).patch(ME, "name=x", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["code"]) == (415, "invalid_frame")


def test_another_method_is_405(cast: Cast) -> None:
    answer = bearer(cast.ben).delete(ME)
    assert (answer.status_code, answer.json()["code"]) == (405, "invalid_frame")
    assert "PATCH" in answer["Allow"]


def test_another_accept_is_406(cast: Cast) -> None:
    answer = bearer(cast.ben).get(ME, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (406, "invalid_frame")


def test_no_such_address_is_404_as_json_below_api_and_a_page_elsewhere(cast: Cast) -> None:
    client = bearer(cast.ben)
    for path in ("/api/nothing", "/api/users/not-a-uuid", "/api/users/me/"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    page = client.get("/nothing")
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_an_evil_host_is_400(cast: Cast, settings) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    answer = bearer(cast.ben).get(ME, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")
    assert bearer(cast.ben).get(ME, headers={"Host": "localhost"}).status_code == 200


def test_all_answers_are_private(cast: Cast) -> None:
    for answer in (bearer(cast.ben).get(ME), Client().get(ME), bearer(cast.ben).get("/api/nothing")):
        assert answer["Cache-Control"] == "private, no-store"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def get(self: MeView, request: object) -> None:
        raise ValueError("secret: hunter2")

    monkeypatch.setattr(MeView, "get", get)


def test_an_unexpected_error_shows_an_id_and_nothing_else(
    cast: Cast, broken: None, caplog: pytest.LogCaptureFixture
) -> None:
    answer = bearer(cast.ben).get(ME)
    body = answer.json()
    assert answer.status_code == 500
    assert set(body) == {"code", "message", "request_id"}
    assert body["code"] == "internal_error"
    assert "hunter2" not in answer.content.decode()
    assert uuid.UUID(body["request_id"])
    logged = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert any(body["request_id"] in record.getMessage() for record in logged)


def test_an_unexpected_error_of_a_page_is_a_page_with_an_id(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise ValueError("secret: hunter2")

    monkeypatch.setattr(invitations, "_inviter", fail)
    client = browser(cast.ada)
    client.raise_request_exception = False
    answer = client.get("/invitations")
    assert answer.status_code == 500
    assert "hunter2" not in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404("secret"), 404, "not_found"),
        (PermissionDenied("secret"), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 401, "unauthenticated"),
        (exceptions.AuthenticationFailed(), 401, "unauthenticated"),
        (exceptions.Throttled(wait=1.2), 429, "rate_limited"),
        (exceptions.ParseError(), 400, "invalid_json"),
        (OperationalError("database is locked"), 503, "internal_error"),
        (RateLimited(retry_after=1.2), 429, "rate_limited"),
        *[(kind(), kind.status, kind.code) for kind in CampfireError.__subclasses__()],
    ],
)
def test_every_expected_error_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    answer = error_response(error, {})
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert set(answer.data) <= {"code", "message", "errors", "retry_after"}
    assert "secret" not in str(answer.data)
    assert ("WWW-Authenticate" in answer) == (status == 401)


def test_a_wait_is_a_header_in_whole_seconds_too() -> None:
    answer = error_response(RateLimited(retry_after=1.2), {})
    assert (answer["Retry-After"], answer.data["retry_after"]) == ("2", 1.2)


def test_field_errors_are_flat() -> None:
    detail: Any = {"name": ["Too long."], "owner": {"email": ["Bad."]}, "tags": [{}, {"text": ["Empty."]}]}
    answer = error_response(exceptions.ValidationError(detail), {})
    assert answer.data["errors"] == {"name": ["Too long."], "owner.email": ["Bad."], "tags.1.text": ["Empty."]}
