"""The server is killed with messages written and not committed; their senders repeat them under the same ids.

What was not committed is nowhere: not in the database, with no reader, in nobody's answer. The repeat is stored once.
"""

import asyncio
import random

from tests.faults.faults import Faults, Talk, crowd
from tests.faults.ground import DATABASES, Database, serving, start
from tests.faults.record import Record

TALKERS, READERS = 6, 3
LEAST, MOST = 5, 40


async def run(faults: Faults) -> None:
    for database in DATABASES[:1] if faults.quick else DATABASES:
        await _killed(faults, database, times=1 if faults.quick else 10)


async def _killed(faults: Faults, database: Database, times: int) -> None:
    site, record, answered, kept = await faults.site(database), Record(), 0, 0
    async with (
        serving(site, rig=_rig()) as server,
        crowd(record, site, [server.url] * (TALKERS + READERS)) as clients,
    ):
        talk = Talk(clients[:TALKERS], site.hall)
        for turn in range(times):
            faults.say(f"{database}: death {turn + 1} of {times}")
            await asyncio.to_thread(server.process.wait, 60)
            # Between the death and the return nothing can be stored: what was under way is there or it is not.
            under_way = {each.key for each in record.posts() if not each.is_over}
            kept += sum(row.key in under_way for row in site.history(site.hall).rows)
            answered += len(under_way)
            server.environment["FAULT"] = "" if turn + 1 == times else _rig()
            await start(server)
        await talk.stop()
        await faults.finish(database, record, site, clients)
    faults.note(database, "deaths", times)
    faults.note(database, "messages under way at a death", answered, at_least=times)
    # One whose answer was lost on the way was committed before.
    faults.note(database, "of them stored", kept, at_most=answered - times)
    phantoms = len(record.histories[site.hall].rows) - len(record.posts("acknowledged"))
    faults.note(database, "rows beyond what was acknowledged in the end", phantoms, at_most=0)


def _rig() -> str:
    return f"die before-commit {random.randint(LEAST, MOST)}"
