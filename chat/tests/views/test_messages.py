"""Posting without JavaScript, and searching."""

from uuid import uuid4

from chat.actions.messages import delete_message
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


def test_results_read_as_the_messages_do(house: House) -> None:
    say(house.ben, house.hall, "**bold** [plan](https://a.example/secret) <b>")
    client = browser(house.ada)
    assert "<mark>bold</mark> plan &lt;b&gt;" in client.get("/search", {"q": "bold"}).content.decode()
    hidden = client.get("/search", {"q": "secret"}).content.decode()
    assert "[plan](https://a.example/<mark>secret</mark>)" in hidden, "as written, where the word stands only there"


def test_the_address_of_a_message_that_is_gone_says_so(house: House) -> None:
    say(house.ben, house.hall, "one", "two", "three")
    delete_message(user=house.ben, message=Message.objects.get(seq=2).uuid)
    client = browser(house.ada)
    gone, there = (client.get(f"/rooms/{house.hall.uuid}/@{seq}") for seq in (2, 3))
    assert "This message has been deleted" in gone.content.decode()
    assert [row.message["seq"] for row in gone.context["rows"]] == [1, 3]
    assert "This message has been deleted" not in there.content.decode()
