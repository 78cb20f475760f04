"""Redis goes and comes back: nobody loses a message or a socket, and who is there is right again soon."""

import asyncio
import signal
import time

import pytest

from tests.processes.clients import Client, Crowd
from tests.processes.place import House, Town

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]

AWAY_S = 5.0
# What the room clock promises to whoever no broadcast reaches; and, on a machine that does ten other things, less than
# what it would take without the clock.
HEALED_S = 2.0
HEALED_AT_WORST_S = AWAY_S
# Two times the renewal of presence, and a moment on a machine that does ten other things.
PRESENCE_S = 30.0


class Talk:
    """Somebody who sends all the time, and how long each answer took."""

    def __init__(self, sender: Client, room: str) -> None:
        self.sender, self.room = sender, room
        self.took: list[float] = []
        self.at: dict[int, float] = {}
        self._ending = False
        self._going = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        while not self._ending:
            began = time.time()
            answer = await self.sender.say(self.room)
            assert answer["type"] == "message_sent", answer
            self.at[answer["version"]] = time.time()
            self.took.append(time.time() - began)
            await asyncio.sleep(0.05)

    async def end(self) -> dict[int, float]:
        """Stop; the time at which each version was acknowledged."""
        self._ending = True
        await self._going
        return self.at


async def through_an_outage(town: Town, house: House, how: str) -> None:
    """Two talk and two read, one on each side; Ben leaves in the middle of the outage."""
    one, two = town.sides
    room, logged = house.room, len(town.output())
    async with Crowd() as crowd:
        readers = [await crowd.add(side, house.tokens["eve"][0], room) for side in (one, two)]
        talks = [Talk(await crowd.add(side, house.tokens["ada"][0], room), room) for side in (one, two)]
        leaving = await crowd.add(two, house.tokens["ben"][0], room)
        await asyncio.sleep(0.5)
        town.redis.kill() if how == "killed" else town.redis.process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(AWAY_S / 2)
            assert (await leaving.ask("leave_room", room_id=room))["type"] == "room_left"
            await asyncio.sleep(AWAY_S / 2)
        finally:
            town.redis.start() if how == "killed" else town.redis.process.send_signal(signal.SIGCONT)
        back = time.time()
        await asyncio.sleep(HEALED_S)
        versions: dict[int, float] = {}
        for talk in talks:
            versions |= await talk.end()
        for reader in readers:
            await reader.read(room, len(versions))
        healed = time.time()
        present = {house.people["ada"], house.people["eve"]}
        for reader in readers:
            while set((await reader.join(room))["participants"]) != present:
                assert time.time() - back < PRESENCE_S, "who is there is still wrong"
                await asyncio.sleep(0.2)
        right = time.time()

        delays = [
            at - versions[frame["message"]["version"]]
            for reader in readers
            for at, frame in reader.frames
            if frame["type"] == "new_message"
        ]
        took = [seconds for talk in talks for seconds in talk.took]
        warnings = [line for line in town.output()[logged:].splitlines() if " WARNING " in line or " ERROR " in line]
        print(
            f"Redis {how}: {len(versions)} sent, slowest {max(took):.2f} s; read at most {max(delays):.2f} s later; "
            f"presence right {right - back:.1f} s after; {len(warnings)} warnings"
        )
        assert sorted(versions) == list(range(1, len(versions) + 1))
        assert [sorted(set(reader.versions(room))) for reader in readers] == [sorted(versions)] * 2
        assert max(took) < 5
        assert max(delays) < HEALED_AT_WORST_S
        assert healed - back < HEALED_S + HEALED_AT_WORST_S
        assert {client.code for client in crowd.clients} == {None}
        assert "Traceback" not in town.output()[logged:]
        assert len(warnings) < 20, warnings


@pytest.mark.parametrize("town", ["workers"], indirect=True)
async def test_redis_dies_and_comes_back_empty(town: Town, house: House) -> None:
    await through_an_outage(town, house, "killed")


@pytest.mark.parametrize("town", ["servers"], indirect=True)
async def test_redis_stops_and_goes_on(town: Town, house: House) -> None:
    await through_an_outage(town, house, "stopped")
