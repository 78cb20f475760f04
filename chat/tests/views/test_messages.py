"""Posting without JavaScript, and searching."""

from uuid import uuid4

from chat.models import Message
from chat.tests.conftest import House
from chat.tests.views.test_rooms import browser, say


def test_posting_leads_back_to_the_room(house: House) -> None:
    answer = browser(house.ada).post(f"/rooms/{house.hall.uuid}/messages", {"content": "hello\r\nyou"})
    assert (answer.status_code, answer["Location"]) == (302, f"/rooms/{house.hall.uuid}")
    assert Message.objects.get().content == "hello\nyou"


def test_what_is_refused_stays_in_the_box_with_the_reason(house: House) -> None:
    answer = browser(house.ada).post(f"/rooms/{house.hall.uuid}/messages", {"content": "x" * 10_001})
    assert answer.status_code == 400
    assert answer.context["draft"] == "x" * 10_001
    assert answer.context["refusal"].startswith("Content too long")


def test_a_stranger_posts_nothing(house: House) -> None:
    assert browser(house.dan).post(f"/rooms/{house.hall.uuid}/messages", {"content": "hello"}).status_code == 404
    assert not Message.objects.exists()


def test_a_form_sent_twice_says_it_once(house: House) -> None:
    form = {"content": "hello", "client_message_id": str(uuid4())}
    client = browser(house.ada)
    for _ in range(2):
        client.post(f"/rooms/{house.hall.uuid}/messages", form)
    assert Message.objects.count() == 1


def test_searching_marks_the_words_and_shows_the_way(house: House) -> None:
    say(house.ben, house.hall, "the <dome> opens at nine")
    page = browser(house.ada).get("/search", {"q": "DOME"}).content.decode()
    assert "the &lt;<mark>dome</mark>&gt; opens" in page
    assert f"/rooms/{house.hall.uuid}/@1" in page


def test_searching_finds_nothing_in_rooms_of_others(house: House) -> None:
    say(house.ben, house.hall, "the dome opens")
    assert browser(house.ben).get("/search", {"q": "dome"}).context["results"]
    assert not browser(house.cleo).get("/search", {"q": "dome"}).context["results"]
