"""Bringing people into a room in the browser."""

from uuid import uuid4

import pytest

from accounts.models import User
from chat.actions.rooms import open_direct
from chat.models import Room
from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser


def offered(user: User, room: Room) -> list[str]:
    return [person.name for person in browser(user).get(f"/rooms/{room.uuid}/people").context["choice"].others]


def test_who_makes_a_closed_room_chooses_its_people_next(house: House) -> None:
    client = browser(house.ada)
    form = {"name": "lab", "topic": "", "kind": "closed", "workspace": str(house.workspace.uuid)}
    answer = client.post("/rooms/new", form)
    lab = Room.objects.get(name="lab")
    assert answer["Location"] == f"/rooms/{lab.uuid}/people"
    assert offered(house.ada, lab) == ["Ben Okafor", "Cleo Marchetti"]
    answer = client.post(f"/rooms/{lab.uuid}/people", {"people": [str(house.ben.uuid), str(house.cleo.uuid)]})
    assert answer["Location"] == f"/rooms/{lab.uuid}"
    assert set(lab.people.all()) == {house.ada, house.ben, house.cleo}
    assert "Everyone is already in this room" in client.get(f"/rooms/{lab.uuid}/people").content.decode()


def test_nobody_chosen_is_said(house: House) -> None:
    answer = browser(house.ada).post(f"/rooms/{house.hall.uuid}/people", {})
    assert "Choose at least one person." in answer.content.decode()


def test_a_stranger_can_be_chosen_by_nobody(house: House) -> None:
    browser(house.ada).post(f"/rooms/{house.hall.uuid}/people", {"people": [str(house.dan.uuid)]})
    assert house.dan not in house.hall.people.all()


def test_into_an_open_room_anybody_in_it_brings_people(house: House) -> None:
    house.newcomer("Eve")
    assert offered(house.ben, house.hall) == ["Cleo Marchetti", "Eve"]


def test_who_may_not_add_people_is_told_so(house: House) -> None:
    direct, _made = open_direct(user=house.ada, people=[house.ben.uuid])
    house.newcomer("Eve")
    for user, room in ((house.ben, house.attic), (house.ada, direct)):
        assert browser(user).get(f"/rooms/{room.uuid}/people").status_code == 403


def test_a_room_one_is_not_in_is_not_there(house: House) -> None:
    for room in (house.attic.uuid, uuid4()):
        assert browser(house.dan).get(f"/rooms/{room}/people").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_forms_are_read_and_sent_and_nothing_else(house: House, method: str) -> None:
    for path in (f"/rooms/{house.hall.uuid}/people", "/rooms/new", "/directs/new"):
        assert getattr(browser(house.ada), method)(path).status_code == 405
