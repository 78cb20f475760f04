"""Somebody's line goes dead for a minute: nothing passes, and neither end is told.

The server drops the silent socket in time, others talk on, and whoever comes back misses nothing.
"""

import asyncio
import time

from tests.faults.arrivals import arrivals
from tests.faults.client import Client
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import Site, serving
from tests.faults.proxy import Proxy
from tests.faults.record import Record

DARK_S = 60.0
# A ping every 20 s, and 20 s for its answer; some seconds for a busy machine.
DROPPED_S = 40.0 + 3.0
LOOK_S = 0.25


async def run(faults: Faults) -> None:
    site, record = await faults.site(), Record()
    async with (
        serving(site) as server,
        Proxy(server.port) as proxy,
        crowd(record, site, [server.url] * 4 + [proxy.url], longest_wait=2) as clients,
    ):
        *others, lost = clients
        talk = Talk(others[:3], site.hall, 0.1)
        await asyncio.sleep(0.5)
        proxy.black_hole()
        dark = time.time()
        # Said into the dark: it must arrive once, later.
        lost.say(site.hall, "Is anybody there?")
        if faults.quick:
            await asyncio.sleep(1)
            lost.socket.drop()
            await asyncio.sleep(1)
        else:
            gone = await _gone(others[-1], site, lost.person, dark + DARK_S)
            faults.note("black hole", "zombie dropped after", gone - dark, "s", at_most=DROPPED_S)
            await asyncio.sleep(dark + DARK_S - time.time())
        proxy.heal()
        healed = time.time()
        await talk.stop()
        await faults.finish("black hole", record, site, clients, since=healed)
        cut = sum(len(client.socket.codes) for client in others)
    missed = [each for each in arrivals(record, [lost]) if dark < each.acknowledged_at < healed < each.at]
    gaps = [each for each in missed if each.message not in lost.reader.holds[site.hall]]
    faults.note("black hole", "messages said meanwhile", len(missed), at_least=1)
    faults.note("black hole", "gaps", len(gaps), at_most=0)
    faults.note("black hole", "connections of the others lost", cut, at_most=0)


async def _gone(witness: Client, site: Site, person: str, deadline: float) -> float:
    """When the server no longer counts `person` among those who are there; infinite if not by `deadline`."""
    while time.time() < deadline:
        answer = await witness.rest("GET", f"rooms/{site.hall}/presence")
        if person not in answer.body["participants"]:
            return time.time()
        await asyncio.sleep(LOOK_S)
    return float("inf")
