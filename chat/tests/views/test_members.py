"""Looking through rooms and their people, however many they are: bounded pages, a fixed number of queries."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Member, User
from accounts.names import name_key
from chat.actions.memberships import update_membership
from chat.actions.rooms import create_room, open_direct, update_room
from chat.models import Membership, Room
from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser

MANY = 5_000


def crowd(house: House, number: int, *, in_hall: bool = True) -> None:
    """`number` more members of the workspace, and of the hall."""
    names = [f"Person {n:05}" for n in range(number)]
    people = User.objects.bulk_create(User(name=name, name_key=name_key(name), password="!") for name in names)
    Member.objects.bulk_create(Member(workspace=house.workspace, user=person, role="MEMBER") for person in people)
    if in_hall:
        Membership.objects.bulk_create(Membership(room=house.hall, user=person) for person in people)


def queries(call: Callable[[], object]) -> int:
    """How many `call` makes when it is no longer the first."""
    call()
    with CaptureQueriesContext(
        connection,
    ) as caught:
        call()
    return len(caught)


def names_on(page: str) -> list[str]:
    return re.findall(r'<bdi class="list-title">([^<]+)</bdi>', page)


def test_members_come_by_name_a_page_at_a_time(house: House) -> None:
    crowd(house, 60)
    client, address = browser(house.ben), f"/rooms/{house.hall.uuid}/members"
    seen: list[str] = []
    while address:
        page = client.get(address).content.decode()
        seen += names_on(page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/rooms/{house.hall.uuid}/members" + more.group(1).replace("&amp;", "&") if more else ""
    assert seen == ["Ada Lindqvist", "Ben Okafor", *[f"Person {n:05}" for n in range(60)]]


def test_members_are_found_by_how_a_word_of_their_name_begins(house: House) -> None:
    client, address = browser(house.ben), f"/rooms/{house.attic.uuid}/members"
    assert names_on(client.get(address, {"q": "MARCH"}).content.decode()) == ["Cleo Marchetti"]
    for query in ("nobody", "%", "\\", "a\0b", "x" * 1000, "<script>"):
        answer = client.get(address, {"q": query})
        assert answer.status_code == 200
        assert names_on(answer.content.decode()) == []
    assert client.get(address, {"after": "no-id"}).status_code == 200


def test_roles_and_the_maker_are_marked(house: House) -> None:
    context = browser(house.ben).get(f"/rooms/{house.attic.uuid}/members").context
    marks = {row.person.name: (row.role, row.is_creator, row.is_me) for row in context["members"]}
    assert marks == {
        "Ada Lindqvist": ("Owner", True, False),
        "Ben Okafor": ("", False, True),
        "Cleo Marchetti": ("Guest", False, False),
    }


def test_only_the_maker_and_admins_take_somebody_out(house: House) -> None:
    address = f"/rooms/{house.attic.uuid}/members/{house.cleo.uuid}/remove"
    assert address not in browser(house.ben).get(f"/rooms/{house.attic.uuid}/members").content.decode()
    assert browser(house.ben).post(address).status_code == 403
    assert house.cleo in house.attic.people.all()
    client = browser(house.ada)
    assert address in client.get(f"/rooms/{house.attic.uuid}/members").content.decode()
    answer = client.post(address, {"next": f"/rooms/{house.attic.uuid}/members"}, follow=True)
    assert "Cleo Marchetti is no longer in the room." in answer.content.decode()
    assert house.cleo not in house.attic.people.all()
    assert client.post(address).status_code == 404


def test_a_direct_shows_its_people_and_lets_nobody_take_them_out(house: House) -> None:
    direct, _made = open_direct(user=house.ada, people=[house.ben.uuid, house.cleo.uuid])
    client = browser(house.ada)
    page = client.get(f"/rooms/{direct.uuid}/members").content.decode()
    assert names_on(page) == ["Ada Lindqvist", "Ben Okafor", "Cleo Marchetti"]
    assert "/remove" not in page
    assert client.post(f"/rooms/{direct.uuid}/members/{house.ben.uuid}/remove").status_code == 403


@pytest.mark.parametrize(
    "page",
    [
        "/rooms/{hall}/members",
        "/rooms/{hall}/settings",
        "/rooms/{hall}",
        "/rooms/{attic}/people",
        "/directs/new",
        "/rooms/new",
        "/rooms/browse",
    ],
)
def test_five_thousand_people_take_as_many_queries_as_a_few_and_no_long_page(house: House, page: str) -> None:
    address = page.format(hall=house.hall.uuid, attic=house.attic.uuid)
    client = browser(house.ada)
    crowd(house, 60)
    few = queries(lambda: client.get(address))
    Membership.objects.filter(room=house.hall).exclude(user__in=[house.ada, house.ben]).delete()
    Member.objects.filter(user__name__startswith="Person").delete()
    crowd(house, MANY)
    assert queries(lambda: client.get(address)) == few
    text = client.get(address).content.decode()
    assert "Person 00001" in text or "browse" in page or "settings" in page
    assert text.count("Person 0") <= 210, "each of at most 100 people, named twice"
    assert len(text) < 200_000


def test_two_hundred_rooms_take_as_many_queries_as_a_few(house: House) -> None:
    client = browser(house.ada)
    addresses = ["/menu", "/rooms/browse", f"/rooms/{house.hall.uuid}/settings"]
    create_room(user=house.ada, workspace=house.workspace.uuid, name="one", kind="open")
    few = [queries(lambda address=address: client.get(address)) for address in addresses]  # type: ignore[misc]
    for number in range(200):
        create_room(user=house.ada, workspace=house.workspace.uuid, name=f"room {number}", kind="open")
    assert [queries(lambda address=address: client.get(address)) for address in addresses] == few  # type: ignore[misc]


def test_browsing_shows_what_is_open_hidden_and_archived(house: House) -> None:
    create_room(user=house.ada, workspace=house.workspace.uuid, name="lab", kind="open", topic="Glass")
    update_membership(user=house.ben, room=house.hall.uuid, involvement="invisible")
    update_room(user=house.ada, room=house.attic.uuid, archived=True)
    client = browser(house.ben)
    context = client.get("/rooms/browse").context
    assert [(room.name, room.people_count, joined) for room, joined in context["open_rooms"]] == [
        ("hall", 2, True),
        ("lab", 1, False),
    ]
    assert [room["name"] for room in context["hidden"]] == ["hall"]
    assert [(room.name, may) for room, may in context["archived"]] == [("attic", False)]
    assert browser(house.ada).get("/rooms/browse").context["archived"][0][1] is True
    found = client.get("/rooms/browse", {"q": "GLASS"}).context
    assert [room.name for room, _joined in found["open_rooms"]] == ["lab"]
    assert not found["archived"]
    client.post(f"/rooms/{house.hall.uuid}/membership", {"involvement": "mentions", "next": "/rooms/browse"})
    assert client.get("/rooms/browse").context["hidden"] == []


def test_a_guest_browses_only_rooms_of_their_own(house: House) -> None:
    context = browser(house.cleo).get("/rooms/browse").context
    assert context["open_rooms"] == []
    assert context["is_guest"]
    update_room(user=house.ada, room=house.attic.uuid, archived=True)
    archived = browser(house.cleo).get("/rooms/browse").context["archived"]
    assert [(room.name, may) for room, may in archived] == [("attic", False)]


def test_looking_for_people_keeps_what_is_typed_and_ticked(house: House) -> None:
    client = browser(house.ada)
    sent = {"find": "yes", "q": "cleo", "people": [str(house.ben.uuid)], "name": "lab", "topic": "Glass"}
    sent |= {"kind": "closed", "workspace": str(house.workspace.uuid)}
    answer = client.post("/rooms/new", sent)
    choice = answer.context["choice"]
    assert ([one.name for one in choice.chosen], [one.name for one in choice.others]) == (
        ["Ben Okafor"],
        ["Cleo Marchetti"],
    )
    assert 'value="lab"' in answer.content.decode()
    assert not Room.objects.filter(name="lab").exists()
    del sent["find"]
    assert client.post("/rooms/new", sent)["Location"] == f"/rooms/{Room.objects.get(name='lab').uuid}"
    assert set(Room.objects.get(name="lab").people.all()) == {house.ada, house.ben}


def test_a_room_is_made_with_nobody_of_another_workspace(house: House) -> None:
    sent = {"name": "lab", "kind": "open", "workspace": str(house.workspace.uuid), "people": [str(house.dan.uuid)]}
    assert browser(house.ada).post("/rooms/new", sent).status_code == 200
    assert not Room.objects.filter(name="lab").exists()


def test_a_direct_with_oneself_and_one_with_several(house: House) -> None:
    client = browser(house.ada)
    own = client.post("/directs/new", {"people": [str(house.ada.uuid)]}, follow=True)
    assert own.context["title"] == "Ada Lindqvist"
    several = client.post("/directs/new", {"people": [str(house.ben.uuid), str(house.cleo.uuid)]}, follow=True)
    assert several.context["title"] == "Ben and Cleo"
    assert client.post("/directs/new", {"people": ["no-id"]}).status_code == 200
