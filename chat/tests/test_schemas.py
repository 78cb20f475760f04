"""The OpenAPI schemas describe exactly what the payloads are."""

import re
from typing import Any

from django.test import Client
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework.serializers import Serializer

from accounts.payloads import user_payload
from chat.actions.messages import edit_message, post_message
from chat.actions.read_states import mark_read
from chat.api import schemas
from chat.models import Epoch, Revision
from chat.payloads import message_payload, revision_payload, room_payload
from chat.queries.rooms import room_of
from chat.tests.conftest import House


def fields(serializer: type[Serializer], *, optional: bool = True) -> set[str]:
    found = serializer().get_fields()
    return {name for name, field in found.items() if optional or field.required}


def test_messages(house: House) -> None:
    posted = post_message(user=house.ada, room=house.hall.uuid, content="hello @Ben Okafor")
    assert posted.payload.keys() == fields(schemas.MessageSchema)
    assert user_payload(house.ada).keys() == fields(schemas.PersonSchema)


def test_revisions(house: House) -> None:
    posted = post_message(user=house.ada, room=house.hall.uuid, content="one")
    edit_message(user=house.ada, message=posted.payload["id"], content="two")
    assert revision_payload(Revision.objects.get()).keys() == fields(schemas.RevisionSchema)


def test_rooms(house: House) -> None:
    membership = house.hall.memberships.select_related("room__workspace", "user").get(user=house.ada)
    own = room_of(membership)
    assert own.keys() == fields(schemas.RoomSchema) - {"people"}
    assert own["membership"].keys() == fields(schemas.RoomMembershipSchema)
    shared = room_payload(house.hall, epoch=Epoch.current())
    assert shared.keys() == fields(schemas.RoomSchema, optional=False)


def test_read_states(house: House) -> None:
    state = mark_read(user=house.ada, room=house.hall.uuid, seq=0)
    assert state.keys() == fields(schemas.ReadStateSchema)


def test_a_message_is_the_same_row_by_row_and_fresh_from_the_database(house: House) -> None:
    posted = post_message(user=house.ada, room=house.hall.uuid, content="hello @Ben Okafor **!**")
    row = house.hall.messages.for_payload().get()
    assert message_payload(row) == posted.payload


def test_every_address_of_the_api_is_in_the_schema() -> None:
    described = {re.sub(r"\{[^}]*\}", "{}", path) for path in SchemaGenerator().get_schema(None, public=True)["paths"]}
    served = {re.sub(r"<[^>]*>", "{}", path) for path in _paths(get_resolver()) if path.startswith("/api/")}
    assert len(served) > 25
    assert served - described <= {"/api/schema/", "/api/docs/"}
    assert described <= served


def test_the_page_of_the_api_needs_nothing_that_its_policy_refuses(client: Client) -> None:
    page = client.get("/api/docs/")
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert not re.findall(r"<style|<script(?![^>]* src=)| style=", page.content.decode())
    script = re.findall(r'src="(/api/docs/[^"]*)"', page.content.decode())
    assert client.get(script[0])["Content-Type"] == "application/javascript"


def _paths(resolver: Any, prefix: str = "/") -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        found += _paths(pattern, path) if hasattr(pattern, "url_patterns") else [path]
    return found
