"""`/api/search`: words taken literally, in rooms of one's own."""

from uuid import uuid4

import pytest

from chat.actions.memberships import remove_member
from chat.tests.clients import Api
from chat.tests.conftest import House

LITERAL = [
    "100%",
    "snake_case",
    "it's",
    "a AND b",
    "NOT here",
    "NEAR(this, that)",
    "content:secret",
    "star*",
    "^caret",
    "(parens",
    "back\\slash",
    "'; DROP TABLE chat_message; --",
    "semi;colon",
    "-minus",
    "a OR b",
    "{curly}",
    "日本語です",
    "🔥🔥🔥",
]


def say(house: House, *texts: str) -> None:
    for text in texts:
        answer = Api(house.ada).post(f"rooms/{house.hall.uuid}/messages", content=text)
        assert answer.status_code == 201, answer.content


def found(api: Api, q: str, **query) -> list[str]:
    answer = api.get("search", q=q, **query)
    assert answer.status_code == 200, answer.content
    return [message["content"] for message in answer.json()]


def test_every_word_must_be_there_newest_first(house: House) -> None:
    say(house, "The red house", "The green house", "A red door")
    ben = Api(house.ben)
    assert found(ben, "house") == ["The green house", "The red house"]
    assert found(ben, "HOUSE red") == ["The red house"]
    assert found(ben, "hou") == ["The green house", "The red house"]
    assert found(ben, '"red house"') == ["The red house"]
    assert found(ben, '"house red"') == []
    assert found(ben, "house", limit=1) == ["The green house"]
    assert found(ben, "") == found(ben, "  ") == found(ben, '""') == []


@pytest.mark.parametrize("text", LITERAL)
def test_operators_are_just_characters(house: House, text: str) -> None:
    say(house, f"before {text} after", "nothing of the kind: 100 snakeXcase its star a b", "another")
    assert found(Api(house.ben), text) == [f"before {text} after"]


@pytest.mark.parametrize(
    "q", ['"', '"""', '"unclosed', "*", "%", "_", "\\", "'", "AND", "NOT", "()", "a" * 200, "%' --"]
)
def test_no_query_breaks_anything(house: House, q: str) -> None:
    say(house, "hello")
    assert found(Api(house.ben), q) == []


def test_only_rooms_of_ones_own_are_searched(house: House) -> None:
    say(house, "needle")
    ben = Api(house.ben)
    assert found(ben, "needle") == found(ben, "needle", room_id=str(house.hall.uuid)) == ["needle"]
    assert found(ben, "needle", room_id=str(house.attic.uuid)) == []
    for stranger in (house.cleo, house.dan, house.newcomer("Eve")):
        assert found(Api(stranger), "needle") == []
        closed = Api(stranger).get("search", q="needle", room_id=str(house.hall.uuid))
        assert closed.status_code == 404
        assert closed.json() == Api(stranger).get("search", q="needle", room_id=str(uuid4())).json()
    remove_member(user=house.ada, room=house.hall.uuid, person=house.ben.uuid)
    assert found(ben, "needle") == []


def test_search_follows_edits_and_deletions(house: House) -> None:
    ada = Api(house.ada)
    message = ada.post(f"rooms/{house.hall.uuid}/messages", content="before").json()
    ada.patch(f"messages/{message['id']}", content="after")
    assert (found(ada, "before"), found(ada, "after")) == ([], ["after"])
    ada.delete(f"messages/{message['id']}")
    assert found(ada, "after") == []


@pytest.mark.parametrize("query", [{}, {"q": "x" * 1001}, {"q": "x", "room_id": "hall"}, {"q": "x\x00"}])
def test_a_query_of_the_wrong_shape_is_told(house: House, query: dict) -> None:
    answer = Api(house.ada).get("search", **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")


@pytest.mark.parametrize("limit", ["0", "-1", "1e9", "100000", "x"])
def test_a_limit_out_of_range_is_told(house: House, limit: str) -> None:
    answer = Api(house.ada).get("search", q="x", limit=limit)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")
