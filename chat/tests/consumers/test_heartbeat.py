"""`ping`, and what becomes of sockets that fall silent."""

import pytest

from campfire.data.database import in_thread
from chat.delivery.hubs import current_hub
from chat.realtime import polls
from chat.realtime.polls import Polls
from chat.tests.clients import fill, meet, socket_of
from chat.tests.conftest import House


async def test_a_pong_repeats_the_timestamp_as_it_is(house: House) -> None:
    async with socket_of(house.ada) as ada:
        for timestamp in ("2026-01-01T00:00:00Z", "", "ü" * 64, None):
            pong = await ada.ask("ping", timestamp=timestamp)
            assert pong.pop("server_time").endswith("Z")
            assert pong == {"type": "pong", "timestamp": timestamp, "rooms": {}}
        await ada.send("ping")
        pong = await ada.receive()
        assert pong["timestamp"] is None
        assert "ref" not in pong


@pytest.mark.parametrize("timestamp", ["x" * 65, 1700000000, ["x"], {"a": 1}])
async def test_a_timestamp_is_a_string_up_to_64(house: House, timestamp: object) -> None:
    async with socket_of(house.ada) as ada:
        assert (await ada.ask("ping", timestamp=timestamp))["code"] == "invalid_frame"


async def test_a_pong_tells_the_versions_of_joined_rooms_only(house: House) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        await meet(house.hall, ada, ben)
        sent = await ben.say(house.hall, "One")
        await ada.expect("new_message")
        assert (await ada.ask("ping"))["rooms"] == {str(house.hall.uuid): sent["version"]}
        await ada.ask("leave_room", room_id=str(house.hall.uuid))
        assert (await ada.ask("ping"))["rooms"] == {}


async def test_a_pong_knows_what_the_poll_knows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that nobody broadcast is in the pong before it is delivered: a hole the client can see."""
    monkeypatch.setattr("chat.realtime.room_channel.HOLD_SECONDS", 60)
    async with socket_of(house.ada) as ada:
        version = (await ada.join(house.hall))["version"]
        await in_thread(fill, house.hall, house.ben, 1)
        await Polls(current_hub()).poll_versions()
        assert (await ada.ask("ping"))["rooms"] == {str(house.hall.uuid): version + 1}


async def test_a_socket_that_used_to_ping_and_fell_silent_is_closed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket_of(house.ada) as ada, socket_of(house.ben) as ben:
        assert await ada.is_open()
        await Polls(current_hub()).close_overdue()
        assert await ada.is_open()
        monkeypatch.setattr(polls, "SILENCE_SECONDS", -1)
        await Polls(current_hub()).close_overdue()
        assert await ada.closed() == 4003
        assert await ben.is_quiet(), "Ben never pinged, so his silence means nothing"
        monkeypatch.undo()
        assert await ben.is_open()


async def test_silence_is_a_minute() -> None:
    assert polls.SILENCE_SECONDS == 60
