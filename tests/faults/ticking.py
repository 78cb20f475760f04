"""Since when something may have lain there, to be read by a loop that was busy.

A client on a machine with other work beside it is itself late at times: what came while it could not look is read when
it can. What it has read came after it last looked and found nothing, and no later than now.
"""

import asyncio
import time
from weakref import WeakKeyDictionary

TICK_S = 0.02

_looks: "WeakKeyDictionary[asyncio.AbstractEventLoop, Looks]" = WeakKeyDictionary()


class Looks:
    """Notes each time that a loop had looked at its sockets and had nothing else to do first."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.before = self.last = time.time()
        loop.call_later(TICK_S, self._look)

    def _look(self) -> None:
        # What the loop found together with this tick is handled after it: the tick before is the one that is sure.
        self.before, self.last = self.last, time.time()
        self.loop.call_later(TICK_S, self._look)


def looked_at() -> float:
    """The last time (`time.time()`) at which everything that had come until then had been read by the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _looks:
        _looks[loop] = Looks(loop)
    return _looks[loop].before
