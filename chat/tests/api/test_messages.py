"""`/api/rooms/{id}/messages`, `/api/messages/{id}`."""

from uuid import uuid4

import pytest

from chat.actions.memberships import remove_member
from chat.models import Message
from chat.tests.clients import Api, fill
from chat.tests.conftest import House


@pytest.fixture
def path(house: House) -> str:
    return f"rooms/{house.hall.uuid}/messages"


def seqs(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [message["seq"] for message in response.json()]


def test_saying_something_answers_with_the_message(house: House, path: str) -> None:
    key = str(uuid4())
    response = Api(house.ada).post(path, content=" Hello ", client_message_id=key)
    message = response.json()
    assert response.status_code == 201
    assert (message["content"], message["client_message_id"]) == (" Hello ", key)
    assert message["creator_id"] == str(house.ada.uuid)
    assert response["Cache-Control"] == "private, no-store"
    assert Api(house.ben).get(f"messages/{message['id']}").json() == message
    assert Api(house.ben).get(path).json() == [message]


def test_a_repeat_answers_200_with_the_message_there_is(house: House, path: str) -> None:
    ada, key = Api(house.ada), str(uuid4())
    first = ada.post(path, content="Once", client_message_id=key)
    again = ada.post(path, content="Twice", client_message_id=key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert ada.post(path, content="Once").status_code == 201, "Without a key each is a message of its own"


def test_what_only_the_server_says_cannot_be_said(house: House, path: str) -> None:
    message = Api(house.ada).post(
        path, content="x", creator_id=str(house.ben.uuid), seq=99, version=99, created_at="1999-01-01", kind="system"
    ).json()  # fmt: skip
    assert (message["creator_id"], message["seq"], message["version"]) == (str(house.ada.uuid), 1, 1)
    assert (message["kind"], message["created_at"][:4] > "2000") == ("text", True)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": " \n"}, "content_too_short"),
        ({"content": "x" * 10_001}, "content_too_long"),
        ({}, "invalid_frame"),
        ({"content": {"a": 1}}, "invalid_frame"),
        ({"content": None}, "invalid_frame"),
        ({"content": "a\x00b"}, "invalid_frame"),
        ({"content": "x", "client_message_id": "1"}, "invalid_frame"),
    ],
)
def test_what_cannot_be_stored_is_told_by_code(house: House, path: str, body: dict, code: str) -> None:
    response = Api(house.ada).post(path, **body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert not Message.objects.exists()


def test_threads_and_attachments_that_are_not_there_are_not_found(house: House, path: str) -> None:
    ada = Api(house.ada)
    assert ada.post(path, content="x", thread_id=str(uuid4())).status_code == 404
    assert ada.post(path, content="x", attachment_ids=[str(uuid4())]).status_code == 404
    assert ada.post(path, content="x", thread_id=None, attachment_ids=[]).status_code == 201


@pytest.mark.usefixtures("_stopped_clock")
def test_the_twenty_first_message_at_once_has_to_wait(house: House, path: str) -> None:
    ada = Api(house.ada)
    assert {ada.post(path, content="x").status_code for _ in range(20)} == {201}
    refused = ada.post(path, content="x")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused["Retry-After"] == "1"
    assert 0 < refused.json()["retry_after"] <= 1


def test_history_is_newest_first_with_links(house: House, path: str) -> None:
    fill(house.hall, house.ada, 7)
    ben = Api(house.ben)
    newest = ben.get(path, limit=3)
    assert seqs(newest) == [7, 6, 5]
    assert newest["X-Room-Version"] == "7"
    assert newest["Link"] == f'<http://testserver/api/{path}?before=5&limit=3>; rel="next"'
    assert seqs(ben.client.get(newest["Link"].split(">")[0][1:])) == [4, 3, 2]
    assert seqs(ben.get(path, before=2)) == [1]
    assert seqs(ben.get(path, after=5)) == [7, 6]
    assert seqs(ben.get(path, after=2, limit=3)) == [5, 4, 3], "Those next to the anchor"
    assert seqs(ben.get(path, around=4, limit=3)) == [5, 4, 3]
    assert seqs(ben.get(path, around=4, limit=1)) == [4]
    assert seqs(ben.get(path)) == [7, 6, 5, 4, 3, 2, 1]
    assert "Link" not in ben.get(path)


def test_deleted_messages_are_left_out_and_still_anchors(house: House, path: str) -> None:
    ada = Api(house.ada)
    ids = [ada.post(path, content=str(number)).json()["id"] for number in range(1, 6)]
    assert ada.delete(f"messages/{ids[2]}").status_code == 204
    assert seqs(ada.get(path)) == [5, 4, 2, 1]
    assert seqs(ada.get(path, before=ids[2])) == [2, 1]
    assert seqs(ada.get(path, after=ids[2])) == [5, 4]
    assert seqs(ada.get(path, around=ids[2], limit=2)) == [4, 2]
    assert ada.get(f"messages/{ids[2]}").status_code == 404


@pytest.mark.parametrize("limit", ["0", "-1", "501", "1e9", "x", "", "9" * 30, "1.5"])
def test_a_limit_is_1_to_500(house: House, path: str, limit: str) -> None:
    ada = Api(house.ada)
    assert ada.get(path, limit=500).status_code == ada.get(path, limit=1).status_code == 200
    response = ada.get(path, limit=limit)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_frame")
    assert "limit" in response.json()["errors"]


@pytest.mark.parametrize("anchor", ["-1", "x", "9" * 30, "1.5", "00000000-0000-7000-8000-000000000000", "٣", "1;drop"])
@pytest.mark.parametrize("way", ["before", "after", "around"])
def test_an_anchor_is_a_seq_or_an_id_of_this_room(house: House, path: str, way: str, anchor: str) -> None:
    response = Api(house.ada).get(path, **{way: anchor})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


def test_an_anchor_of_another_room_is_none(house: House, path: str) -> None:
    ada = Api(house.ada)
    there = ada.post(f"rooms/{house.attic.uuid}/messages", content="x").json()["id"]
    assert ada.get(f"rooms/{house.attic.uuid}/messages", around=there).status_code == 200
    assert ada.get(path, around=there).json()["code"] == "invalid_cursor"
    assert ada.get(path, before=1, after=1).json()["code"] == "invalid_frame"


def test_an_edit_keeps_what_was_said_before(house: House, path: str) -> None:
    ada = Api(house.ada)
    message = ada.post(path, content="Helo").json()
    edited = ada.patch(f"messages/{message['id']}", content="Hello", seq=99, creator_id=str(house.ben.uuid))
    assert (edited.status_code, edited.json()["content"]) == (200, "Hello")
    assert (edited.json()["seq"], edited.json()["version"]) == (1, 2)
    assert edited.json()["creator_id"] == str(house.ada.uuid)
    revisions = Api(house.ben).get(f"messages/{message['id']}/revisions").json()
    assert [revision["content"] for revision in revisions["results"]] == ["Helo"]
    assert ada.patch(f"messages/{message['id']}", content=" ").json()["code"] == "content_too_short"


def test_only_authors_and_admins_change_a_message(house: House) -> None:
    attic = f"rooms/{house.attic.uuid}/messages"
    hers = f"messages/{Api(house.ada).post(attic, content='Hers').json()['id']}"
    his = f"messages/{Api(house.ben).post(attic, content='His').json()['id']}"
    for person in (house.ben, house.cleo):
        api = Api(person)
        assert api.get(hers).status_code == 200
        assert api.patch(hers, content="Defaced").status_code == 403
        assert api.delete(hers).status_code == 403
    assert Api(house.ada).patch(his, content="Moderated").status_code == 200
    assert Api(house.ada).delete(his).status_code == 204


def test_strangers_find_nothing(house: House, path: str) -> None:
    """Dan is of another workspace, Cleo a guest, and the room is open to members only."""
    message = f"messages/{Api(house.ada).post(path, content='Ours').json()['id']}"
    for stranger in (house.dan, house.cleo):
        api = Api(stranger)
        nowhere = api.get(f"rooms/{uuid4()}/messages")
        answers = [
            api.get(path),
            api.post(path, content="x"),
            api.get(message),
            api.patch(message, content="x"),
            api.delete(message),
            api.get(f"{message}/revisions"),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert api.get(path).json() == nowhere.json()
        assert api.get(message).json() == api.get(f"messages/{uuid4()}").json()
    assert Message.objects.get().content == "Ours"


def test_nobody_finds_anything_after_their_removal(house: House) -> None:
    attic, ben = f"rooms/{house.attic.uuid}/messages", Api(house.ben)
    mine = f"messages/{ben.post(attic, content='Mine').json()['id']}"
    remove_member(user=house.ada, room=house.attic.uuid, person=house.ben.uuid)
    answers = [ben.get(attic), ben.post(attic, content="x"), ben.get(mine), ben.delete(mine)]
    assert [answer.status_code for answer in answers] == [404] * 4


def test_text_is_a_string(house: House, path: str) -> None:
    for content in (5, True, None, ["Hello"], {"text": "Hello"}):
        answer = Api(house.ada).post(path, content=content)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_frame")
        assert answer.json()["errors"].keys() == {"content"}
