"""Editing, deleting and changing rooms among writers: one change, one version, told once; what is deleted is gone."""

import random
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from campfire.errors import CampfireError, Conflict, ContentTooLong, ContentTooShort, Forbidden, NotFound
from chat.actions.messages import delete_message, edit_message, post_message
from chat.actions.rooms import update_room
from chat.models import Mention, Message, Revision, Room
from chat.queries.catchup import changes_since
from chat.queries.search import search
from chat.tests.actions.threads import Told, at_once, check_clock
from chat.tests.conftest import House


def say(house: House, content: str = "Hello") -> dict[str, Any]:
    return dict(post_message(user=house.ada, room=house.hall.uuid, content=content).payload)


def version_of(house: House) -> int:
    return Room.objects.get(pk=house.hall.pk).version


def test_every_kind_of_change_at_once_keeps_the_clock(house: House, told: Told) -> None:
    ids = [say(house, f"{number}")["id"] for number in range(5)]

    def live(dice: random.Random) -> None:
        for _ in range(10):
            what, message = dice.choice(["post", "edit", "delete", "rename"]), dice.choice(ids)
            try:
                if what == "post":
                    say(house, f"new {dice.random()}")
                elif what == "edit":
                    edit_message(user=house.ada, message=message, content=f"edited {dice.randint(1, 3)}")
                elif what == "delete" and dice.random() < 0.3:
                    delete_message(user=house.ada, message=message)
                else:
                    update_room(user=house.ada, room=house.hall.uuid, name=f"hall {dice.randint(1, 5)}")
            except NotFound:
                continue

    assert at_once(partial(live, random.Random(number)) for number in range(6)) == [None] * 6
    check_clock(house.hall, told)


def test_the_database_itself_refuses_a_version_twice(house: House) -> None:
    first, second = say(house), say(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(uuid=first["id"]).update(version=second["version"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(uuid=first["id"]).update(seq=second["seq"])


def test_editing_takes_one_version_and_the_same_text_again_none(house: House, told: Told) -> None:
    message = say(house, "before")
    edited = edit_message(user=house.ada, message=message["id"], content="after")
    again = edit_message(user=house.ada, message=message["id"], content="after")

    assert (edited["version"], edited["created_version"], edited["seq"]) == (2, 1, 1)
    assert again == edited
    assert [revision.content for revision in Revision.objects.all()] == ["before"]
    check_clock(house.hall, told)


def test_fifty_edits_at_once_are_revisions_in_one_line(house: House, told: Told) -> None:
    message = say(house, "0")["id"]
    texts = [f"text {number}" for number in range(20)]
    results = at_once(partial(edit_message, user=house.ada, message=message, content=text) for text in texts)

    assert sorted(result["version"] for result in results) == list(range(2, 22))
    last = max(results, key=lambda result: result["version"])
    assert Message.objects.get().content == last["content"]
    assert {revision.content for revision in Revision.objects.all()} | {last["content"]} == {"0", *texts}
    check_clock(house.hall, told)


def test_deleting_at_once_is_one_deletion(house: House, told: Told) -> None:
    message = say(house)["id"]
    results = at_once([partial(delete_message, user=house.ada, message=message)] * 12)

    assert {result["version"] for result in results} == {2}
    check_clock(house.hall, told)


def test_nothing_of_a_deleted_message_is_left(house: House) -> None:
    message = say(house, "secret marzipan for @Ben Okafor")
    edit_message(user=house.ada, message=message["id"], content="secret nougat for @Ben Okafor")
    assert len(search(house.ben, "nougat")) == Revision.objects.count() == Mention.objects.count() == 1

    delete_message(user=house.ada, message=message["id"])

    row = Message.objects.get()
    assert (row.content, row.html, row.seq, row.created_version, row.version) == ("", "", 1, 1, 3)
    assert not Revision.objects.exists()
    assert not Mention.objects.exists()
    assert search(house.ben, "nougat") == search(house.ben, "marzipan") == search(house.ben, "secret") == []
    assert '"message_deleted"' in changes_since(house.hall.uuid, 0).changes[0].frame
    with pytest.raises(NotFound):
        edit_message(user=house.ada, message=message["id"], content="back")


def test_search_knows_the_new_text_and_forgets_the_old(house: House) -> None:
    message = say(house, "marzipan")["id"]
    edit_message(user=house.ada, message=message, content="nougat")

    assert search(house.ben, "marzipan") == []
    assert [str(found.uuid) for found in search(house.ben, "nougat")] == [message]
    assert search(house.dan, "nougat") == []


def test_an_edit_changes_who_is_named(house: House) -> None:
    message = say(house, "@Ben Okafor")["id"]
    edited = edit_message(user=house.ada, message=message, content="nobody")
    assert edited["mentions"] == []
    edited = edit_message(user=house.ada, message=message, content="@Ben Okafor again, @Ben Okafor")

    assert edited["mentions"] == [str(house.ben.uuid)]
    assert list(Mention.objects.values_list("user", "seq")) == [(house.ben.pk, 1)]


def test_only_author_and_admins_change_a_message_and_only_as_members(house: House) -> None:
    message = post_message(user=house.ben, room=house.attic.uuid, content="Ben's").payload["id"]
    assert edit_message(user=house.ada, message=message, content="Ada's")["content"] == "Ada's"
    for action in (partial(edit_message, content="mine"), delete_message):
        with pytest.raises(Forbidden):
            action(user=house.cleo, message=message)
        with pytest.raises(NotFound):
            action(user=house.dan, message=message)
        with pytest.raises(NotFound):
            action(user=house.ada, message=uuid4())


@pytest.mark.parametrize(("content", "error"), [(" ", ContentTooShort), ("x" * 10_001, ContentTooLong)])
def test_an_edit_is_held_to_the_same_limits(house: House, content: str, error: type[CampfireError]) -> None:
    message = say(house)["id"]
    with pytest.raises(error):
        edit_message(user=house.ada, message=message, content=content)

    assert version_of(house) == 1


def test_setting_what_is_set_takes_no_version(house: House, told: Told) -> None:
    update_room(user=house.ada, room=house.hall.uuid, name="hall", topic="", kind="open", archived=False)
    assert version_of(house) == 0
    changed = update_room(user=house.ada, room=house.hall.uuid, name="  Great   hall ", archived=True)

    assert (changed["name"], changed["version"]) == ("Great hall", 1)
    update_room(user=house.ada, room=house.hall.uuid, name="Great hall", archived=True)
    check_clock(house.hall, told)


def test_a_direct_room_stays_as_it_is(house: House) -> None:
    from chat.actions.rooms import open_direct

    room, _ = open_direct(user=house.ada, people=[house.ben.uuid])
    with pytest.raises(Conflict):
        update_room(user=house.ada, room=room.uuid, name="named")


def test_an_archived_room_keeps_its_wording_and_may_still_lose_a_message(house: House) -> None:
    message = say(house)["id"]
    update_room(user=house.ada, room=house.hall.uuid, archived=True)
    for content in ("Other words", "Hello"):
        with pytest.raises(Forbidden, match="archived"):
            edit_message(user=house.ada, message=message, content=content)
    assert delete_message(user=house.ada, message=message)["deleted_at"]
