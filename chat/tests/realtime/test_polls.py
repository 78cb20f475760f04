"""What the hub asks by itself."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from chat.realtime.polls import WINDOW_SECONDS, Polls
from chat.realtime.presence import MOST_NAMED, MemoryPresence, PresenceChange
from chat.tests.realtime.fakes import Database, Wire, hub_on, join
from chat.tests.realtime.test_hub import a_house, removed
from chat.tests.realtime.test_layer import Pair, hears_again, redis_pair, until
from tests import servers


async def test_after_a_silence_changes_of_access_are_asked_for_from_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, database, ada, _ = await a_house()
    hub.watch(ada.connection, "hall", 1, 0)
    # Of whole seconds, which add up exactly; the event loop goes by its own.
    clock = [1000.0]
    monkeypatch.setattr("chat.realtime.polls.time", SimpleNamespace(monotonic=lambda: clock[0]))
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
    assert "hall" not in ada.connection.rooms
    await hub.stop()


class Town(MemoryPresence):
    """Another process has just died, with the people of a crowd and of a small room."""

    async def sweep(self) -> list[PresenceChange]:
        crowd = [gone("hall", f"person-{number}", MOST_NAMED + 50 - number) for number in range(40)]
        return [*crowd, gone("attic", "cleo", 2), gone("attic", "dan", 1)]


def gone(room: str, user: str, count: int) -> PresenceChange:
    return PresenceChange(room, user, "offline", count)


async def test_of_a_dead_process_a_crowd_hears_the_last_number_and_a_few_people_each_name() -> None:
    database, ada = Database(), Wire("ada")
    database.rooms = {"hall": 0, "attic": 0}
    database.members = {("ada", room): number for number, room in enumerate(database.rooms, 1)}
    hub = hub_on(database, presence=Town())
    await hub.add(ada.connection)
    for room in database.rooms:
        assert await join(hub, ada, room, database)
    await Polls(hub).renew_presence()
    await ada.until(lambda wire: len(wire.of("presence_update")) >= 3)
    await ada.fence()

    heard = {
        room: [frame for frame in ada.of("presence_update") if frame["room_id"] == room] for room in database.rooms
    }
    assert [(frame.get("user_id"), frame["participant_count"]) for frame in heard["hall"]] == [(None, MOST_NAMED + 11)]
    assert [frame["user_id"] for frame in heard["attic"]] == ["cleo", "dan"]
    await hub.stop()


@pytest.fixture
async def pair(redis_server: servers.Server) -> AsyncIterator[Pair]:
    """Two processes on one Redis: Ada reads the hall on the first, Ben on the second."""
    pair = redis_pair(redis_server.url)
    await pair.open()
    yield pair
    for hub in (pair.one, pair.two):
        await hub.stop()


async def test_redis_back_empty_each_reader_hears_who_left_and_a_crowd_hears_its_number(
    pair: Pair, redis_server: servers.Server
) -> None:
    cleo = Wire("cleo")
    pair.database.rooms["attic"] = 0
    pair.database.members |= {("cleo", "hall"): 3, ("ben", "attic"): 4}
    await pair.one.add(cleo.connection)
    assert await join(pair.one, cleo, "hall", pair.database)
    assert await join(pair.two, pair.ben, "attic", pair.database)
    await pair.two.settled("attic")
    for number in range(MOST_NAMED + 50):
        await pair.one.presence.enter("attic", f"person-{number}")
    await pair.ben.until(lambda wire: [frame for frame in wire.of("presence_update") if frame["user_id"] == "cleo"])
    before = len(pair.ben.sent)

    redis_server.kill()
    await pair.one.remove(cleo.connection)
    await until(lambda: pair.one.link._away)
    redis_server.start()
    await hears_again(pair)
    await Polls(pair.two).renew_presence()
    await Polls(pair.one).renew_presence()

    # A crowd's number is told once in a tenth of a second, which for a busy machine may be more than once.
    expected = {("", None, MOST_NAMED + 51), ("ada", "online", 2), ("cleo", "offline", 2)}
    await pair.ben.until(lambda wire: set(told(wire, before)) >= expected)
    await pair.ben.fence()
    assert set(told(pair.ben, before)) == expected


def told(wire: Wire, since: int) -> list[tuple[str, str | None, int]]:
    """Who came and went by the frames from number `since` on."""
    frames = [frame for frame in wire.frames[since:] if frame["type"] == "presence_update"]
    return [(frame.get("user_id", ""), frame.get("status"), frame["participant_count"]) for frame in frames]
