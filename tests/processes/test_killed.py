"""A process dies: what it had acknowledged is there, those on the others do not notice, its people come back."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests import servers
from tests.processes.clients import Crowd
from tests.processes.place import Town, workers_of
from tests.processes.test_order import assert_dense

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]


async def test_a_process_killed_mid_send_loses_nothing_acknowledged_and_harms_nobody_else(doomed: Town) -> None:
    town, house = doomed, doomed.place.house()
    one, two = town.sides
    room = house.room
    async with Crowd() as crowd:
        reader = await crowd.add(two, house.tokens["ben"][0], room)
        lonely = await crowd.add(one, house.tokens["eve"][0], room)
        dying = [await crowd.add(one, house.tokens["ada"][0], room) for _ in range(10)]
        ids = [[str(uuid4()) for _ in range(30)] for _ in dying]
        sending = [
            asyncio.ensure_future(client.say(room, sent))
            for client, theirs in zip(dying, ids, strict=True)
            for sent in theirs
        ]
        await dying[0].wait(dying[0].acknowledged)
        os.kill(one.pid, signal.SIGKILL)
        killed = time.time()
        for client in [*dying, lonely]:
            assert await client.ended() == 1006
        [task.cancel() for task in sending]
        before = town.place.stored(room)
        acknowledged = {sent: message for client in dying for sent, message in client.acknowledged().items()}
        assert acknowledged.items() <= {(row[2], row[3]) for row in before["rows"]}

        if town.are_workers:
            await _replaced(town, one.pid)
        survivor = await crowd.add(town.sides[0] if town.are_workers else two, house.tokens["ada"][0], room)
        back = time.time()
        await asyncio.gather(*(survivor.say(room, sent) for theirs in ids for sent in theirs))
        await reader.read(room, 300)
        print(f"killed: served again {back - killed:.1f} s after")
        if town.are_workers:
            at, frame = await reader.until(
                lambda f: f.get("status") == "offline" and f.get("user_id") == house.people["eve"], 60
            )
            print(f"killed: people offline {at - killed:.1f} s after")
            assert frame["participant_count"] == 2
            joined = await survivor.join(room)
            assert set(joined["participants"]) == {house.people["ada"], house.people["ben"]}

    after = town.place.stored(room)
    assert_dense(after)
    assert {row[2] for row in after["rows"]} == {sent for theirs in ids for sent in theirs}
    assert after["rows"][: len(before["rows"])] == before["rows"]
    assert reader.versions(room) == sorted(set(reader.versions(room)))


async def _replaced(town: Town, pid: int) -> None:
    await until(lambda: len(workers := workers_of(town.running[0])) == 2 and pid not in workers)


async def until(holds: Callable[[], bool], within: float = 150) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"not within {within} s"
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("town", ["workers"], indirect=True)
async def test_a_hangup_replaces_the_workers_one_after_the_other_and_one_always_answers(town: Town) -> None:
    (server,) = town.running
    before = set(workers_of(server))
    server.process.send_signal(signal.SIGHUP)
    await until(lambda: server.is_ready() and not before & set(workers_of(server)), 60)
    await until(lambda: len(workers_of(server)) == 2)


@pytest.mark.parametrize("doomed", ["workers"], indirect=True)
async def test_workers_end_with_their_supervisor(doomed: Town) -> None:
    supervisor = doomed.running[0]
    assert len(workers_of(supervisor)) == 2
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.process.wait(30)
    await until(lambda: not servers.alive_in_group(supervisor.pid))
