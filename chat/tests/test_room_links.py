"""`#room` in a message: a link for those who see that room, text for all others."""

from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import sign_in
from chat.actions import batcher
from chat.actions.messages import edit_message, post_message
from chat.actions.rooms import create_room
from chat.tests.clients import Api, socket_of
from chat.tests.conftest import House


def html_of(house: House, content: str, user: Any = None, room: Any = None) -> str:
    return str(post_message(user=user or house.ada, room=(room or house.hall).uuid, content=content).payload["html"])


def test_the_author_links_to_rooms_that_they_see(house: House) -> None:
    link = f'<a class="room-ref" href="/rooms/{house.attic.uuid}" data-room-id="{house.attic.uuid}"'
    assert link in html_of(house, "see #Attic")
    library = create_room(user=house.ada, workspace=house.workspace.uuid, name="library", kind="open", members=[])
    assert str(library.uuid) in html_of(house, "#library", house.ben), "they could join it"


def test_what_the_author_does_not_see_is_text(house: House) -> None:
    create_room(user=house.ada, workspace=house.workspace.uuid, name="vault", kind="closed", members=[])
    create_room(user=house.dan, workspace=house.elsewhere.uuid, name="abroad", kind="open", members=[])
    assert html_of(house, "#vault #abroad", house.ben) == "<p>#vault #abroad</p>\n"
    assert html_of(house, "#hall", house.cleo, house.attic) == "<p>#hall</p>\n", "a guest sees only their rooms"


def test_of_two_rooms_of_one_name_it_is_the_authors_own_then_the_older(house: House) -> None:
    """The rooms are looked up beside each other, and a database may answer in any order."""
    rooms = [
        create_room(user=user, workspace=house.workspace.uuid, name="Lounge", kind="open", members=[])
        for user in (house.ben, house.ben, house.ada)
    ]
    assert str(rooms[2].uuid) in html_of(house, "#lounge", house.ada)
    assert str(rooms[0].uuid) in html_of(house, "#lounge", house.ben)


def test_an_edit_links_too(house: House) -> None:
    message = post_message(user=house.ada, room=house.hall.uuid, content="see").payload["id"]
    assert "room-ref" in edit_message(user=house.ada, message=message, content="see #attic")["html"]


def test_only_a_text_that_may_name_a_room_asks_for_rooms(
    house: House, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batcher.batcher, "store", lambda post: post)
    for content, most in (("plain", 0), ("# Title", 0), ("a#hall", 0), ("#hall", 1)):
        with django_assert_max_num_queries(most):
            post_message(user=house.ada, room=house.hall.uuid, content=content)


async def test_it_is_the_same_over_a_socket(house: House) -> None:
    async with socket_of(house.ada) as ada:
        assert "room-ref" in (await ada.say(house.hall, "#attic"))["message"]["html"]


def page(user: Any, room: Any) -> str:
    client = Client()
    client.cookies["session_token"] = sign_in(user)
    return client.get(f"/rooms/{room.uuid}").content.decode()


def test_a_page_links_only_to_rooms_that_its_reader_sees(house: House) -> None:
    create_room(user=house.ada, workspace=house.workspace.uuid, name="vault", kind="closed", members=[])
    html_of(house, "#vault and #hall and #attic", room=house.attic)
    assert page(house.ada, house.attic).count('class="room-ref"') == 3
    assert page(house.ben, house.attic).count('class="room-ref"') == 2
    guest = page(house.cleo, house.attic)
    assert guest.count('class="room-ref"') == 1
    assert "#vault and #hall and" in guest


def test_a_link_to_a_room_that_one_could_join_leads_to_where_one_can(house: House) -> None:
    library = create_room(user=house.ada, workspace=house.workspace.uuid, name="the library", kind="open", members=[])
    client = Client()
    client.cookies["session_token"] = sign_in(house.ben)
    assert client.get(f"/rooms/{library.uuid}")["Location"] == "/rooms/browse?q=the+library"
    client.cookies["session_token"] = sign_in(house.cleo)
    assert client.get(f"/rooms/{library.uuid}").status_code == 404


def test_nothing_that_can_be_seen_is_refused_everywhere(house: House) -> None:
    answer = Api(house.ada).post(f"rooms/{house.hall.uuid}/messages", content="\u200b\u2060")
    assert (answer.status_code, answer.json()["code"]) == (400, "content_too_short")
    message = post_message(user=house.ada, room=house.hall.uuid, content="seen").payload["id"]
    assert Api(house.ada).patch(f"messages/{message}", content="\u3164").json()["code"] == "content_too_short"
