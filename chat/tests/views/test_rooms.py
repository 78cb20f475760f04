"""The room page and the ways into rooms, as a browser without JavaScript sees them."""

import json
import re
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import sign_in
from chat.actions import limits
from chat.actions.messages import post_message
from chat.actions.rooms import update_room
from chat.models import Room
from chat.tests.conftest import House


def browser(user: User) -> Client:
    client = Client()
    client.cookies["session_token"] = sign_in(user)
    return client


def say(user: User, room: Room, *contents: str) -> None:
    for content in contents:
        limits.forget()
        post_message(user=user, room=room.uuid, content=content, client_message_id=uuid4())


def test_a_room_shows_what_was_said_and_is_stored_nowhere(house: House) -> None:
    say(house.ben, house.hall, "**bold** words")
    page = browser(house.ada).get(f"/rooms/{house.hall.uuid}")
    assert "<strong>bold</strong> words" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", ["/rooms/{}", "/rooms/{}/@1"])
def test_strangers_and_wrong_addresses_get_the_same_page(house: House, address: str) -> None:
    client = browser(house.dan)
    closed, absent = (client.get(address.format(room)) for room in (house.attic.uuid, uuid4()))
    assert closed.status_code == absent.status_code == 404
    assert browser(house.ada).get(address.format(house.attic.uuid)).status_code == 200
    assert closed.content.decode() == absent.content.decode()


def test_a_part_goes_into_a_page_with_the_same_script_and_stylesheet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that was brought up to date answers parts that older scripts would not know what to do with."""
    client, address = browser(house.ada), f"/rooms/{house.hall.uuid}"

    def build() -> str:
        part = client.get(address, headers={"X-Campfire-Part": "main"}).content.decode()
        return re.findall('<meta name="build" content="([^"]+)">', part)[0]

    start = re.findall('<script id="start"[^>]*>(.+)</script>', client.get(address).content.decode())[0]
    before = build()
    assert json.loads(start)["build"] == before
    monkeypatch.setattr("campfire.http.bundles.static", lambda path: f"/static/{path}-of-tomorrow")
    assert build() != before


def test_the_signed_out_are_led_to_sign_in_and_back(house: House) -> None:
    answer = Client().get(f"/rooms/{house.hall.uuid}")
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in?next=/rooms/{house.hall.uuid}"


def test_home_is_the_room_one_was_in_last(house: House) -> None:
    client = browser(house.ada)
    client.get(f"/rooms/{house.hall.uuid}")
    assert client.get("/")["Location"] == f"/rooms/{house.hall.uuid}"
    client.get(f"/rooms/{house.attic.uuid}")
    assert client.get("/")["Location"] == f"/rooms/{house.attic.uuid}"


def test_home_without_a_room_says_what_to_do(house: House) -> None:
    client = browser(house.newcomer("Eve"))
    assert client.get("/", follow=True).redirect_chain == [("/menu", 302)]


def test_paging_through_the_past(house: House) -> None:
    say(house.ben, house.hall, *[f"line {number}." for number in range(1, 61)])
    client = browser(house.ada)
    newest = client.get(f"/rooms/{house.hall.uuid}").content.decode()
    older = client.get(f"/rooms/{house.hall.uuid}?before=21").content.decode()
    newer = client.get(f"/rooms/{house.hall.uuid}?after=20").content.decode()
    assert "line 60." in newest
    assert f"/rooms/{house.hall.uuid}?before=21" in newest
    assert "line 20." in older
    assert "line 21." not in older
    assert "line 21." in newer


def test_the_line_above_what_is_new(house: House) -> None:
    say(house.ada, house.hall, "mine")
    say(house.ben, house.hall, "new to Ada")
    rows = browser(house.ada).get(f"/rooms/{house.hall.uuid}").context["rows"]
    assert [row.new for row in rows] == [False, True]


def test_what_is_unread_above_the_page_is_offered_instead_of_marked(house: House) -> None:
    say(house.ben, house.hall, *[f"line {number}" for number in range(45)])
    context = browser(house.ada).get(f"/rooms/{house.hall.uuid}").context
    assert not any(row.new for row in context["rows"])
    assert context["unread_above"]["count"] == 45
    assert context["unread_above"]["first"].seq == 1


def test_days_begin_at_the_readers_midnight(house: House) -> None:
    say(house.ada, house.hall, "hello")
    house.hall.messages.update(created_at="2026-01-01T23:30:00Z")
    client = browser(house.ada)
    client.cookies["zone"] = "Europe/Berlin"
    row = client.get(f"/rooms/{house.hall.uuid}").context["rows"][0]
    assert str(row.day) == "2026-01-02"
    client.cookies["zone"] = "../../etc/passwd"
    assert str(client.get(f"/rooms/{house.hall.uuid}").context["rows"][0].day) == "2026-01-01"


def test_making_a_room_and_joining_one(house: House) -> None:
    form = {"name": "lab", "topic": "", "kind": "open", "workspace": str(house.workspace.uuid)}
    answer = browser(house.ada).post("/rooms/new", form)
    lab = Room.objects.get(name="lab")
    assert answer["Location"] == f"/rooms/{lab.uuid}"
    ben = browser(house.ben)
    assert ben.get(f"/rooms/{lab.uuid}")["Location"] == "/rooms/browse?q=lab"
    assert "lab" in ben.get("/rooms/browse").content.decode()
    ben.post(f"/rooms/{lab.uuid}/join")
    assert ben.get(f"/rooms/{lab.uuid}").status_code == 200


def test_a_guest_makes_no_room(house: House) -> None:
    form = {"name": "lab", "topic": "", "kind": "open", "workspace": str(house.workspace.uuid)}
    assert "Guests cannot create rooms." in browser(house.cleo).post("/rooms/new", form).content.decode()
    assert not Room.objects.filter(name="lab").exists()


def test_a_guest_may_write_only_to_people_of_their_rooms(house: House) -> None:
    house.newcomer("Eve")
    assert [person.name for person in browser(house.cleo).get("/directs/new").context["choice"].others] == [
        "Ada Lindqvist",
        "Ben Okafor",
    ]
    assert "Eve" in [person.name for person in browser(house.ada).get("/directs/new").context["choice"].others]


def test_a_direct_is_named_by_the_others_in_it(house: House) -> None:
    client = browser(house.ada)
    answer = client.post("/directs/new", {"people": [str(house.ben.uuid)]}, follow=True)
    assert answer.context["title"] == "Ben Okafor"


def test_an_archived_room_can_still_be_read(house: House) -> None:
    say(house.ben, house.hall, "Kept for later")
    update_room(user=house.ada, room=house.hall.uuid, archived=True)
    page = browser(house.ada).get(f"/rooms/{house.hall.uuid}")
    assert page.status_code == 200
    assert "Kept for later" in page.content.decode()
