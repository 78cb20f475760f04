"""The server is killed (SIGKILL) twenty times while twelve clients send without pause, and started again each time.

What was acknowledged is there, once and in order, and in the end every client holds what the database holds.
"""

import random
import time

from tests import servers
from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import DATABASES, Database, Site, kill, serving, start
from tests.faults.record import Record
from tests.faults.waiting import until

TALKERS, READERS = 12, 4
# Acknowledgements between a start and the next kill.
LEAST, MOST = 20, 120
HEALED_WITHIN_S = 60.0


async def run(faults: Faults) -> None:
    for database in DATABASES[:1] if faults.quick else DATABASES:
        await _killed(faults, database, times=1 if faults.quick else 20)


async def _killed(faults: Faults, database: Database, times: int) -> None:
    site, record, healed, gone = await faults.site(database), Record(), [], []
    async with serving(site) as server, crowd(record, site, [server.url] * (TALKERS + READERS)) as clients:
        talk = Talk(clients[:TALKERS], site.hall)
        for turn in range(times):
            faults.say(f"{database}: kill {turn + 1} of {times}")
            await _more(record, random.randint(LEAST, MOST))
            one, other = await _once(server, site, clients)
            healed.append(one)
            gone.append(other)
        await talk.stop()
        await faults.finish(database, record, site, clients)
    faults.note(database, "kills", times)
    faults.note(database, "sends without an answer", record.outcomes().get("disconnected", 0), at_least=1)
    faults.note(database, "server back until the last client healed", max(healed), "s", at_most=HEALED_WITHIN_S)
    faults.note(database, "killed until the last client healed", max(gone), "s")


async def _more(record: Record, count: int) -> None:
    """Wait for so many acknowledgements."""
    wanted = len(record.posts("acknowledged")) + count
    await until(lambda: len(record.posts("acknowledged")) >= wanted)


async def _once(server: servers.Campfire, site: Site, clients: list[Client]) -> tuple[float, float]:
    """Kill and start again: seconds from the server's return, and from its death, until all have caught up."""
    killed = time.time()
    await kill(server)
    await start(server)
    back, version = time.time(), site.version(site.hall)
    await until(lambda: all(_has(client, site.hall, version) for client in clients), HEALED_WITHIN_S)
    return time.time() - back, time.time() - killed


def _has(client: Client, room: str, version: int) -> bool:
    state = client.states.get(room)
    return client.socket.open.is_set() and state is not None and state.cursor >= version
