"""A line that is as slow as one wants, or breaks: the proxy of the fault tests, in a thread of its own.

Chromium's own throttling is not used: in version 156 it delays the handshake of a WebSocket but none of its frames,
and when "offline" it leaves sockets open and opens new ones.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from tests.faults.proxy import Proxy

ROUND_TRIP_S = 0.1
BYTES_PER_S = 10_000_000 / 8


class Line:
    """What lies between a browser and a server on `url`; all methods return once it is so."""

    def __init__(self, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self._proxy, self._loop = proxy, loop
        self.url = proxy.url

    def slow(self, round_trip_s: float = ROUND_TRIP_S, bytes_per_s: float = BYTES_PER_S) -> None:
        """A round trip takes so long, opening a connection one more; all connections share so many bytes a second."""
        self._do(lambda: self._proxy.delay(round_trip_s / 2, opening=round_trip_s))
        self._do(lambda: self._proxy.throttle(bytes_per_s, together=True))

    def cut(self) -> None:
        """Reset every connection and let none in."""
        self._do(self._proxy.refuse)
        self._do(self._proxy.cut)

    def heal(self) -> None:
        self._do(self._proxy.heal)

    def _do(self, change: Callable[[], None]) -> None:
        async def there() -> None:
            change()

        asyncio.run_coroutine_threadsafe(there(), self._loop).result(10)


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line to a server on this machine, as quick as it can be."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    proxy = Proxy(port)
    try:
        asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result(10)
        try:
            yield Line(proxy, loop)
        finally:
            asyncio.run_coroutine_threadsafe(proxy.__aexit__(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
