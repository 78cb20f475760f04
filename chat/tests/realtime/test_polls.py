"""What the hub asks by itself."""

import time

import pytest

from chat.realtime.polls import WINDOW_SECONDS, Polls
from chat.tests.realtime.test_hub import a_house, removed


async def test_after_a_silence_changes_of_access_are_asked_for_from_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, database, ada, _ = await a_house()
    hub.watch(ada.connection, "hall", 1, 0)
    clock = [time.monotonic()]
    monkeypatch.setattr("chat.realtime.polls.time.monotonic", lambda: clock[0])
    polls = Polls(hub)
    await polls.poll_access()

    database.is_silent = True
    clock[0] += 300
    with pytest.raises(OSError, match="away"):
        await polls.poll_access()
    database.is_silent = False
    database.changes = [removed("ada", 1, id=1)]
    clock[0] += 10
    await polls.poll_access()
    await polls.poll_access()
    await ada.fence()

    assert database.windows == [WINDOW_SECONDS, WINDOW_SECONDS + 300, WINDOW_SECONDS + 310, WINDOW_SECONDS]
    assert "hall" not in ada.connection.subscriptions
    await hub.stop()
