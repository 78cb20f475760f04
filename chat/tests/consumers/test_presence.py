"""Who reads a room: participants, and who comes and goes."""

import pytest

from chat.realtime import presence
from chat.tests.clients import Socket, meet, socket_of
from chat.tests.conftest import House

LIMIT = 200


def update_of(house: House, socket: Socket, status: str, count: int) -> dict:
    return {
        "type": "presence_update",
        "room_id": str(house.hall.uuid),
        "user_id": socket.user,
        "status": status,
        "participant_count": count,
    }


async def test_the_first_and_the_last_socket_of_a_person_are_told(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben, socket_of(house.ben) as tablet:
        await ada.join(house.hall)
        joined = await ben.join(house.hall)
        assert (joined["participants"], joined["participant_count"]) == (sorted([ada.user, ben.user]), 2)
        assert await ada.receive() == update_of(house, ben, "online", 2)
        assert (await tablet.join(house.hall))["participant_count"] == 2
        await ben.ask("leave_room", room_id=str(house.hall.uuid))
        assert await ada.is_quiet(), "Ben is still there with his tablet"
        await tablet.ask("leave_room", room_id=str(house.hall.uuid))
        assert await ada.receive() == update_of(house, ben, "offline", 1)


async def test_a_socket_that_ends_has_left(house: House) -> None:
    async with socket_of(house.ada) as ada:
        async with socket_of(house.ben) as ben:
            await meet(house.hall, ada, ben)
        assert await ada.receive() == update_of(house, ben, "offline", 1)
        assert (await ada.join(house.hall))["participants"] == [ada.user]


async def test_only_readers_are_told(house: House) -> None:
    async with socket_of(house.ada) as watcher, socket_of(house.ben) as ben, socket_of(house.dan) as dan:
        await ben.join(house.hall)
        await ben.ask("leave_room", room_id=str(house.hall.uuid))
        assert await watcher.is_quiet()
        assert await dan.is_quiet()


async def test_who_comes_is_not_told_of_those_who_came_before(house: House) -> None:
    """The news of Ada is still on its way when Ben joins; it would leave him with a count of one."""
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ada.join(house.hall)
        assert (await ben.join(house.hall))["participant_count"] == 2
        assert await ben.is_quiet()


async def test_the_last_count_is_the_true_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several changes fall into one flush; what is told last must hold at the end."""
    monkeypatch.setattr("chat.realtime.room_channel.FLUSH_SECONDS", 0.5)
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben, socket_of(house.cleo) as cleo:
        await ada.join(house.attic)
        await ben.join(house.attic)
        await cleo.join(house.attic)
        await ben.ask("leave_room", room_id=str(house.attic.uuid))
        first, last = await ada.receive(), await ada.receive()
        assert (first["user_id"], first["status"]) == (cleo.user, "online")
        assert (last["user_id"], last["status"], last["participant_count"]) == (ben.user, "offline", 2)


async def test_in_a_crowd_only_the_number_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert presence.MOST_NAMED == LIMIT
    monkeypatch.setattr("chat.realtime.registry.MOST_NAMED", 1)
    monkeypatch.setattr("chat.realtime.presence.MOST_NAMED", 1)
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        assert (await ada.join(house.hall))["participants"] == [ada.user]
        crowded = await ben.join(house.hall)
        assert (crowded["participants"], crowded["participant_count"]) == ([], 2)
        assert await ada.receive() == {
            "type": "presence_update",
            "room_id": str(house.hall.uuid),
            "participant_count": 2,
        }
        await ben.ask("leave_room", room_id=str(house.hall.uuid))
        assert await ada.receive() == update_of(house, ben, "offline", 1)
