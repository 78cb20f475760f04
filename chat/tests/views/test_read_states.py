"""Marking everything as read, without JavaScript."""

import pytest

from chat.models import Membership
from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser, say


def marker(house: House) -> int:
    return Membership.objects.get(room=house.hall, user=house.ben).last_read_seq


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/search?q=x", "/search?q=x"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("", "/"),
        ("room", "/"),
        ("?", "/"),
    ],
)
def test_it_leads_back_within_this_site(house: House, back: str, leads: str) -> None:
    say(house.ada, house.hall, "Hello")
    answer = browser(house.ben).post("/rooms/read", {"next": back})
    assert (answer.status_code, answer["Location"]) == (302, leads)
    assert marker(house) == 1


def test_looking_marks_nothing(house: House) -> None:
    say(house.ada, house.hall, "Hello")
    assert browser(house.ben).get("/rooms/read").status_code == 405
    assert marker(house) == 0
