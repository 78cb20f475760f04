"""Redis is killed, is away for ten seconds and comes back empty, while people on two processes talk.

Nothing is lost and no send fails: what one process commits the other finds by its poll.
"""

from tests.faults.faults import Faults
from tests.faults.redis_outage import through_an_outage
from tests.servers import Server


async def run(faults: Faults) -> None:
    away = 1.5 if faults.quick else 10.0
    await through_an_outage(faults, "Redis killed", away=away, go=Server.kill, come=Server.start)
