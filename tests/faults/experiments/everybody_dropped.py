"""Every socket is reset at the same moment, while somebody talks on.

Clients come back by themselves, spread over half a second, and hold what was said meanwhile.
"""

import asyncio
import time

from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import DATABASES, Database, serving
from tests.faults.proxy import Proxy
from tests.faults.record import Record

SOCKETS = 500
# The goal of a quiet machine is in scripts/bench; here everybody has to be back, however busy it is.
LIVE_S = 60.0
LOOK_S = 0.02


async def run(faults: Faults) -> None:
    for database in DATABASES[:1] if faults.quick else DATABASES:
        await _drop(faults, database, 40 if faults.quick else SOCKETS)


async def _drop(faults: Faults, database: Database, number: int) -> None:
    site, record = await faults.site(database), Record()
    subject = f"{number} sockets, {database}"
    async with (
        serving(site) as server,
        Proxy(server.port) as proxy,
        crowd(record, site, [server.url]) as talkers,
        crowd(record, site, [proxy.url] * number) as clients,
    ):
        talk = Talk(talkers, site.hall, 0.1)
        await asyncio.sleep(0.5)
        sessions = [client.socket.session for client in clients]
        proxy.cut()
        began = time.time()
        version = (await asyncio.to_thread(site.history, site.hall)).version
        live = 0
        while live < 0.99 * number and time.time() - began < LIVE_S:
            await asyncio.sleep(LOOK_S)
            live = sum(
                client.socket.session > session and client.is_at({site.hall: version})
                for client, session in zip(clients, sessions, strict=True)
            )
        took = time.time() - began
        await talk.stop()
        await faults.finish(subject, record, site, [*clients, *talkers], since=began)
    faults.note(subject, "99 % live", took, "s", at_most=LIVE_S)
    faults.note(subject, "attempts to connect that failed", sum(client.socket.refused for client in clients))
