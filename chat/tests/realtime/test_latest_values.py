"""Typing and presence: only the latest value matters, and only to others who read the room."""

import pytest

from chat.tests.realtime.fakes import Database, Wire, reader
from chat.tests.realtime.test_room_channel import room_of

pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("way")]


async def test_typing_reaches_other_readers_as_a_latest_value() -> None:
    ada, ben, watcher = Wire("ada"), Wire("ben"), Wire("cleo")
    channel = room_of(Database())
    reader(channel, ada)
    reader(channel, ben)
    reader(channel, watcher, reading=False)
    for number in range(50):
        channel.update("typing", "ada", f'{{"type":"typing","version":{number}}}')
    await ben.until(lambda wire: wire.of("typing"))
    await ada.fence()
    await watcher.fence()

    assert ben.versions("typing") == [49]
    assert ada.of("typing") == watcher.of("typing") == []
