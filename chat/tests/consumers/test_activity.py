"""Sockets that watch a room: one frame for everybody that something happened there."""

from campfire.data.database import in_thread
from chat.actions.memberships import join_room
from chat.actions.rooms import update_room
from chat.tests.clients import socket_of
from chat.tests.conftest import House


async def test_watchers_hear_that_something_was_said_but_not_what(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet, socket_of(house.ben) as ben:
        sent = await ada.say(house.hall, "For @Ben Okafor only, secretly")
        expected = {
            "type": "room_activity",
            "room_id": str(house.hall.uuid),
            "seq": sent["seq"],
            "version": sent["version"],
            "change": "message",
            "creator_id": ada.user,
            "mentions": [ben.user],
        }
        for watcher in (tablet, ben):
            assert await watcher.receive() == expected
        assert await ada.is_quiet(), "The sending socket knows"


async def test_each_change_has_its_kind(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        first, second = await ada.say(house.hall, "One"), await ada.say(house.hall, "Two")
        await ada.ask("edit_message", message_id=first["message_id"], content="Uno")
        await ada.ask("delete_message", message_id=second["message_id"])
        await in_thread(update_room, user=house.ada, room=house.hall.uuid, topic="Numbers")
        told = [await ben.receive() for _ in range(5)]
        assert {frame["type"] for frame in told} == {"room_activity"}
        assert [(frame["change"], frame["seq"], frame["version"]) for frame in told] == [
            ("message", 1, 1),
            ("message", 2, 2),
            ("update", 1, 3),
            ("delete", 2, 4),
            ("room", 2, 5),
        ]
        assert [frame["creator_id"] for frame in told] == [ada.user] * 4 + [None]
        assert "Uno" not in str(told)


async def test_readers_get_the_frames_instead(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ben.join(house.hall)
        await ada.say(house.hall, "Hello")
        assert (await ben.receive())["type"] == "new_message"
        assert await ben.is_quiet()


async def test_strangers_hear_nothing(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.dan) as dan, socket_of(house.cleo) as cleo:
        newcomer = await in_thread(house.newcomer, "Eve")
        async with socket_of(newcomer) as eve:
            await ada.say(house.hall, "Members only")
            for stranger in (dan, cleo, eve):
                assert await stranger.is_quiet()
            await in_thread(join_room, user=newcomer, room=house.hall.uuid)
            await eve.expect("room_added")
            await ada.say(house.hall, "Welcome, Eve")
            assert (await eve.receive())["type"] == "room_activity", "Now she is one"


async def test_what_is_not_versioned_is_no_activity(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ada.join(house.hall)
        await ada.send("typing", room_id=str(house.hall.uuid), is_typing=True)
        await ada.ask("mark_read", room_id=str(house.hall.uuid), seq=0)
        assert await ben.is_quiet()
