"""Whatever is put into an address or a form of admin: an answer in words, never a server error."""

from urllib.parse import quote

import pytest

from accounts.models import Invitation, Member, Session, User, Workspace
from accounts.tests.admin.operators import AtWork, address
from chat.models import Membership, Message, Room
from chat.tests.conftest import House

NOUNS = [User, Workspace, Member, Invitation, Session, Room, Membership, Message]
BAD = ["", "x", "-1", "0", "1e9", "9" * 40, "²", "\x00", "%", "'; DROP TABLE", "a" * 5000, "\u202e", "None", "[]"]


@pytest.mark.parametrize("noun", NOUNS)
def test_addresses(operator: AtWork, house: House, noun: type) -> None:
    for value in BAD:
        for name in ("q", "p", "o", "all", "arrived", "deleted", "usable", "expired", "archived", "e", "_facets"):
            answer = operator.listing(noun, **{name: value})
            assert answer.status_code in {200, 302, 400}, (name, value)
        for name in ("room__id__exact", "user__id__exact", "created_at__gte", "is_active__exact", "kind__exact"):
            answer = operator.listing(noun, **{name: value})
            assert answer.status_code in {200, 302, 400}, (name, value)
        for page in ("change", "delete", "history"):
            path = address(noun, page, "KEY").replace("KEY", quote(value, safe="") or "x")
            assert operator.get(path).status_code in {200, 302, 403, 404}, (page, value)


@pytest.mark.parametrize("noun", NOUNS)
def test_actions(operator: AtWork, house: House, noun: type) -> None:
    for value in BAD:
        for data in (
            {"action": value, "_selected_action": ["1"]},
            {"action": "delete_chosen", "_selected_action": [value], "post": "yes"},
            {"action": "remove_chosen", "_selected_action": [value], "post": "yes"},
            {"action": "deactivate", "_selected_action": [value], "post": "yes", "stay": "yes"},
            {"action": "end", "_selected_action": [value, value], "select_across": value, "index": value},
        ):
            answer = operator.client.post(address(noun, "changelist"), data)
            assert answer.status_code in {200, 302}, data


@pytest.mark.parametrize("noun", [Workspace, Member, Invitation, Membership])
def test_forms(operator: AtWork, house: House, noun: type) -> None:
    names = ["name", "workspace", "user", "room", "role", "days", "max_uses"]
    for value in [bad for bad in BAD if bad != "0"]:
        answer = operator.client.post(address(noun, "add"), dict.fromkeys(names, value))
        assert answer.status_code in {200, 302}, value


def test_fields_that_are_typed_into(operator: AtWork, house: House) -> None:
    for value in BAD:
        for model, field in (("membership", "room"), ("membership", "user"), ("nothing", "room"), (value, value)):
            query = {"app_label": "chat", "model_name": model, "field_name": field, "term": value}
            assert operator.get("/admin/autocomplete/", **query).status_code in {200, 400, 403}, (field, value)
        page = {"app_label": "chat", "model_name": "membership", "field_name": "user", "page": value}
        assert operator.get("/admin/autocomplete/", **page).status_code in {200, 400, 404}, value
