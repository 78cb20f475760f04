"""The server is killed just after a commit, before anybody was told of what was stored: no answer, no broadcast.

Alone, its clients come back and catch up. With another process beside it, which has not been told anything and whose
clients' connections stand, that one notices by itself. The senders repeat what was not answered, and learn that it is
stored already.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field

from tests import servers
from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import Site, serving, start
from tests.faults.pair import pair_for
from tests.faults.record import Record
from tests.faults.rigged import ask
from tests.faults.waiting import until

TALKERS, READERS = 6, 3
LEAST, MOST = 5, 40
# The promise of the room clock, and what a busy machine may add to it.
NOTICED_S, BUSY_S = 2.0, 4.0


@dataclass
class Deaths:
    """What was found: seconds from each death, or the return, until all readers had what had been kept to itself."""

    noticed: list[float] = field(default_factory=list)
    unheard: int = 0


async def run(faults: Faults) -> None:
    times = 1 if faults.quick else 10
    if not faults.quick:
        await _alone(faults, times)
    await _beside_another(faults, times)


async def _alone(faults: Faults, times: int) -> None:
    subject, site, record, deaths = "alone, sqlite", await faults.site(), Record(), Deaths()
    async with serving(site, rig=rig()) as server, crowd(record, site, [server.url] * (TALKERS + READERS)) as clients:
        talk = Talk(clients[:TALKERS], site.hall)
        for turn in range(times):
            faults.say(f"{subject}: death {turn + 1} of {times}")
            await _once(site, server, clients, deaths, is_last=turn + 1 == times)
        await talk.stop()
        await faults.finish(subject, record, site, clients)
    _note(faults, subject, deaths, times)
    faults.note(subject, "time to notice, from the server's return", max(deaths.noticed), "s")


async def _beside_another(faults: Faults, times: int) -> None:
    pair, record, deaths = await pair_for(faults), Record(), Deaths()
    subject, site, env = "beside another, postgres and redis", pair.site, {"REDIS_URL": pair.redis.url}
    async with serving(site, rig=rig(), env=env) as server:
        urls = [server.url] * TALKERS + [pair.one.url] * READERS
        async with crowd(record, site, urls) as clients:
            talk, readers = Talk(clients[:TALKERS], site.hall), clients[TALKERS:]
            for turn in range(times):
                faults.say(f"{subject}: death {turn + 1} of {times}")
                await _once(site, server, readers, deaths, is_last=turn + 1 == times)
            await talk.stop()
            await faults.finish(subject, record, site, clients)
            lost = sum(len(reader.socket.codes) for reader in readers)
    _note(faults, subject, deaths, times)
    busy = BUSY_S if faults.quick else 0.5
    faults.note(subject, "time to notice, from the death", max(deaths.noticed), "s", at_most=NOTICED_S + busy)
    faults.note(subject, "readers' connections lost", lost, at_most=0)


def _note(faults: Faults, subject: str, deaths: Deaths, times: int) -> None:
    faults.note(subject, "deaths", times)
    faults.note(subject, "messages stored that nobody was told of", deaths.unheard, at_least=times)


def rig() -> str:
    """What the next process shall die of, when it is asked to."""
    return f"die after-commit {random.randint(LEAST, MOST)} asked"


async def _once(site: Site, server: servers.Campfire, readers: list[Client], deaths: Deaths, *, is_last: bool) -> None:
    """Have it die and start it again, and wait until all readers have what was stored."""
    ask(server.pid)
    await asyncio.to_thread(server.process.wait, 60)
    since = time.time()
    heard = {told.message for reader in readers for told in reader.reader.told}
    stored = {row.message for row in site.history(site.hall).rows} - heard
    deaths.unheard += len(stored)
    server.environment["FAULT"] = "" if is_last else rig()
    if all(reader.socket.open.is_set() for reader in readers):
        # Nobody says anything until they have noticed by themselves: a later message would show them the hole.
        await until(lambda: all(stored <= _held(reader, site.hall) for reader in readers))
        await start(server)
    else:
        await start(server)
        since = time.time()
        await until(lambda: all(stored <= _held(reader, site.hall) for reader in readers))
    deaths.noticed.append(max(_noticed(reader, stored) for reader in readers) - since)


def _held(reader: Client, room: str) -> set[str]:
    state = reader.states.get(room)
    return set(state.holds) if state else set()


def _noticed(reader: Client, stored: set[str]) -> float:
    """When the last of these first came."""
    first: dict[str, float] = {}
    for told in reader.reader.told:
        if told.message in stored:
            first.setdefault(told.message, told.at)
    return max(first.values(), default=0.0)
