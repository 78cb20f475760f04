"""Messages in admin: read and deleted, but for what is said between few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.admin.operators import AtWork, address, make_staff, said
from campfire.ids import new_id
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.rooms import open_direct
from chat.admin.messages import earliest_id
from chat.models import Message, Revision, Room
from chat.tests.conftest import House


def say(house: House, content: str, room: Room | None = None) -> Message:
    posted = post_message(user=house.ben, room=(room or house.hall).uuid, content=content)
    return Message.objects.get(uuid=posted.payload["id"])


@pytest.fixture
def whisper(house: House) -> Message:
    """Something in a direct conversation, said once otherwise."""
    direct, _ = open_direct(user=house.ben, people=[house.ada.uuid])
    message = say(house, "The zanzibar plum", direct)
    edit_message(user=house.ben, message=message.uuid, content="The zanzibar pear")
    return message


def test_they_are_read_with_their_earlier_wordings(operator: AtWork, house: House) -> None:
    message = say(house, "First <b>wording</b>")
    edit_message(user=house.ben, message=message.uuid, content="Second wording")
    page = operator.page(message).content.decode()

    assert "Second wording" in page
    assert "First &lt;b&gt;wording&lt;/b&gt;" in page
    assert "Second wording" in operator.listing(Message).content.decode()


def test_a_page_reads_no_more_often_for_many_earlier_wordings(operator: AtWork, house: House) -> None:
    message = say(house, "Wording 0")
    operator.page(message)
    asked = []
    for number in range(1, 4):
        edit_message(user=house.ben, message=message.uuid, content=f"Wording {number}")
        with CaptureQueriesContext(connection) as queries:
            assert operator.page(message).status_code == 200
        asked.append(len(queries))

    assert asked[1:] == [asked[0]] * 2


def test_they_are_found_by_the_index(operator: AtWork, house: House) -> None:
    found, elsewhere = say(house, "Sail to Zanzibar"), say(house, "zanzibar again", house.attic)
    say(house, "Nothing of it")

    assert operator.rows(Message, q="zanzibar") == [elsewhere, found]
    assert operator.rows(Message, q="zanz sail") == [found]
    assert operator.rows(Message, q="zanzibar", room__id__exact=house.attic.pk) == [elsewhere]
    assert operator.rows(Message, q='%" OR 1=1 --') == []


@pytest.mark.parametrize("query", ["za", "a b", '"', "x" * 201])
def test_what_the_index_cannot_find_is_said_and_not_looked_for(operator: AtWork, house: House, query: str) -> None:
    say(house, "Sail to Zanzibar, a b")
    response = operator.listing(Message, q=query)

    assert list(response.context["cl"].result_list) == []
    assert "at least 3 characters" in response.content.decode()


@pytest.mark.parametrize("room", ["x", "1e9", "99999999999999999999", "-1", "²"])
def test_a_room_that_is_none_finds_nothing(operator: AtWork, house: House, room: str) -> None:
    say(house, "Sail to Zanzibar")

    assert operator.listing(Message, q="zanzibar", room__id__exact=room).status_code in {200, 302}


def test_deleted_ones_are_listed_apart_and_never_found(operator: AtWork, house: House) -> None:
    gone, there = say(house, "Gone zanzibar"), say(house, "There")
    delete_message(user=house.ben, message=gone.uuid)

    assert operator.rows(Message, deleted="yes") == [gone]
    assert operator.rows(Message, deleted="no") == [there]
    assert operator.rows(Message, q="zanzibar") == []


def test_they_are_listed_by_when_they_came(operator: AtWork, house: House) -> None:
    old, new = say(house, "Old"), say(house, "New")
    long_ago = earliest_id(timezone.now() - timedelta(days=10))
    Message.objects.filter(pk=old.pk).update(uuid=long_ago)

    assert operator.rows(Message, arrived="1") == [new]
    assert [row.pk for row in operator.rows(Message, arrived="30")] == [new.pk, old.pk]
    assert (
        earliest_id(timezone.now() - timedelta(seconds=1))
        < new_id()
        < earliest_id(timezone.now() + timedelta(seconds=1))
    )


@pytest.mark.parametrize("way", ["page", "list"])
def test_they_are_deleted_as_anywhere(operator: AtWork, house: House, way: str) -> None:
    message = say(house, "Gone soon")
    edit_message(user=house.ben, message=message.uuid, content="Gone sooner")
    if way == "page":
        operator.delete(message)
    else:
        operator.act("delete_chosen_messages", message)

    message.refresh_from_db()
    assert (message.content, message.html) == ("", "")
    assert message.deleted_at is not None
    assert message.version == Room.objects.get(pk=house.hall.pk).version == 3
    assert not Revision.objects.exists()


def test_none_is_written_or_edited_here(operator: AtWork, house: House) -> None:
    message = say(house, "As it was said")
    assert operator.get(address(Message, "add")).status_code == 403
    assert operator.client.post(address(Message, "change", message.pk), {"content": "Forged"}).status_code == 403

    message.refresh_from_db()
    assert message.content == "As it was said"


def test_direct_conversations_are_not_read(operator: AtWork, house: House, whisper: Message) -> None:
    pages = [
        operator.listing(Message),
        operator.page(whisper),
        operator.listing(Message, q="zanzibar"),
        operator.act("delete_chosen_messages", whisper, sure=False),
        operator.get(address(Message, "delete", whisper.pk)),
        operator.get(address(Message, "history", whisper.pk)),
        operator.page(whisper.room),
    ]

    assert all(page.status_code == 200 for page in pages)
    assert not any(fruit in page.content.decode() for page in pages for fruit in ("plum", "pear"))
    assert operator.rows(Message, q="zanzibar") == []
    assert operator.rows(Message) == [whisper], "That there is one is seen"


@pytest.mark.parametrize("look_up", ["content__contains", "html__contains", "revisions__content__contains"])
def test_nor_guessed_at(operator: AtWork, house: House, whisper: Message, look_up: str) -> None:
    assert operator.listing(Message, **{look_up: "pear"}).status_code == 400


def test_but_deleted(operator: AtWork, house: House, whisper: Message) -> None:
    operator.act("delete_chosen_messages", whisper)

    whisper.refresh_from_db()
    assert whisper.content == ""


def test_permission_to_view_is_no_permission_to_delete(house: House) -> None:
    work = make_staff(house.cleo, "view_message")
    message = say(house, "Stays")
    edit_message(user=house.ben, message=message.uuid, content="Stays here")
    assert "Stays here" in work.page(message).content.decode()
    assert work.delete(message).status_code == 403
    work.act("delete_chosen_messages", message)

    message.refresh_from_db()
    assert message.deleted_at is None


def test_deleting_again_changes_nothing(operator: AtWork, house: House) -> None:
    message = say(house, "Gone")
    operator.act("delete_chosen_messages", message)
    assert "done" in said(operator.act("delete_chosen_messages", message))

    assert Room.objects.get(pk=house.hall.pk).version == 2
