"""Redis goes away and comes back while people on two processes talk: what both ways of going have in common."""

import asyncio
import time
from collections.abc import Callable

from tests.faults.arrivals import arrivals, failed, healed_after, live_after
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.pair import pair_for
from tests.faults.record import Record, percentile
from tests.servers import Server

PEOPLE, TALKERS, PAUSE_S = 10, 6, 0.05
BEFORE_S = 0.5
# What the room clock promises to those whom no broadcast reaches, and what a busy machine may add to it.
POLLED_S, BUSY_S = 2.0, 4.0
ANSWERED_S = 5.0


async def through_an_outage(
    faults: Faults, subject: str, *, away: float, go: Callable[[Server], None], come: Callable[[Server], None]
) -> None:
    """`away` in seconds; `go` and `come` end and begin it."""
    pair, record = await pair_for(faults), Record()
    after = 1.0 if faults.quick else 6.0
    async with crowd(record, pair.site, pair.urls * (PEOPLE // 2)) as clients:
        talk = Talk(clients[:TALKERS], pair.site.hall, PAUSE_S)
        await asyncio.sleep(BEFORE_S)
        go(pair.redis)
        try:
            await asyncio.sleep(away)
        finally:
            await asyncio.to_thread(come, pair.redis)
        back = time.time()
        await asyncio.sleep(after)
        await talk.stop()
        await faults.finish(subject, record, pair.site, clients)
        lost = sum(len(client.socket.codes) for client in clients)
    took = record.took()
    faults.note(subject, "failed sends", failed(record), at_most=0)
    faults.note(subject, "connections lost", lost, at_most=0)
    faults.note(subject, "p99 of a send", percentile(took, 0.99) * 1000, "ms")
    faults.note(subject, "slowest send", max(took) * 1000, "ms", at_most=ANSWERED_S * 1000)
    late = max(each.delay for each in arrivals(record, clients))
    faults.note(subject, "latest message at a reader", late, "s", at_most=POLLED_S + (BUSY_S if faults.quick else 0.5))
    faults.note(
        subject, "time to heal the last client", healed_after(record, clients, back), "s", at_most=POLLED_S + BUSY_S
    )
    if not faults.quick:
        people = [[client.person for client in clients[side::2]] for side in (0, 1)]
        again = [live_after(record, client, people[1 - number % 2], back) for number, client in enumerate(clients)]
        faults.note(subject, "time until broadcasts arrive again", max(again), "s", at_most=after)
