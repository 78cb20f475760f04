"""What is sent compressed, and what never is, because its length would tell what is in it."""

import gzip
from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import sign_in
from chat.tests.clients import fill
from chat.tests.conftest import House

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def client(house: House) -> Client:
    client = Client()
    client.cookies["session_token"] = sign_in(house.ada)
    fill(house.hall, house.ada, 30, "The mirror is aligned")
    return client


def ask(client: Client, path: str, **headers: str) -> Any:
    return client.get(path, headers={**GZIP, **headers})


def addresses(house: House) -> list[str]:
    return [f"/rooms/{house.hall.uuid}", f"/api/rooms/{house.hall.uuid}/messages", "/api/rooms", "/search?q=mirror"]


def test_pages_and_json_come_compressed(client: Client, house: House) -> None:
    for address in addresses(house):
        plain, packed = client.get(address), ask(client, address)
        assert "Content-Encoding" not in plain, address
        assert packed["Content-Encoding"] == "gzip", address
        assert "Accept-Encoding" in packed["Vary"]
        # Up to a hundred bytes are there by chance, against whoever measures lengths.
        assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 2 + 100
        assert b"mirror" in gzip.decompress(packed.content) or address == "/api/rooms"


def test_what_is_short_is_sent_as_it_is(client: Client) -> None:
    assert "Content-Encoding" not in ask(client, "/version")


def test_what_another_site_asks_for_is_not(client: Client, house: House) -> None:
    """It chooses the address, and could measure the answer."""
    for address in addresses(house):
        for site in ("cross-site", "same-site"):
            assert "Content-Encoding" not in ask(client, address, **{"Sec-Fetch-Site": site}), address
        for site in ("same-origin", "none"):
            assert ask(client, address, **{"Sec-Fetch-Site": site})["Content-Encoding"] == "gzip"


def test_what_holds_a_credential_is_not(client: Client, house: House) -> None:
    workspace = house.workspace.uuid
    made = client.post(
        f"/api/workspaces/{workspace}/invitations", {"role": "MEMBER"}, content_type="application/json", headers=GZIP
    )
    signed_in = client.post(
        "/api/auth/login",
        {"email": "x@example.com", "password": "x" * 300},
        content_type="application/json",
        headers=GZIP,
    )
    pages = [ask(client, f"/api/workspaces/{workspace}/invitations"), ask(client, "/invitations")]
    pages += [ask(Client(), f"/join/{made.json()['code']}"), ask(Client(), "/password-reset")]
    for answer in (made, signed_in, *pages):
        assert "Content-Encoding" not in answer, answer.request["PATH_INFO"]


def test_the_same_page_is_not_of_the_same_length_twice(client: Client, house: House) -> None:
    lengths = {len(ask(client, f"/rooms/{house.hall.uuid}").content) for _ in range(12)}
    assert len(lengths) > 3
