"""One of twenty reads no faster than 1 KiB/s while 10,000 messages of 1 KB pass.

It is cut off, the server's memory stays where it was, the others notice nothing, and once its line is mended it holds
what everybody holds.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.faults.arrivals import arrivals
from tests.faults.client import Client
from tests.faults.faults import Faults, crowd
from tests.faults.ground import serving
from tests.faults.proxy import Proxy
from tests.faults.record import Record, percentile
from tests.servers import Campfire

READERS, SENDERS = 20, 10
BYTES_PER_S, BUFFER = 1024, 64 * 1024
PAUSE_S = 0.03
# Its queue holds 1 MiB, its lines as much again. Afterwards it comes back time and again, and each time asks for whole
# pages of history, which the server holds until they have dripped through the line.
QUEUED_MIB, AGAIN_MIB = 5.0, 32.0
CUT_S, BUSY_CUT_S = 10.0, 30.0
P99_MS, BUSY_P99_MS = 1000.0, 5000.0
LOOK_S = 0.1


async def run(faults: Faults) -> None:
    # What fits the queue and the buffers on the way must be exceeded: fewer messages are larger.
    warming, before, events, size = (10, 20, 320, 8000) if faults.quick else (2_000, 3_000, 10_000, 1000)
    readers, pause = (SENDERS, 0.0) if faults.quick else (READERS, PAUSE_S)
    site, record = await faults.site(), Record()
    async with (
        serving(site) as server,
        Proxy(server.port, buffer=BUFFER) as proxy,
        crowd(record, site, [server.url] * readers + [proxy.url], longest_wait=2) as clients,
    ):
        others = clients[:-1]
        await _say(others[:SENDERS], site.hall, warming, size, pause)
        usual = await _phase(server, others[:SENDERS], site.hall, before, size, pause)
        proxy.throttle(BYTES_PER_S)
        phase = await _phase(server, others[:SENDERS], site.hall, events, size, pause)
        ends = _ends(server)
        proxy.heal()
        await faults.finish("slow reader", record, site, clients, since=time.time(), within=120)
        lost = sum(len(client.socket.codes) for client in others)
    faults.note("slow reader", "events", events)
    faults.note("slow reader", "events/s", events / (phase.ended - phase.began))
    faults.note(
        "slow reader", "memory of the server, more by, until it is cut off", phase.queued, "MiB", at_most=QUEUED_MIB
    )
    faults.note("slow reader", "in all, while it comes back and loads", phase.grown, "MiB", at_most=AGAIN_MIB)
    faults.note("slow reader", f"the same for {before:,} events without", usual.grown, "MiB")
    faults.note(
        "slow reader",
        "cut off for the first time after",
        phase.cut - phase.began,
        "s",
        at_most=BUSY_CUT_S if faults.quick else CUT_S,
    )
    faults.note("slow reader", "times cut off or gone", len(ends), at_least=1)
    p99, most_ms = partial(_p99, record, others), BUSY_P99_MS if faults.quick else P99_MS
    faults.note("others", "p99 from sending to reading, before", p99(usual), "ms")
    faults.note("others", "the same while one is slow", p99(phase), "ms", at_most=most_ms)
    faults.note("others", "connections lost", lost, at_most=0)


class Phase(NamedTuple):
    """Events that pass. `grown` and `queued`: MiB that the server took more at most, in all and before `cut`.

    `cut` is when it first ended a connection, infinite if never.
    """

    began: float
    ended: float
    grown: float
    queued: float
    cut: float


async def _phase(server: Campfire, clients: Sequence[Client], room: str, count: int, size: int, pause: float) -> Phase:
    began, resting, before = time.time(), _memory(server.pid), len(_ends(server))
    most, queued, cut = resting, resting, float("inf")
    saying = asyncio.ensure_future(_say(clients, room, count, size, pause))
    while not saying.done():
        await asyncio.wait([saying], timeout=LOOK_S)
        most = max(most, _memory(server.pid))
        if cut == float("inf"):
            queued = most
            cut = time.time() if len(_ends(server)) > before else cut
    await saying
    return Phase(began, time.time(), most - resting, queued - resting, cut)


def _p99(record: Record, clients: Sequence[Client], phase: Phase) -> float:
    """In ms, from sending to reading."""
    found = [each for each in arrivals(record, clients) if phase.began < each.acknowledged_at < phase.ended]
    return percentile(((each.at - each.sent_at) * 1000 for each in found), 0.99)


async def _say(clients: Sequence[Client], room: str, count: int, size: int, pause: float) -> None:
    """`count` messages of `size` characters, steadily."""

    async def talk(client: Client) -> None:
        for number in range(count // len(clients)):
            await client.done(client.say(room, f"{number} ".ljust(size, "x")))
            await asyncio.sleep(pause)

    await asyncio.gather(*map(talk, clients))


def _ends(server: Campfire) -> list[str]:
    """The codes with which sockets ended, as the server logs them."""
    return re.findall(r"Socket closed with (\d+)", server.output())


def _memory(pid: int) -> float:
    """What a process holds of the machine's memory, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
