"""`typing`: from readers to readers, and never late."""

from uuid import uuid4

from chat.tests.clients import meet, socket_of
from chat.tests.conftest import House


async def test_readers_see_who_types(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ada) as tablet, socket_of(house.ben) as ben:
        await meet(house.hall, ada, tablet, ben)
        await ada.send("typing", room_id=str(house.hall.uuid), is_typing=True)
        assert await ben.receive() == {
            "type": "typing_indicator",
            "room_id": str(house.hall.uuid),
            "user_id": ada.user,
            "is_typing": True,
        }
        assert await ada.is_quiet()
        assert await tablet.is_quiet(), "Oneself needs no telling"


async def test_only_the_latest_is_told(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await meet(house.hall, ada, ben)
        for is_typing in (True, False, True, False):
            await ada.send("typing", room_id=str(house.hall.uuid), is_typing=is_typing)
        assert (await ben.receive())["is_typing"] is False
        assert await ben.is_quiet()


async def test_typing_needs_a_joined_room(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ben.join(house.hall)
        refused = await ada.ask("typing", room_id=str(house.hall.uuid), is_typing=True)
        assert (refused["type"], refused["code"]) == ("error", "not_joined")
        assert await ben.is_quiet()
        await ada.join(house.hall)
        await ada.send("typing", room_id=str(house.hall.uuid), is_typing=True)
        assert (await ben.expect("typing_indicator"))["user_id"] == ada.user


async def test_strangers_type_into_nothing(house: House) -> None:
    async with socket_of(house.ben) as ben, socket_of(house.dan) as dan, socket_of(house.cleo) as cleo:
        await ben.join(house.hall)
        nowhere = await dan.ask("typing", room_id=str(uuid4()), is_typing=True)
        assert nowhere["code"] == "not_found"
        for stranger in (dan, cleo):
            assert await stranger.ask("typing", room_id=str(house.hall.uuid), is_typing=True) == nowhere
        assert await ben.is_quiet()


async def test_watchers_see_nobody_type(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as watcher:
        await ada.join(house.hall)
        await ada.send("typing", room_id=str(house.hall.uuid), is_typing=True)
        assert await watcher.is_quiet()
