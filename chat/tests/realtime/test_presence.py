"""Who is where: what memory and Redis promise alike."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.realtime.presence import (
    ANYWHERE,
    LATEST_MICROSECONDS,
    LatestPresence,
    MemoryPresence,
    Presence,
    PresenceChange,
    PresenceStatus,
    Transition,
    named,
)
from chat.realtime.presence_redis import RedisPresence
from tests import servers

pytestmark = pytest.mark.sqlite


@pytest.fixture(params=["memory", "redis"])
async def presence(request: pytest.FixtureRequest) -> AsyncIterator[Presence]:
    found: Presence = MemoryPresence()
    if request.param == "redis":
        server: servers.Server = request.getfixturevalue("redis_server")
        found = RedisPresence(server.url, "process", prefix=f"{uuid4().hex}:")
        await found.renew()
    yield found
    await found.close()


async def test_the_first_socket_comes_and_the_last_one_goes(presence: Presence) -> None:
    assert await presence.enter("hall", "ada") == Transition(True, 1)
    assert await presence.enter("hall", "ada") == Transition(False, 1)
    assert await presence.enter("hall", "ben") == Transition(True, 2)
    assert await presence.leave("hall", "ada") == Transition(False, 2)
    assert await presence.leave("hall", "ada") == Transition(True, 1)
    assert await presence.participants("hall") == ["ben"]


async def test_leaving_more_often_than_entering_is_ignored(presence: Presence) -> None:
    await presence.enter("hall", "ben")

    assert await presence.leave("hall", "ada") == Transition(False, 1)
    assert await presence.leave("attic", "ada") == Transition(False, 0)
    assert await presence.enter("hall", "ada") == Transition(True, 2)


async def test_rooms_are_separate(presence: Presence) -> None:
    await presence.enter("hall", "ada")
    await presence.enter("attic", "ben")

    assert await presence.participants("hall") == ["ada"]
    assert await presence.participants("attic") == ["ben"]
    assert await presence.participants("cellar") == []


async def test_who_has_a_socket_anywhere_is_online(presence: Presence) -> None:
    await presence.enter(ANYWHERE, "ada")
    await presence.enter("hall", "ben")

    assert await presence.online(["ben", "ada", "cleo"]) == ["ada"]
    assert await presence.online([]) == []
    await presence.leave(ANYWHERE, "ada")
    assert await presence.online(["ada"]) == []


async def test_nobody_is_swept_while_the_process_lives(presence: Presence) -> None:
    await presence.enter("hall", "ada")
    await presence.renew()

    assert await presence.sweep() == []
    assert await presence.participants("hall") == ["ada"]


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(["hall", "attic"]), st.sampled_from(["ada", "ben", "cleo"])),
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_presence_is_what_was_counted(presence: Presence, steps: list[tuple[bool, str, str]]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for comes, room, user in steps:
        before = counts[room, user]
        counts[room, user] = max(before + (1 if comes else -1), 0)
        transition = await (presence.enter if comes else presence.leave)(room, user)
        people = sorted(who for (where, who), count in counts.items() if where == room and count)
        assert transition == Transition((before == 0) != (counts[room, user] == 0), len(people))
        assert await presence.participants(room) == people
    for (room, user), count in counts.items():
        for _ in range(count):
            await presence.leave(room, user)
    assert await presence.participants("hall") == await presence.participants("attic") == []


async def test_a_crowd_is_counted_and_not_named(presence: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    for user in ("ada", "ben"):
        await presence.enter("hall", user)
    assert await named(presence, "hall") == (["ada", "ben"], 2)
    assert await named(presence, "attic") == ([], 0)
    monkeypatch.setattr("chat.realtime.presence.MOST_NAMED", 1)
    assert await named(presence, "hall") == ([], 2)


@given(st.data(), st.lists(st.sampled_from(["ada", "ben", "cleo"]), min_size=1, max_size=12))
def test_told_in_any_order_the_last_thing_heard_is_the_last_that_happened(data: Any, moves: list[str]) -> None:
    there: set[str] = set()
    happened = []
    for at, user in enumerate(moves, 1):
        there ^= {user}
        status: PresenceStatus = "online" if user in there else "offline"
        happened.append(PresenceChange("hall", user, status, len(there), at))
    latest = LatestPresence()
    told = [latest.take(change) for change in data.draw(st.permutations(happened))]
    heard = [change for change in told if change]

    assert heard[-1].count == len(there)
    assert {change.user for change in heard if {c.user: c for c in heard}[change.user].status == "online"} == there


def test_without_a_shared_clock_each_is_taken_as_it_comes() -> None:
    latest = LatestPresence()
    changes = [
        PresenceChange("hall", "ada", "online", 2, at=5),
        PresenceChange("hall", "ada", "offline", 1),
        PresenceChange("hall", "ada", "online", 2),
    ]

    assert [latest.take(change) for change in changes] == changes


def test_a_clock_that_was_set_back_is_believed() -> None:
    latest = LatestPresence()
    before = PresenceChange("hall", "ada", "online", 2, at=10 * LATEST_MICROSECONDS)
    after = PresenceChange("hall", "ada", "offline", 1, at=LATEST_MICROSECONDS)

    assert [latest.take(before), latest.take(after)] == [before, after]


def test_what_is_long_ago_is_forgotten() -> None:
    latest = LatestPresence()
    for number in range(1, 1000):
        at = number * LATEST_MICROSECONDS // 10
        latest.take(PresenceChange("hall", f"person {number}", "online", 2, at))

    assert len(latest._told) <= 21
