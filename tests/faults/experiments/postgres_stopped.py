"""PostgreSQL is stopped at once, as by a power cut, and started again, while people on two processes talk.

A send meanwhile is answered with an error that asks to try again; sockets stay open, and nothing acknowledged is lost.
"""

import asyncio
import time

from tests.faults.arrivals import failed, healed_after
from tests.faults.faults import Faults, Talk, crowd
from tests.faults.pair import pair_for
from tests.faults.record import Record

PEOPLE, TALKERS, PAUSE_S = 10, 6, 0.05
BETWEEN_S = 1.0
ANSWERED_S, BUSY_S = 5.0, 3.0
HEALED_S = 20.0


async def run(faults: Faults) -> None:
    for number, away in enumerate([0.5] if faults.quick else [0.0, 0.0, 0.0, 10.0], 1):
        await _once(faults, f"{number}: away for {away:g} s", away)


async def _once(faults: Faults, subject: str, away: float) -> None:
    pair, record = await pair_for(faults), Record()
    async with crowd(record, pair.site, pair.urls * (PEOPLE // 2)) as clients:
        talk = Talk(clients[:TALKERS], pair.site.hall, PAUSE_S)
        await asyncio.sleep(BETWEEN_S)
        await asyncio.to_thread(pair.postgres.stop_at_once)
        gone = time.time()
        try:
            await asyncio.sleep(away)
        finally:
            await asyncio.to_thread(pair.postgres.start)
        back = time.time()
        await asyncio.sleep(BETWEEN_S)
        await talk.stop()
        await faults.finish(subject, record, pair.site, clients)
        lost = sum(len(client.socket.codes) for client in clients)
    first = min((each.acknowledged_at for each in record.posts() if each.acknowledged_at > back), default=back)
    faults.note(subject, "errors told to senders", failed(record))
    faults.note(subject, "messages refused for good", len(record.posts("failed")), at_most=0)
    faults.note(subject, "connections lost", lost, at_most=0)
    slowest = ANSWERED_S + (BUSY_S if faults.quick else 0)
    faults.note(subject, "slowest answer", max(record.took()), "s", at_most=slowest)
    faults.note(subject, "PostgreSQL away, its recovery included", back - gone, "s")
    faults.note(subject, "first message stored after", first - back, "s", at_most=HEALED_S)
    faults.note(subject, "time to heal the last client", healed_after(record, clients, back), "s", at_most=HEALED_S)
