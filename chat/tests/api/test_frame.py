"""What holds for every call: who asks, what is sent, what an error looks like."""

import json
from typing import Any
from uuid import uuid4

import pytest

from chat.tests.clients import Api
from chat.tests.conftest import House


def test_signed_out_is_401_everywhere(house: House) -> None:
    nobody, room = Api(), f"rooms/{house.hall.uuid}"
    assert Api(house.ada).get(room).status_code == 200
    for answer in (
        nobody.get("rooms"),
        nobody.post("rooms", name="x", kind="open"),
        nobody.post("directs", user_ids=[]),
        nobody.get(room),
        nobody.delete(room),
        nobody.post(f"{room}/join"),
        nobody.get(f"{room}/members"),
        nobody.get(f"{room}/presence"),
        nobody.get(f"{room}/messages"),
        nobody.get(f"{room}/changes", after_version=0),
        nobody.put(f"{room}/read", seq=0),
        nobody.get("search", q="x"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("body", ["", "hello", '{"content":', "{'a':1}", "[" * 100, '{"content":NaN}'])
def test_what_is_no_json_is_invalid_json(house: House, body: str) -> None:
    path = f"/api/rooms/{house.hall.uuid}/messages"
    answer = Api(house.ada).client.post(path, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json" if body else "invalid_frame")


@pytest.mark.parametrize(
    "body",
    ["[]", "null", "5", '"x"', "[" * 100 + "]" * 100, '{"content":"\\ud800"}', '{"content":"\\u0000"}'],
)
def test_json_of_the_wrong_shape_is_an_invalid_frame(house: House, body: str) -> None:
    path = f"/api/rooms/{house.hall.uuid}/messages"
    answer = Api(house.ada).client.post(path, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")


def test_a_body_of_another_type_or_size_is_refused(house: House) -> None:
    path, client = f"/api/rooms/{house.hall.uuid}/messages", Api(house.ada).client
    form = client.post(path, {"content": "x"})
    assert (form.status_code, form.json()["code"]) == (415, "invalid_frame")
    huge = client.post(path, json.dumps({"content": "x" * 1024 * 1024}), content_type="application/json")
    assert (huge.status_code, huge.json()["code"]) == (413, "too_large")


def test_a_method_that_is_not_there_is_405(house: House) -> None:
    answer = Api(house.ada).put(f"rooms/{house.hall.uuid}")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]


def test_errors_name_their_fields(house: House) -> None:
    answer = Api(house.ada).post("rooms", kind="secret")
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "message", "errors"}
    assert answer.json()["errors"].keys() == {"name", "kind"}
    assert all(isinstance(sentence, str) for sentences in answer.json()["errors"].values() for sentence in sentences)


def test_what_is_no_id_is_not_there(house: House) -> None:
    for path in ("rooms/hall", f"rooms/{house.hall.pk}", "messages/1", "rooms/%00", "nothing"):
        answer = Api(house.ada).get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


ID, LARGE = str(uuid4()), 2**70
WRONG: dict[str, list[Any]] = {
    "text": [1, 1.5, True, None, [], {}, ["x"]],
    "id": ["x", 7, True, None, [ID], {"id": ID}, ID[:-1]],
    "ids": [ID, {}, {"0": ID}, [7], [None], [[ID]], [True]],
    "flag": [1, 0, "true", "on", None, [], {}],
    "number": ["1", 1.0, 1.5, True, None, [1], {}, LARGE, -LARGE],
    "choice": [1, True, None, ["open"], {}, "OPEN", "shouting"],
    "time": [1, True, [], {}, "soon", "2020-13-01T00:00:00Z", "9" * 400],
}
BODIES: list[tuple[str, str, dict[str, str], dict[str, Any]]] = [
    ("post", "rooms", {"name": "text", "kind": "choice", "topic": "text", "workspace_id": "id", "member_ids": "ids"},
     {"name": "x", "kind": "open"}),
    ("patch", "rooms/{room}", {"name": "text", "kind": "choice", "topic": "text", "archived": "flag"}, {}),
    ("post", "rooms/{room}/members", {"user_id": "id"}, {}),
    ("patch", "rooms/{room}/membership", {"involvement": "choice", "starred": "flag", "muted_until": "time"}, {}),
    ("post", "directs", {"user_ids": "ids"}, {}),
    ("put", "rooms/{room}/read", {"seq": "number"}, {}),
    ("post", "rooms/{room}/messages", {"content": "text", "client_message_id": "id"}, {"content": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "fields", "body"), BODIES)
def test_a_value_of_another_type_is_refused_by_name(
    house: House, method: str, path: str, fields: dict[str, str], body: dict[str, Any]
) -> None:
    call, path = getattr(Api(house.ada), method), path.format(room=house.hall.uuid)
    for field, kind in fields.items():
        for wrong in WRONG[kind]:
            answer = call(path, **{**body, field: wrong})
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame"), (field, wrong)
            assert next(name.split(".")[0] for name in answer.json()["errors"]) == field, answer.json()


@pytest.mark.parametrize("path", ["rooms/{room}/members", "rooms/{room}/presence", "rooms", "rooms/{room}"])
@pytest.mark.parametrize("query", [{"limit": "-1"}, {"limit": "1e9"}, {"cursor": "x"}, {"q": "x" * 60_000}])
def test_a_query_is_an_answer_or_a_400(house: House, path: str, query: dict[str, str]) -> None:
    answer = Api(house.ada).get(path.format(room=house.hall.uuid), **query)
    known = {"rooms/{room}/members": {"limit", "cursor", "q"}, "rooms": {"limit", "cursor"}}.get(path, set())
    assert answer.status_code == (400 if known & query.keys() else 200)
