"""Redis stops for thirty seconds without a word (SIGSTOP), while people on two processes talk.

Nobody waits for it: sends commit as before, and what one process commits the other finds by its poll.
"""

import signal

from tests.faults.faults import Faults
from tests.faults.redis_outage import through_an_outage
from tests.servers import Server


async def run(faults: Faults) -> None:
    away = 2.0 if faults.quick else 30.0
    await through_an_outage(faults, "Redis silent", away=away, go=_stop, come=_go_on)


def _stop(redis: Server) -> None:
    redis.process.send_signal(signal.SIGSTOP)


def _go_on(redis: Server) -> None:
    redis.process.send_signal(signal.SIGCONT)
