"""One of twenty reads no faster than 1 KiB/s while 10,000 messages of 1 KB pass.

It is cut off, the server's memory stays where it was, the others notice nothing, and once its line is mended it holds
what everybody holds.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.arrivals import arrivals
from tests.faults.client import Client
from tests.faults.faults import Faults, crowd
from tests.faults.ground import serving
from tests.faults.proxy import Proxy
from tests.faults.record import Record, percentile

READERS, SENDERS = 20, 5
BYTES_PER_S, BUFFER = 1024, 64 * 1024
PAUSE_S = 0.02
MOST_MIB = 16.0
P99_MS, BUSY_P99_MS = 250.0, 5000.0
LOOK_S = 0.1


async def run(faults: Faults) -> None:
    # What fits the queue and the buffers on the way must be exceeded: fewer messages are larger.
    before, events, size = (100, 600, 4000) if faults.quick else (2_000, 10_000, 1000)
    readers = 6 if faults.quick else READERS
    site, record = await faults.site(), Record()
    async with (
        serving(site) as server,
        Proxy(server.port, buffer=BUFFER) as proxy,
        crowd(record, site, [server.url] * readers + [proxy.url], longest_wait=2) as clients,
    ):
        *others, slow = clients
        await _say(others[:SENDERS], site.hall, before, size)
        throttled = time.time()
        resting = _memory(server.pid)
        proxy.throttle(BYTES_PER_S)
        watching = asyncio.ensure_future(_watch(server.pid, slow, others[-1], site.hall))
        await _say(others[:SENDERS], site.hall, events, size)
        said = time.time()
        if not slow.socket.codes:
            # What is on its way to it has to pass before it learns of its end.
            await asyncio.sleep(2)
        watching.cancel()
        most, cut = await watching
        proxy.heal()
        await faults.finish("slow reader", record, site, clients, since=time.time(), within=120)
        lost = sum(len(client.socket.codes) for client in others)
    without = [(each.at - each.sent_at) * 1000 for each in arrivals(record, others) if each.acknowledged_at < throttled]
    within = [
        (each.at - each.sent_at) * 1000 for each in arrivals(record, others) if throttled < each.acknowledged_at < said
    ]
    faults.note("slow reader", "events/s", events / (said - throttled), "")
    faults.note("slow reader", "memory of the server, more by", (most - resting), "MiB", at_most=MOST_MIB)
    faults.note("slow reader", "cut off after", cut - throttled, "s", at_most=said - throttled + 2)
    faults.note("others", "p99 before", percentile(without, 0.99), "ms")
    most_ms = BUSY_P99_MS if faults.quick else P99_MS
    faults.note("others", "p99 while one is slow", percentile(within, 0.99), "ms", at_most=most_ms)
    faults.note("others", "connections lost", lost, at_most=0)


async def _say(clients: Sequence[Client], room: str, count: int, size: int) -> None:
    """`count` messages of `size` characters, steadily."""

    async def talk(client: Client) -> None:
        for number in range(count // len(clients)):
            await client.done(client.say(room, f"{number} ".ljust(size, "x")))
            await asyncio.sleep(PAUSE_S)

    await asyncio.gather(*map(talk, clients))


async def _watch(pid: int, slow: Client, witness: Client, room: str) -> tuple[float, float]:
    """Until cancelled: the most memory there was, and when the slow one was first counted out (infinite if never)."""
    most, cut = 0.0, float("inf")
    try:
        while True:
            most = max(most, _memory(pid))
            if cut == float("inf"):
                answer = await witness.rest("GET", f"rooms/{room}/presence")
                if slow.person not in answer.body["participants"]:
                    cut = time.time()
            await asyncio.sleep(LOOK_S)
    except asyncio.CancelledError:
        return most, cut


def _memory(pid: int) -> float:
    """What a process holds of the machine's memory, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
