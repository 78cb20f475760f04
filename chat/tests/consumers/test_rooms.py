"""`join_room`, `leave_room`, and what is told of rooms themselves."""

from uuid import uuid4

import pytest
from django.db import OperationalError, transaction

from accounts.actions.members import add_member as join_workspace
from accounts.actions.users import rename
from accounts.models import User
from campfire.data.database import BatchedLookup, in_thread
from chat.actions.memberships import add_member, update_membership
from chat.actions.rooms import create_room, open_direct, update_room
from chat.consumers import rooms as handlers
from chat.delivery.hubs import current_hub
from chat.models import Epoch, Membership
from chat.queries.membership import Asked, joinings
from chat.tests.clients import Socket, fill, meet, socket_of
from chat.tests.conftest import House


async def test_joining_tells_where_the_room_stands(house: House) -> None:
    await in_thread(fill, house.hall, house.ben, 3)
    async with socket_of(house.ada) as ada:
        assert await ada.join(house.hall) == {
            "type": "room_joined",
            "room_id": str(house.hall.uuid),
            "version": 3,
            "seq": 3,
            "epoch": await in_thread(Epoch.current),
            "participants": [ada.user],
            "participant_count": 1,
            "membership": {
                "involvement": "mentions",
                "starred": False,
                "muted_until": None,
                "last_read_seq": 0,
                "unread_count": 3,
                "mention_count": 0,
            },
        }
        assert await ada.is_quiet(), "What was said before is not repeated"


async def test_joining_again_answers_again_and_nobody_hears_of_it(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await meet(house.hall, ada, ben)
        again = await ben.join(house.hall)
        assert again["participants"] == sorted([ada.user, ben.user])
        assert await ada.is_quiet()
        sent = await ada.say(house.hall, "Once only")
        assert (await ben.receive())["message"] == sent["message"]
        assert await ben.is_quiet()


async def test_room_joined_comes_before_any_frame_of_the_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are committed while the look-up runs and while the answer is being made."""
    look_up = joinings

    def slow_look_up(*args):
        fill(house.attic, house.ada, 1, "Before the look-up")
        found = look_up(*args)
        fill(house.attic, house.ada, 2, "After the look-up")
        return found

    newcomer = await in_thread(house.newcomer, "Eve")
    await in_thread(add_member, user=house.ada, room=house.attic.uuid, person=newcomer.uuid)
    async with socket_of(newcomer) as eve, socket_of(house.ada) as ada:
        sent = await ada.say(house.attic, "Wakes the room")
        await eve.expect("room_activity")
        monkeypatch.setattr(handlers, "look_up", BatchedLookup(slow_look_up))
        await eve.send("join_room", room_id=str(house.attic.uuid))
        joined, *frames = await eve.until("catch_up_complete")
        assert (joined["type"], joined["version"]) == ("room_joined", sent["version"] + 1)
        assert [frame["message"]["version"] for frame in frames[:-1]] == [joined["version"] + 1, joined["version"] + 2]


async def test_leaving_ends_reading_and_goes_back_to_watching(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ada.join(house.hall)
        left = await ada.ask("leave_room", room_id=str(house.hall.uuid))
        assert left == {"type": "room_left", "room_id": str(house.hall.uuid)}
        await ben.say(house.hall, "Still there?")
        assert (await ada.receive())["type"] == "room_activity"
        again = await ada.ask("leave_room", room_id=str(house.hall.uuid))
        assert again["code"] == "not_joined"
        rejoined = await ada.join(house.hall)
        assert rejoined["seq"] == 1


async def joins_and_leaves(socket: Socket, room: object) -> list[dict]:
    return [await socket.ask(kind, room_id=str(room)) for kind in ("join_room", "leave_room")]


async def test_a_room_one_is_not_in_is_like_one_that_is_not_there(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.cleo) as cleo, socket_of(house.dan) as dan:
        assert (await joins_and_leaves(ada, house.hall.uuid))[0]["type"] == "room_joined", "The room is there"
        nowhere = await joins_and_leaves(dan, uuid4())
        assert [frame["code"] for frame in nowhere] == ["not_found", "not_found"]
        assert await joins_and_leaves(dan, house.hall.uuid) == nowhere
        assert await joins_and_leaves(dan, house.attic.uuid) == nowhere
        assert await joins_and_leaves(cleo, house.hall.uuid) == nowhere, "A guest sees no open rooms"
        newcomer = await in_thread(house.newcomer, "Eve")
        async with socket_of(newcomer) as eve:
            assert await joins_and_leaves(eve, house.hall.uuid) == nowhere, "Reading needs membership, open or not"


async def test_who_was_refused_hears_nothing(house: House) -> None:
    async with socket_of(house.dan) as dan, socket_of(house.ben) as ben, socket_of(house.ada) as ada:
        await meet(house.attic, ada, ben)
        assert (await dan.ask("join_room", room_id=str(house.attic.uuid)))["code"] == "not_found"
        await ada.say(house.attic, "Among us")
        await ada.send("typing", room_id=str(house.attic.uuid), is_typing=True)
        assert [(await ben.receive())["type"] for _ in range(2)] == ["new_message", "typing_indicator"]
        assert await dan.is_quiet()


async def test_a_changed_room_is_told_to_readers_with_its_version(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        version = (await ada.join(house.hall))["version"]
        await in_thread(update_room, user=house.ada, room=house.hall.uuid, name="lobby")
        told = await ada.receive()
        assert (told["type"], told["room_id"], told["version"]) == (
            "room_updated", str(house.hall.uuid), version + 1
        )  # fmt: skip
        assert told["room"]["name"] == "lobby"
        assert "membership" not in told["room"], "It is the same frame for everybody"
        activity = await ben.receive()
        assert (activity["type"], activity["change"], activity["creator_id"]) == ("room_activity", "room", None)


async def test_a_new_room_is_told_to_its_members(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.cleo) as cleo, socket_of(house.ada) as ada:
        room = await in_thread(
            create_room, user=house.ada, workspace=house.workspace.uuid, name="cellar", kind="closed",
            members=[house.ben.uuid],
        )  # fmt: skip
        for member in (ada, ben):
            added = await member.receive()
            assert (added["type"], added["room"]["id"]) == ("room_added", str(room.uuid))
            assert added["room"]["membership"]["unread_count"] == 0
        await ada.say(room, "Down here")
        assert (await ben.receive())["type"] == "room_activity", "A new member watches at once"
        assert await cleo.is_quiet()


async def test_a_direct_is_told_with_its_people(house: House) -> None:
    async with socket_of(house.ben) as ben:
        await in_thread(open_direct, user=house.ada, people=[house.ben.uuid])
        room = (await ben.expect("room_added"))["room"]
        assert (room["kind"], room["name"]) == ("direct", "")
        assert {person["id"] for person in room["people"]} == {ben.user, str(house.ada.uuid)}
        assert room["membership"]["involvement"] == "everything"


async def test_involvement_is_told_to_oneself_only(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await in_thread(update_membership, user=house.ada, room=house.hall.uuid, involvement="nothing")
        told = await ada.receive()
        assert told["type"] == "membership_updated"
        assert (told["room_id"], told["membership"]["involvement"]) == (str(house.hall.uuid), "nothing")
        assert await ben.is_quiet()


async def test_a_new_name_is_told_to_the_workspace(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.cleo) as cleo, socket_of(house.dan) as dan:
        await in_thread(rename, user=house.ben, name="Benjamin Okafor")
        for colleague in (ada, cleo):
            told = await colleague.receive()
            assert (told["type"], told["user"]["id"]) == ("user_updated", str(house.ben.uuid))
            assert told["user"]["name"] == "Benjamin Okafor"
        assert await dan.is_quiet()


async def test_a_join_that_the_database_fails_changes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> dict[object, object]:
        raise OperationalError("the server is starting up")

    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben, socket_of(house.dan) as dan:
        with monkeypatch.context() as broken:
            broken.setattr(handlers, "look_up", BatchedLookup(away))
            for socket in (ben, dan):
                refused = await socket.ask("join_room", room_id=str(house.hall.uuid))
                assert refused["code"] == "internal_error"
        assert str(house.hall.uuid) not in current_hub().connections_of(dan.user).copy().pop().rooms
        sent = await ada.say(house.hall, "Ben watches the hall as before")
        assert (await ben.expect("room_activity"))["version"] == sent["version"]


async def test_guests_hear_of_nobody_they_may_not_see(house: House) -> None:
    stranger = await in_thread(house.newcomer, "Eve")
    async with socket_of(house.cleo) as cleo, socket_of(house.ben) as ben:
        await in_thread(rename, user=stranger, name="Eve Nakamura")
        await in_thread(newcomer, house, "Fay")
        assert (await ben.expect("user_updated"))["user"]["name"] == "Eve Nakamura"
        assert (await ben.expect("user_joined_workspace"))["user"]["name"] == "Fay"
        await in_thread(rename, user=house.ada, name="Ada")
        assert (await cleo.receive())["user"]["name"] == "Ada", "They share the attic"


def newcomer(house: House, name: str) -> None:
    with transaction.atomic():
        person = User.objects.create_user(name=name)
        join_workspace(workspace=house.workspace, user=person, role="MEMBER")


def test_those_who_join_together_are_answered_for_what_they_asked(house: House, django_assert_num_queries) -> None:
    """One query for all, though who asks for what crosses: nobody is answered for the other's room."""
    hall, attic = str(house.hall.uuid), str(house.attic.uuid)
    fill(house.hall, house.ada, 2)
    fill(house.attic, house.ben, 3)
    house.dan.is_active = False
    house.dan.save()
    Membership.objects.create(room=house.hall, user=house.dan)
    Epoch.current()
    asked = [
        Asked(house.ada, hall),
        Asked(house.ben, attic),
        Asked(house.cleo, attic),
        Asked(house.cleo, hall),
        Asked(house.dan, hall),
        Asked(house.ada, str(uuid4())),
    ]

    with django_assert_num_queries(1):
        found = joinings(asked)

    assert list(found) == asked[:3]
    assert [row.version for row in found.values()] == [2, 3, 3]
    assert [row.unread for row in found.values()] == [0, 0, 3]
    memberships = {row.pk: (row.user, str(row.room.uuid)) for row in Membership.objects.select_related("user", "room")}
    assert [memberships[row.membership] for row in found.values()] == asked[:3]
