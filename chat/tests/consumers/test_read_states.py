"""`mark_read`, `mark_unread`: one marker for all sockets of a person, nobody else's business."""

from uuid import uuid4

import pytest

from campfire.data.database import in_thread
from chat.tests.clients import fill, meet, socket_of
from chat.tests.conftest import House


def state(house: House, last_read_seq: int, unread: int, mentions: int = 0, *, version: int = 3) -> dict:
    return {
        "type": "read_state",
        "room_id": str(house.hall.uuid),
        "seq": 4 if version == 5 else 3,
        "version": version,
        "last_read_seq": last_read_seq,
        "unread_count": unread,
        "mention_count": mentions,
    }


async def test_reading_is_told_to_ones_other_sockets(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ben) as ben, socket_of(house.ben) as tablet, socket_of(house.ada) as ada:
        await meet(house.hall, ada, ben)
        assert await ben.ask("mark_read", room_id=str(house.hall.uuid), seq=2) == state(house, 2, 1)
        assert await tablet.receive() == state(house, 2, 1), "It need not have joined"
        assert await ada.is_quiet(), "Who has read what is nobody else's business"
        assert await ben.is_quiet()
        assert (await tablet.join(house.hall))["membership"]["last_read_seq"] == 2


async def test_the_marker_never_goes_back_by_reading(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ben) as ben, socket_of(house.ben) as tablet:
        await ben.ask("mark_read", room_id=str(house.hall.uuid), seq=3)
        await tablet.expect("read_state")
        for seq in (1, 0, 3):
            assert await ben.ask("mark_read", room_id=str(house.hall.uuid), seq=seq) == state(house, 3, 0)
        assert await tablet.is_quiet(), "Nothing moved"


async def test_the_marker_goes_back_on_purpose(house: House) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ben) as ben, socket_of(house.ben) as tablet:
        await ben.ask("mark_read", room_id=str(house.hall.uuid), seq=3)
        assert await ben.ask("mark_unread", room_id=str(house.hall.uuid), seq=2) == state(house, 1, 2)
        assert await tablet.until("read_state", last_read_seq=1)
        assert await ben.ask("mark_unread", room_id=str(house.hall.uuid), seq=1) == state(house, 0, 3)


async def test_unread_are_live_messages_of_others(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await ada.say(house.hall, "Hello @Ben Okafor")
        gone = await ada.say(house.hall, "Oops, @Ben Okafor")
        await ben.say(house.hall, "Mine")
        await ada.say(house.hall, "Bye")
        await ada.ask("delete_message", message_id=gone["message_id"])
        assert await ben.ask("mark_read", room_id=str(house.hall.uuid), seq=0) == state(house, 0, 2, 1, version=5)
        assert await ben.ask("mark_read", room_id=str(house.hall.uuid), seq=1) == state(house, 1, 1, 0, version=5)


@pytest.mark.parametrize("kind", ["mark_read", "mark_unread"])
@pytest.mark.parametrize("seq", [-1, -(2**63), 5, 2**63 - 1])
async def test_a_seq_that_never_was_is_no_cursor(house: House, kind: str, seq: int) -> None:
    await in_thread(fill, house.hall, house.ada, 3)
    async with socket_of(house.ben) as ben:
        assert (await ben.ask(kind, room_id=str(house.hall.uuid), seq=3))["type"] == "read_state"
        assert (await ben.ask(kind, room_id=str(house.hall.uuid), seq=seq))["code"] == "invalid_cursor"


@pytest.mark.parametrize("kind", ["mark_read", "mark_unread"])
async def test_strangers_have_no_marker(house: House, kind: str) -> None:
    async with socket_of(house.dan) as dan, socket_of(house.cleo) as cleo:
        nowhere = await dan.ask(kind, room_id=str(uuid4()), seq=0)
        assert nowhere["code"] == "not_found"
        for stranger in (dan, cleo):
            assert await stranger.ask(kind, room_id=str(house.hall.uuid), seq=0) == nowhere
